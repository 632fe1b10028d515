"""Records by chance, one function per kind: a table and the fields of one record. Numbers tie documents together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from expectations.vocabulary.moment import ZONE

ENTERPRISES = ("A", "B", "C")
WINDOW_BORDERS = (0, 1, 6, 7, 29, 30, 31, 89, 90, 91, 364, 365, 366)
RECORDS = 45
"""Numbers that other documents name lie below this."""

Record = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Dice:
    """What chance gives, around a business date."""

    random: random.Random
    business_date: date
    busy: tuple[int, ...]
    """Days before D on which much happens: only then do the feeds speak of the same days."""

    def day(self) -> date:
        """An event day, from two days after D to a year and more before: often a busy day, often a window's border."""
        chosen = self.random.random()
        if chosen < 0.6:
            back = self.random.choice(self.busy)
        else:
            back = self.random.choice(WINDOW_BORDERS) if chosen < 0.8 else self.random.randint(-2, 400)
        return self.business_date - timedelta(days=back)

    def moment(self, day: date) -> datetime:
        """A moment of a day; midnight and the last minute among them."""
        return datetime.combine(day, self.random.choice((time(0), time(23, 59), time(12, 30))), tzinfo=ZONE)

    def yuan(self) -> str:
        """An amount, zero among them."""
        return f"{self.random.choice((0, 1, 99, 10_000, 123_456)) / 100:.2f}"

    def who(self) -> str:
        """One of the enterprises, most often the first."""
        return self.random.choice((*ENTERPRISES, "A", "A"))

    def one(self, *options: Any) -> Any:
        """One of the options."""
        return self.random.choice(options)

    def after(self, moment: datetime, *hours: float | None) -> datetime | None:
        """A moment some hours after another, or nothing."""
        chosen = self.random.choice(hours)
        return None if chosen is None else moment + timedelta(hours=chosen)

    def number(self) -> int:
        """The number of some other document."""
        return self.random.randint(0, RECORDS)

    def price_of(self, number: int) -> str:
        """The amount of an order as its number has it; sometimes another."""
        return f"{(1, 99, 10_000, 123_456)[number % 4] / 100:.2f}" if self.random.random() < 0.8 else self.yuan()

    def buyer_of(self, number: int) -> str:
        """The buyer of an order as its number has it; sometimes another."""
        return f"b{number % 6}" if self.random.random() < 0.8 else self.buyer()

    def buyer(self) -> str:
        """The token of a buyer."""
        return f"b{self.random.randint(0, 5)}"


def rates(dice: Dice) -> Iterator[Record]:
    """Exchange rates that change by the month, and tariff rates that change within the year; one code has none."""
    for place in range(20):
        month = dice.business_date.replace(day=1) - timedelta(days=31 * place)
        yield "exchange_rate", {
            "month": f"{month:%Y-%m}", "currency": "USD", "cny_per_unit": f"{7 + dice.random.randint(0, 9) / 10}",
        }  # fmt: skip
    for back, vat in ((600, "0.13"), (60, "0.09")):
        yield "hs_rate", {
            "hs_code": "1" * 10, "valid_from": dice.business_date - timedelta(days=back), "tariff_rate": 0,
            "vat_rate": vat, "consumption_rate": "0.1",
        }  # fmt: skip
    yield "reference_code", {
        "list": "incubator_address", "code": "a0", "valid_from": dice.business_date - timedelta(days=300),
    }  # fmt: skip


def _enterprise(dice: Dice, number: int) -> Record:
    return "enterprise", {
        "uscc": dice.one(*ENTERPRISES, *(f"E{other}" for other in range(12))), "name": "n", "entity_type": "company",
        "legal_rep_token": dice.one(None, *(f"l{one}" for one in range(12))),
        "phone_token": dice.one(None, *(f"p{one}" for one in range(14))),
        "address_token": dice.one("a0", None, *(f"a{one}" for one in range(1, 12))),
        "business_scope": dice.one("s", "t"), "established_on": dice.day(), "status": "operating",
        "registered_capital_cny": dice.one(None, 0, 100), "paid_in_capital_cny": dice.one(None, 50, 70),
        "employees_insured": dice.one(None, 0, 7), "valid_from": dice.day(),
    }  # fmt: skip


def _order(dice: Dice, number: int) -> Record:
    value = dice.price_of(number)
    currency = dice.one(*("CNY",) * 6, "USD", "EUR")
    return "order", {
        "platform_uscc": "P", "order_no": f"o{number}", "direction": dice.one("import", "import", "export"),
        "uscc": dice.who(), "goods_value": value, "freight": dice.one(0, 5), "discount": dice.one(0, 1),
        "tax_total": 0, "actual_paid": value, "currency": currency, "amount_cny": value,
        "buyer_token": dice.buyer_of(number), "ordered_at": dice.moment(dice.day()),
    }  # fmt: skip


