"""Worlds by chance: rows of many tables, late, corrected, annulled and sent twice. The same seed, the same world."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from expectations.vocabulary.moment import ZONE
from tests.worlds.builder import World

ENTERPRISES = ("A", "B", "C")
WINDOW_BORDERS = (0, 1, 6, 7, 29, 30, 31, 89, 90, 91, 364, 365, 366)


class Chance:
    """Tells a world around a business date.

    Event days fall on and beside the borders of the windows as often as anywhere else; a third of the records has
    further versions, some of which annul it or move it to another day.
    """

    def __init__(self, seed: int, business_date: date) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a world to test with, nothing secret
        self.business_date = business_date
        self.world = World()

    def tell(self, records: int = 40) -> World:
        """The world, with this many records of each kind."""
        for number in range(records):
            for kind in (self._order, self._payment, self._return, self._forex, self._filing, self._list):
                self._versions(kind, number)
            self._versions(self._inspection, number)
            self._versions(self._penalty, number)
        return self.world

    def day(self) -> date:
        """An event day, from two days after D to a year and more before."""
        chance = self.random
        back = chance.choice(WINDOW_BORDERS) if chance.random() < 0.5 else chance.randint(-2, 400)
        return self.business_date - timedelta(days=back)

    def moment(self, day: date) -> datetime:
        """A moment of a day; midnight and the last minute among them."""
        return datetime.combine(day, self.random.choice((time(0), time(23, 59), time(12, 30))), tzinfo=ZONE)

    def yuan(self) -> str:
        """An amount, zero among them."""
        return f"{self.random.choice((0, 1, 99, 10_000, 123_456)) / 100:.2f}"

    def _versions(self, kind: Any, number: int) -> None:
        chance = self.random
        table, fields = kind(number)
        happened = fields[self.world.contracts[table].event_time]
        day = happened.astimezone(ZONE).date() if isinstance(happened, datetime) else happened
        received = datetime.combine(day, time(22), tzinfo=ZONE) + timedelta(hours=chance.choice((0, 5, 8, 9, 40, 900)))
        self.world.add(table, received_at=received, **fields)
        while chance.random() < 0.3:
            received += timedelta(hours=chance.choice((0, 3, 30)))
            if chance.random() < 0.6:
                fields = self._corrected(table, kind(number)[1], fields)
            if "annulled_at" in self.world.contracts[table].field_names:
                fields = fields | {"annulled_at": received if chance.random() < 0.3 else None}
            self.world.add(table, received_at=received, **fields)

    def _corrected(self, table: str, fresh: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
        return fresh | {name: old[name] for name in self.world.contracts[table].key}

    def _order(self, number: int) -> tuple[str, dict[str, Any]]:
        value = self.yuan()
        return "order", {
            "platform_uscc": "P", "order_no": f"o{number}", "direction": "import",
            "uscc": self.random.choice(ENTERPRISES), "goods_value": value, "freight": 0, "discount": 0, "tax_total": 0,
            "actual_paid": value, "currency": "CNY", "amount_cny": value,
            "buyer_token": f"b{self.random.randint(0, 5)}", "ordered_at": self.moment(self.day()),
        }  # fmt: skip

    def _payment(self, number: int) -> tuple[str, dict[str, Any]]:
        return "payment", {
            "pay_code": "Q", "pay_txn_id": f"t{number}", "platform_uscc": "P",
            "order_no": f"o{self.random.randint(0, 30)}", "payer_token": f"b{self.random.randint(0, 5)}",
            "amount": self.yuan(), "currency": "CNY", "paid_at": self.moment(self.day()),
        }  # fmt: skip

    def _return(self, number: int) -> tuple[str, dict[str, Any]]:
        return "return", {
            "refund_no": f"r{number}", "direction": "import", "uscc": self.random.choice(ENTERPRISES), "quantity": 1,
            "amount_cny": self.yuan(), "reason": self.random.choice((None, "quality", "refused")),
            "applied_at": self.moment(self.day()),
        }  # fmt: skip

    def _forex(self, number: int) -> tuple[str, dict[str, Any]]:
        amount = self.yuan()
        return "forex", {
            "bop_no": f"f{number}", "uscc": self.random.choice(ENTERPRISES),
            "direction": self.random.choice(("receipt", "payment")), "amount": amount, "currency": "USD",
            "amount_usd": amount, "value_date": self.day(), "prepaid": self.random.choice((None, True, False)),
        }  # fmt: skip

    def _filing(self, number: int) -> tuple[str, dict[str, Any]]:
        due = self.day()
        return "tax_filing", {
            "filing_no": f"n{number}", "uscc": self.random.choice(ENTERPRISES), "tax_type": "vat", "period": "2025-01",
            "payable_cny": self.yuan(), "due_on": due,
            "filed_on": self.random.choice((None, due, due + timedelta(days=1), due - timedelta(days=1))),
            "paid_on": self.random.choice((None, due, due + timedelta(days=2))),
        }  # fmt: skip

    def _list(self, number: int) -> tuple[str, dict[str, Any]]:
        moment = self.moment(self.day())
        return "inventory", {
            "invt_no": f"i{number}", "direction": self.random.choice(("import", "export")), "mode": "9610",
            "uscc": self.random.choice(ENTERPRISES), "platform_uscc": "P", "order_no": f"o{number}",
            "customs_code": "9402", "declared_value": 1, "currency": "CNY", "declared_value_cny": self.yuan(),
            "declared_at": moment,
            "released_at": self.random.choice((None, moment, moment + timedelta(days=1))),
            "cancelled_at": self.random.choice((None, None, None, moment + timedelta(days=2))),
        }  # fmt: skip

    def _inspection(self, number: int) -> tuple[str, dict[str, Any]]:
        return "inspection", {
            "inspect_id": f"x{number}", "document_type": "inventory", "document_no": f"i{number}",
            "uscc": self.random.choice(ENTERPRISES), "reason": self.random.choice(("random", "targeted")),
            "result": self.random.choice(("no_difference", "price|origin", "quantity")),
            "recovered_tax_cny": self.random.choice((None, 0, 5)), "inspected_at": self.moment(self.day()),
        }  # fmt: skip

    def _penalty(self, number: int) -> tuple[str, dict[str, Any]]:
        decided = self.day()
        near = self.business_date + timedelta(days=self.random.choice((-40, -1, 0, 1)))
        return "penalty", {
            "decision_no": f"p{number}", "uscc": self.random.choice(ENTERPRISES), "authority": "customs",
            "kind": "other", "severity": self.random.choice(("minor", "general", "serious")), "fine_cny": self.yuan(),
            "decided_on": decided, "published_on": self.random.choice((None, decided + timedelta(days=3))),
            "repaired_on": self.random.choice((None, None, near)),
            "revoked_on": self.random.choice((None, None, None, near)),
        }  # fmt: skip
