"""Features again, by plain Python over rows, written from the catalogue's text and not from the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from expectations.vocabulary.moment import add_months, end_of_day
from tests.worlds.builder import World

Row = Mapping[str, Any]


class Reference:
    """Everything known of a world as of (D, K), and what follows from it for one enterprise."""

    def __init__(self, world: World, business_date: date, known_at: datetime) -> None:
        self.today = business_date
        self.rows = {table: self._known(table, world, known_at) for table in world.rows}

    def _known(self, table: str, world: World, known_at: datetime) -> list[Row]:
        versions: dict[int, list[Row]] = defaultdict(list)
        for row in world.rows[table]:
            if row["received_at"] <= known_at:
                versions[row["key_hash"]].append(row)
        order = ("received_at", "ingest_sequence", "source_row")
        latest = [max(rows, key=lambda row: tuple(row[name] for name in order)) for rows in versions.values()]
        return [row for row in latest if row.get("annulled_at") is None and row["event_day"] <= self.today]

    def happened(self, moment: datetime | date | None) -> bool:
        """Whether something has happened by the end of D."""
        if isinstance(moment, datetime):
            return moment < end_of_day(self.today)
        return moment is not None and moment <= self.today

    def of(self, table: str, uscc: str, days: int) -> list[Row]:
        """Rows of an enterprise whose event lies in a window."""
        since = self.today - timedelta(days=days)
        return [row for row in self.rows[table] if row["uscc"] == uscc and row["event_day"] > since]

    def features(self, uscc: str) -> dict[str, float | None]:
        """The sample of features that is compared."""
        told: dict[str, float | None] = {}
        for days in (30, 90, 365):
            told |= {f"{name}_{days}d": value for name, value in self._window(uscc, days).items()}
        return told | self._penalties(uscc) | self._rhythm(uscc)

    def _window(self, uscc: str, days: int) -> dict[str, float | None]:
        orders = self.of("order", uscc, days)
        returns = self.of("return", uscc, days)
        forex = self.of("forex", uscc, days)
        lists = self.of("inventory", uscc, days)
        kept = [row for row in lists if not self.happened(row["cancelled_at"])]
        inspections = self.of("inspection", uscc, days)
        findings = [row for row in inspections if row["result"] != "no_difference"]
        by_buyer: dict[str, Decimal] = defaultdict(Decimal)
        for row in orders:
            by_buyer[row["buyer_token"]] += Decimal(row["amount_cny"])
        value = total(orders, "amount_cny")
        moved = total(forex, "amount_usd")
        return {
            "orders": len(orders),
            "order_value": value,
            "distinct_buyers": len(by_buyer),
            "top_buyer_share": float(max(by_buyer.values())) / value if len(orders) >= 5 and value else None,
            "new_buyer_share": share(by_buyer, lambda buyer: self._is_new(uscc, str(buyer), days)),
            "returns": len(returns),
            "return_value": total(returns, "amount_cny"),
            "return_rate": len(returns) / len(orders) if len(orders) >= 5 else None,
            "fault_return_share": share(returns, lambda row: row["reason"] == "quality"),
            "forex_receipts": total([row for row in forex if row["direction"] == "receipt"], "amount_usd"),
            "prepaid_share": total([row for row in forex if row["prepaid"]], "amount_usd") / moved if moved else None,
            "documents": len(kept),
            "import_value": total([row for row in kept if row["direction"] == "import"], "declared_value_cny"),
            "cancelled_list_share": share(lists, lambda row: self.happened(row["cancelled_at"])),
            "inspections": len(inspections),
            "inspection_findings": len(findings),
            "serious_findings": len([row for row in inspections if row["recovered_tax_cny"]]),
            "inspection_finding_share": share(inspections, lambda row: row["result"] != "no_difference"),
            **self._filings(uscc, days),
        }

    def _is_new(self, uscc: str, buyer: str, days: int) -> bool:
        bought = [row["event_day"] for row in self.of("order", uscc, 475) if row["buyer_token"] == buyer]
        return bool(min(bought) > self.today - timedelta(days=days))

    def _filings(self, uscc: str, days: int) -> dict[str, float | None]:
        """A filing belongs to the day after it was due."""
        due = [
            row
            for row in self.rows["tax_filing"]
            if row["uscc"] == uscc and timedelta() < self.today - row["due_on"] <= timedelta(days=days)
        ]
        late = [row for row in due if not self.happened(row["filed_on"]) or row["filed_on"] > row["due_on"]]
        unpaid = [row for row in due if not self.happened(row["paid_on"])]
        payable = total(due, "payable_cny")
        return {
            "tax_filings": len(due),
            "late_filings": len(late),
            "late_filing_share": len(late) / len(due) if len(due) >= 5 else None,
            "unpaid_tax": total(unpaid, "payable_cny"),
            "unpaid_tax_ratio": total(unpaid, "payable_cny") / payable if payable else None,
        }

    def _penalties(self, uscc: str) -> dict[str, float | None]:
        life = {"minor": 3, "general": 12, "serious": 36}
        in_force = []
        for row in self.rows["penalty"]:
            start = row["published_on"] or row["decided_on"]
            ended = self.happened(row["repaired_on"]) or self.happened(row["revoked_on"])
            if row["uscc"] == uscc and start <= self.today < add_months(start, life[row["severity"]]) and not ended:
                in_force.append(row)
        counts = {
            f"{severity}_penalties_in_force": float(len([row for row in in_force if row["severity"] == severity]))
            for severity in life
        }
        return {**counts, "fines_in_force": total(in_force, "fine_cny")}

    def _rhythm(self, uscc: str) -> dict[str, float | None]:
        days = {row["event_day"] for row in self.of("inventory", uscc, 475) if not self.happened(row["cancelled_at"])}
        return {
            "days_since_document": (self.today - max(days)).days if days else None,
            "active_days_90d": len([day for day in days if day > self.today - timedelta(days=90)]),
        }


def total(rows: Iterable[Row], name: str) -> float:
    """A sum of amounts."""
    return float(sum((Decimal(row[name]) for row in rows), Decimal()))


def share(items: Iterable[Any], holds: Callable[[Any], bool]) -> float | None:
    """How many of five or more items hold; nothing of fewer."""
    held = [holds(item) for item in items]
    return sum(held) / len(held) if len(held) >= 5 else None