def _payment(dice: Dice, number: int) -> Record:
    order = dice.one(number, number, number, dice.number())
    return "payment", {
        "pay_code": "Q", "pay_txn_id": f"t{number}", "platform_uscc": "P", "order_no": f"o{order}",
        "payer_token": dice.buyer_of(order), "amount": dice.price_of(order),
        "currency": dice.one(*("CNY",) * 6, "USD"), "paid_at": dice.moment(dice.day()),
    }  # fmt: skip


def _waybill(dice: Dice, number: int) -> Record:
    return "waybill", {
        "carrier_uscc": "W", "logistics_no": f"w{number}", "platform_uscc": "P", "order_no": f"o{dice.number()}",
        "weight_kg": 1, "created_at": dice.moment(dice.day()),
    }  # fmt: skip


def _scan(dice: Dice, number: int) -> Record:
    return "waybill_event", {
        "carrier_uscc": "W", "logistics_no": f"w{dice.number()}",
        "event": dice.one("picked_up", "picked_up", "loaded", "released", "exited", "signed", "signed", "refused"),
        "event_at": dice.moment(dice.day()) + timedelta(hours=dice.one(0, 5, 7)),
    }  # fmt: skip


def _list(dice: Dice, number: int) -> Record:
    moment = dice.moment(dice.day())
    return "inventory", {
        "invt_no": f"i{number}", "direction": dice.one("import", "import", "export"),
        "mode": dice.one("9610", "1210", "1210", "9710"), "uscc": dice.who(), "platform_uscc": "P",
        "order_no": dice.one(None, *(f"o{number}", f"o{dice.number()}") * 4), "carrier_uscc": "W",
        "logistics_no": dice.one(None, *(f"w{number}", f"w{dice.number()}") * 4), "customs_code": "9402",
        "declared_value": dice.one(0, 7, 90), "currency": dice.one(*("CNY",) * 6, "USD", "EUR"),
        "declared_value_cny": dice.one("0.00", "6000.00", dice.yuan(), dice.yuan()), "tax_cny": dice.one(None, 0, 12),
        "summary_entry_id": dice.one(None, f"e{dice.number()}"), "declared_at": moment,
        "released_at": dice.after(moment, None, 0, 24), "cancelled_at": dice.after(moment, None, None, None, 48),
    }  # fmt: skip


def _list_line(dice: Dice, number: int) -> Record:
    return "inventory_line", {
        "invt_no": f"i{dice.number()}", "line_no": number % 7 + 1, **_goods(dice),
        "received_at": dice.moment(dice.day()),
    }  # fmt: skip


def _goods(dice: Dice) -> dict[str, Any]:
    return {
        "hs_code": dice.one(*("1" * 10,) * 9, "2" * 10), "goods_name": "g", "quantity": 1, "unit": "011",
        "statutory_quantity": dice.one(1, 1, 1, 1, 2, None), "statutory_unit": "011", "price": 1,
        "line_total": dice.one("10.00", "10.10", "10.70", "11.00", "12.00", "2.00", "90.00", "0.00"),
    }  # fmt: skip


def _declaration(dice: Dice, number: int) -> Record:
    moment = dice.moment(dice.day())
    amount = dice.one("10.00", "5000.00", "5000.00", "0.00")
    return "declaration", {
        "entry_id": f"e{number}", "direction": dice.one("import", "export", "export", "export"),
        "mode": dice.one("0110", "9810", "9810", "0130", "1210"), "uscc": dice.who(), "amount": amount,
        "currency": dice.one("CNY", "USD"), "amount_cny": dice.one("70.00", "35000.00"), "amount_usd": amount,
        "refund_claimed": dice.one(None, True), "summary_of": dice.one(None, None, None, "2026-01"),
        "declared_at": moment, "released_at": dice.after(moment, None, 0, 30),
        "departed_at": dice.after(moment, None, 24, 200),
    }  # fmt: skip


def _declaration_line(dice: Dice, number: int) -> Record:
    return "declaration_line", {
        "entry_id": f"e{dice.number()}", "line_no": number % 3 + 1, **_goods(dice),
        "received_at": dice.moment(dice.day()),
    }  # fmt: skip


