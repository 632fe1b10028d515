"""Lists and declarations: their papers, their tax, their rhythm."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.unit.features.reference.knowledge import (
    FEWEST,
    Knowledge,
    Row,
    Told,
    mean,
    money,
    ratio,
    rounded,
    share,
    total,
)

RETAIL = ("9610", "1210", "1239")


class Documents:
    """What customs documents tell of one enterprise."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.complete = self._complete_days()

    def _complete_days(self) -> set[date]:
        """Days on which orders, payments and waybills have all arrived, without a hole in the three days before."""
        spoken = {
            table: {row["event_day"] for row in self.known.rows[table]} for table in ("order", "payment", "waybill")
        }
        days = set().union(*spoken.values())
        holes = {
            day
            for day in days
            if any(day not in of_table and any(other < day for other in of_table) for of_table in spoken.values())
        }
        return {
            day
            for day in days
            if all(day in of_table for of_table in spoken.values())
            and not any(day - timedelta(days=back) in holes for back in (1, 2, 3))
        }

    def kept(self, uscc: str, days: int) -> list[Row]:
        """Lists that were not cancelled."""
        return [row for row in self.known.of("inventory", uscc, days) if row["cancelled_at"] is None]

    def declared(self, uscc: str, days: int) -> list[Row]:
        """Declarations that sum no lists."""
        return [row for row in self.known.of("declaration", uscc, days) if row["summary_of"] is None]

    def value(self, uscc: str, days: int, direction: str) -> float:
        """Declared value of lists and declarations, in yuan."""
        lists = [row for row in self.kept(uscc, days) if row["direction"] == direction]
        declarations = [row for row in self.declared(uscc, days) if row["direction"] == direction]
        return total(lists, "declared_value_cny") + total(declarations, "amount_cny")

    def window(self, uscc: str, days: int) -> Told:
        """Features over a window."""
        known = self.known
        kept, lists = self.kept(uscc, days), known.of("inventory", uscc, days)
        documents = [*kept, *self.declared(uscc, days)]
        released = [row for row in documents if row["released_at"] is not None]
        hours = [(row["released_at"] - row["declared_at"]).total_seconds() / 3600 for row in released]
        imported = [row for row in kept if row["direction"] == "import" and row["mode"] in RETAIL]
        tracked = [(row, self._scans(row)) for row in kept]
        tracked = [(row, scans) for row, scans in tracked if scans]
        return {
            "documents": len(documents),
            "export_value": self.value(uscc, days, "export"),
            "import_value": self.value(uscc, days, "import"),
            "cancelled_list_share": share(lists, lambda row: row["cancelled_at"] is not None),
            "release_hours": mean(hours),
            "import_tax_ratio": ratio(total(imported, "tax_cny"), total(imported, "declared_value_cny")),
            "tax_to_expected": self._tax_to_expected(imported),
            "signed_before_release_share": share(tracked, lambda pair: self._is_signed_before_release(*pair)),
            "exit_missing_share": self._exits(uscc, days),
            **self._match([row for row in imported if row["event_day"] in self.complete]),
            **self._inspections(uscc, days),
        }

    def _scans(self, row: Row) -> list[Row]:
        return self.known.named("waybill_event", carrier_uscc=row["carrier_uscc"], logistics_no=row["logistics_no"])

    @staticmethod
    def _is_signed_before_release(row: Row, scans: list[Row]) -> bool:
        signed = [scan["event_at"] for scan in scans if scan["event"] == "signed"]
        return bool(signed) and row["released_at"] is not None and min(signed) < row["released_at"]

    def _match(self, lists: list[Row]) -> Told:
        """The three documents of retail import lists whose day is complete."""
        judged = [self._papers(row) for row in lists]
        lacking = [one for one in judged if one["order"] or one["payment"] or one["waybill"]]
        paid = [one for one in judged if not one["payment"]]
        ages = [(self.known.today - day).days for day in (one["day"] for one in lacking)]
        return {
            "unmatched_lists": len([one for one in judged if self._is_unmatched(one)]),
            "unmatched_list_share": share(judged, self._is_unmatched),
            "list_without_order_share": share(judged, lambda one: one["order"]),
            "list_without_payment_share": share(judged, lambda one: one["payment"]),
            "list_without_waybill_share": share(judged, lambda one: one["waybill"]),
            "other_amount_share": share(judged, lambda one: one["amount"]),
            "other_payer_share": share(judged, lambda one: one["payer"]),
            "declared_before_payment_share": share(paid, lambda one: one["early"]),
            "gap_age_days": sum(ages) / len(ages) if ages else None,
        }

    @staticmethod
    def _is_unmatched(one: Row) -> bool:
        return bool(one["order"] or one["payment"] or one["waybill"] or one["amount"] or one["payer"])

    def _papers(self, row: Row) -> dict[str, Any]:
        """What a list lacks and what disagrees."""
        key = {"platform_uscc": row["platform_uscc"], "order_no": row["order_no"]}
        orders, payments = self.known.named("order", **key), self.known.named("payment", **key)
        waybills = self.known.named("waybill", carrier_uscc=row["carrier_uscc"], logistics_no=row["logistics_no"])
        currencies = {payment["currency"] for payment in payments}
        paid = sum((money(payment["amount"]) for payment in payments), Decimal())
        comparable = bool(orders and payments and currencies == {orders[0]["currency"]})
        return {
            "day": row["event_day"],
            "order": not orders,
            "payment": not payments,
            "waybill": not waybills,
            "amount": comparable and abs(money(orders[0]["actual_paid"]) - paid) > Decimal("0.01"),
            "payer": bool(orders) and any(one["payer_token"] != orders[0]["buyer_token"] for one in payments),
            "early": bool(payments) and row["declared_at"] < min(one["paid_at"] for one in payments),
        }

    def _tax_to_expected(self, imported: list[Row]) -> float | None:
        told, expected = Decimal(), 0
        for row in imported:
            owed = self._owed(row)
            if owed is not None and row["tax_cny"] is not None:
                told += money(row["tax_cny"])
                expected += owed
        return ratio(told * 100, expected)

    def _owed(self, row: Row) -> int | None:
        """Tax in fen at the reduced rate, for a list of up to 5,000 yuan all of whose lines have a rate."""
        if money(row["declared_value_cny"]) > 5000:
            return None
        fen, weighted = 0, 0
        for line in self.known.named("inventory_line", invt_no=row["invt_no"]):
            rates = [
                one
                for one in self.known.named("hs_rate", hs_code=line["hs_code"])
                if one["valid_from"] <= row["event_day"] and (one["valid_to"] or date.max) >= row["event_day"]
            ]
            if not rates:
                return None
            rate = max(rates, key=lambda one: one["valid_from"])
            consumption, vat = float(rate["consumption_rate"]), float(rate["vat_rate"])
            line_fen = int(money(line["line_total"]) * 100)
            fen += line_fen
            weighted += line_fen * rounded((consumption + vat) / (1 - consumption) * 70 * 10_000)
        value_fen = int(money(row["declared_value_cny"]) * 100)
        return rounded(value_fen * weighted / fen / 1_000_000) if fen else None

    def _exits(self, uscc: str, days: int) -> float | None:
        """Released bonded lists without a movement, on the day after twice the warehouse's days of grace."""
        grace = timedelta(days=2 * self.known.grace("warehouse_movement") + 1)
        due = [
            row
            for row in self.known.rows["inventory"]
            if row["uscc"] == uscc and row["mode"] in ("1210", "1239") and row["direction"] == "import"
            and row["cancelled_at"] is None and row["released_at"] is not None
            and self.known.within(self._released_on(row) + grace, days)
        ]  # fmt: skip
        if self.known.is_late("warehouse_movement"):
            return None
        return share(due, lambda row: not self.known.named("warehouse_movement", invt_no=row["invt_no"]))

    @staticmethod
    def _released_on(row: Row) -> date:
        released: date = row["released_at"].date()
        return released

    def _inspections(self, uscc: str, days: int) -> Told:
        inspections = self.known.of("inspection", uscc, days)
        at_random = [row for row in inspections if row["reason"] == "random"]

        def found(row: Row) -> bool:
            return bool(row["result"] != "no_difference")

        def grave(row: Row) -> bool:
            cost = money(row["seized_value_cny"]) + money(row["recovered_tax_cny"])
            return cost > 0 or row["handed_over"] in ("regulation", "anti_smuggling")

        return {
            "inspections": len(inspections),
            "inspection_findings": len([row for row in inspections if found(row)]),
            "serious_findings": len([row for row in inspections if grave(row)]),
            "seized_and_recovered": total(inspections, "seized_value_cny") + total(inspections, "recovered_tax_cny"),
            "inspection_finding_share": share(inspections, found),
            "random_finding_share": share(at_random, found),
        }

    def rhythm(self, uscc: str) -> Told:
        """Active days, silence, burst and trend."""
        today = self.known.today
        filed = [row["event_day"] for row in (*self.kept(uscc, 475), *self.declared(uscc, 475))]
        days = sorted(set(filed))

        def between(first: int, last: int) -> int:
            return len([day for day in filed if first <= (today - day).days < last])

        silences = [(following - day).days for day, following in zip(days, [*days[1:], today], strict=True)
                    if self.known.within(day, 365)]  # fmt: skip
        busiest = max((filed.count(day) for day in days if self.known.within(day, 90)), default=0)
        before, earlier = between(90, 180), between(7, 97)
        return {
            "days_since_document": (today - days[-1]).days if days else None,
            "active_days_90d": len([day for day in days if self.known.within(day, 90)]),
            "active_days_365d": len([day for day in days if self.known.within(day, 365)]),
            "burst_ratio": (between(0, 7) / 7) / (earlier / 90) if earlier >= FEWEST else None,
            "document_trend": between(0, 90) / before if before >= FEWEST else None,
            "busiest_day_share": busiest / between(0, 90) if between(0, 90) >= FEWEST else None,
            "longest_silence_days": max(silences) if silences else None,
        }