def _movement(dice: Dice, number: int) -> Record:
    named = dice.one({}, {"invt_no": f"i{dice.number()}"}, {"entry_id": f"e{dice.number()}"},
                     {"platform_uscc": "P", "order_no": f"o{dice.number()}"}, {"invt_no": "nowhere"})  # fmt: skip
    return "warehouse_movement", {
        "warehouse_code": "V", "movement_no": f"m{number}", "warehouse_kind": dice.one("bonded", "bonded", "overseas"),
        "uscc": dice.who(), "sku": "k", "direction": dice.one("in", "out", "out"), "quantity": dice.one(1, "2.5"),
        "unit": "011", "unit_value_cny": dice.one(None, "3.33333"), "moved_at": dice.moment(dice.day()), **named,
    }  # fmt: skip


def _stock_count(dice: Dice, number: int) -> Record:
    return "stock_count", {
        "warehouse_code": "V", "uscc": dice.who(), "sku": f"k{number}", "book_quantity": dice.one(0, 100, 10_000),
        "counted_quantity": dice.one(0, 89, 90, 110, 9_899), "counted_at": dice.moment(dice.day()),
    }  # fmt: skip


def _return(dice: Dice, number: int) -> Record:
    moment = dice.moment(dice.day())
    named = dice.one({}, {"invt_no": f"i{dice.number()}"}, {"entry_id": f"e{dice.number()}"},
                     {"platform_uscc": "P", "order_no": f"o{dice.number()}"})  # fmt: skip
    return "return", {
        "refund_no": f"r{number}", "direction": dice.one("import", "export"), "uscc": dice.who(), "quantity": 1,
        "amount_cny": dice.yuan(), "reason": dice.one(None, "quality", "refused"), "food": dice.one(None, True, False),
        "bar_code_matches": dice.one(None, True, False), "declared_weight_kg": dice.one(None, 10),
        "found_weight_kg": dice.one(None, 11, "11.00001"), "applied_at": moment,
        "arrived_at": dice.after(moment, None, 0, 100), "relief_claimed": dice.one(None, True, True),
        "original_state": dice.one(None, True, False), **named,
    }  # fmt: skip


def _forex(dice: Dice, number: int) -> Record:
    amount = dice.yuan()
    return "forex", {
        "bop_no": f"f{number}", "uscc": dice.who(), "direction": dice.one("receipt", "receipt", "payment"),
        "amount": amount, "currency": "USD", "amount_usd": amount, "value_date": dice.day(),
        "counterparty_token": dice.one(None, "c1", "c2", "c3"), "account_token": dice.one(None, "x1", "x2", "x3"),
        "netted_fees_usd": dice.one(None, "0.50"), "prepaid": dice.one(None, True, False),
        "trade_document_no": dice.one(None, f"e{dice.number()}", f"i{dice.number()}", "nowhere"),
    }  # fmt: skip


def _filing(dice: Dice, number: int) -> Record:
    due = dice.day()
    day = timedelta(days=1)
    return "tax_filing", {
        "filing_no": f"n{number}", "uscc": dice.who(), "tax_type": "vat", "period": "2025-01",
        "payable_cny": dice.yuan(), "export_sales_cny": dice.one(None, "10.00"), "domestic_sales_cny": None,
        "output_tax_cny": dice.one(None, 0, 3), "input_tax_cny": dice.one(None, 2), "due_on": due,
        "filed_on": dice.one(None, due, due + day, due + 9 * day, due - day),
        "paid_on": dice.one(None, due, due + 2 * day),
    }  # fmt: skip


def _refund(dice: Dice, number: int) -> Record:
    applied = dice.day() - timedelta(days=dice.one(0, 0, 0, 365))
    return "tax_refund", {
        "refund_batch_no": f"u{number}", "entry_id": f"e{dice.one(number, 99)}", "line_no": 1, "uscc": dice.who(),
        "business_type": dice.one(None, "normal", "HWC-YT"), "refund_cny": dice.yuan(),
        "status": dice.one("applied", "paid", "suspended", "recovered"), "applied_on": applied,
        "settled_on": dice.one(None, None, applied + timedelta(days=30)),
    }  # fmt: skip


def _purchase(dice: Dice, number: int) -> Record:
    return "procurement", {
        "po_no": f"q{number}", "line_no": 1, "uscc": dice.who(), "amount": 1,
        "supplier_uscc": dice.one(None, "S1", "S1", *(f"S{one}" for one in range(5))),
        "currency": "CNY", "amount_cny": dice.yuan(), "vat_invoice_no": dice.one(None, "v"),
        "invoice_status": dice.one(None, "normal", "red", "void"), "ordered_at": dice.moment(dice.day()),
    }  # fmt: skip


def _inspection(dice: Dice, number: int) -> Record:
    return "inspection", {
        "inspect_id": f"x{number}", "document_type": "inventory", "document_no": f"i{number}", "uscc": dice.who(),
        "reason": dice.one("random", "targeted"), "result": dice.one("no_difference", "price|origin", "quantity"),
        "seized_value_cny": dice.one(None, "7.50"), "recovered_tax_cny": dice.one(None, 0, 5),
        "handed_over": dice.one(None, "none", "regulation"), "inspected_at": dice.moment(dice.day()),
    }  # fmt: skip


def _penalty(dice: Dice, number: int) -> Record:
    decided = dice.day()
    near = dice.business_date + timedelta(days=dice.one(-40, -1, 0, 1))
    return "penalty", {
        "decision_no": f"p{number}", "uscc": dice.one(*ENTERPRISES, "E1", "E2", "E3"), "authority": "customs",
        "kind": "other", "severity": dice.one("minor", "general", "serious"), "fine_cny": dice.yuan(),
        "confiscated_cny": dice.one(None, 3), "decided_on": decided,
        "published_on": dice.one(None, decided + timedelta(days=3)), "fulfilled_on": dice.one(None, near),
        "repaired_on": dice.one(None, None, near), "revoked_on": dice.one(None, None, None, near),
    }  # fmt: skip


def _court(dice: Dice, number: int) -> Record:
    near = dice.business_date + timedelta(days=dice.one(-40, -1, 0, 1))
    return "court_listing", {
        "case_no": f"c{number}", "uscc": dice.who(), "subject": dice.one("enterprise", "legal_rep"),
        "published_on": dice.day() - timedelta(days=dice.one(0, 365)), "expires_on": dice.one(None, near),
        "removed_on": dice.one(None, None, near),
    }  # fmt: skip


def _abnormal(dice: Dice, number: int) -> Record:
    near = dice.business_date + timedelta(days=dice.one(-40, -1, 0, 1))
    return "abnormal_listing", {
        "uscc": dice.who(), "reason": dice.one("no_annual_report", "unreachable"), "listed_on": dice.day(),
        "removed_on": dice.one(None, near),
    }  # fmt: skip


def _sample(dice: Dice, number: int) -> Record:
    return "quality_sample", {
        "sample_no": f"s{number}", "uscc": dice.who(), "sku": "k", "verdict": dice.one("pass", "fail"),
        "level": dice.one(None, "general", "serious"), "recall_no": dice.one(None, None, None, "z"),
        "sampled_on": dice.day(),
        "closed_on": dice.one(None, dice.business_date, dice.business_date + timedelta(days=1)),
    }  # fmt: skip


def _trace(dice: Dice, number: int) -> Record:
    return "trace_event", {
        "trace_code": f"y{number // 6}", "step": number % 6 + 1, "uscc": dice.who(), "sku": "k", "node": "stored",
        "record_hash": f"h{number}", "previous_hash": dice.one(None, f"h{number - 1}", f"h{number - 1}", "other"),
        "recorded_at": dice.moment(dice.day()),
    }  # fmt: skip


def _vehicle(dice: Dice, number: int) -> Record:
    return "vehicle_export", {
        "vin": f"VIN{number % 8}", "uscc": dice.who(), "entry_id": f"e{dice.number()}", "used": dice.one(True, False),
        "exited_at": dice.one(None, *(dice.moment(dice.day()) for _ in range(3))),
    }  # fmt: skip


def _border(dice: Dice, number: int) -> Record:
    return "border_trade", {
        "trade_no": f"g{number}", "resident_token": f"R{number % 4}", "cooperative_uscc": dice.one(None, *ENTERPRISES),
        "processor_uscc": dice.one(None, *ENTERPRISES), "goods_name": "g", "quantity": 1, "direction": "import",
        "value_cny": dice.yuan(), "traded_on": dice.day(),
    }  # fmt: skip


def _barter(dice: Dice, number: int) -> Record:
    return "barter_leg", {
        "contract_no": f"d{number // 5}", "leg_no": number % 5 + 1, "uscc": ENTERPRISES[number // 5 % 3],
        "direction": dice.one("out", "in"), "value_cny": dice.yuan(), "delivered_on": dice.one(None, dice.day()),
        "due_on": dice.day(), "cash_settled_cny": dice.one(None, None, "0.50"),
    }  # fmt: skip


KINDS = (
    _enterprise, _order, _order, _payment, _payment, _waybill, _scan, _scan, _scan, _scan, _list, _list, _list_line,
    _list_line, _list_line, _declaration, _declaration, _declaration_line, _movement, _stock_count, _return, _forex,
    _filing, _refund, _purchase, _inspection, _penalty, _court, _abnormal, _sample, _trace, _vehicle, _border, _barter,
)  # fmt: skip
"""Every kind of record; some tables are told more often than others."""
