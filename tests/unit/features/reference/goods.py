"""Returns, quality, warehouses, prices, vehicles, border trade, barter."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from expectations.vocabulary.moment import add_months
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

Group = tuple[str, str, str, str]


class Goods:
    """What goods tell of one enterprise."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.prices = self._prices()

    def window(self, uscc: str, days: int) -> Told:
        """Features over a window."""
        return {
            **self._returns(uscc, days),
            **self._quality(uscc, days),
            **self._warehouse(uscc, days),
        }

    def _returns(self, uscc: str, days: int) -> Told:
        returns, orders = self.known.of("return", uscc, days), self.known.of("order", uscc, days)
        value, sold = total(returns, "amount_cny"), total(orders, "amount_cny")
        says = len(orders) >= FEWEST
        originals = [(row, self._originals(row)) for row in returns]
        spans = [(row["event_day"] - left).days for row, found in originals if (left := self._left_on(found))]
        claims = [(row, found) for row, found in originals if row["relief_claimed"]]
        judged = [verdict for row, found in claims if (verdict := self._is_within_rule(row, found)) is not None]
        arrived = [(row["arrived_at"].date() - row["event_day"]).days for row in returns if row["arrived_at"]]
        return {
            "returns": len(returns),
            "return_value": value,
            "return_rate": ratio(len(returns), len(orders)) if says else None,
            "return_value_rate": ratio(value, sold) if says else None,
            "fault_return_share": share(returns, lambda row: row["reason"] in ("quality", "damaged", "wrong_item")),
            "refused_return_share": share(returns, lambda row: row["reason"] == "refused"),
            "mismatched_return_share": share(returns, self._is_mismatched),
            "relief_return_share": share(returns, lambda row: row["relief_claimed"]),
            "return_without_document_share": None
            if self.known.is_late("inventory", "declaration")
            else share(originals, lambda pair: not any(pair[1].values())),
            "return_apply_days": mean(spans),
            "relief_outside_rule_share": share(judged, lambda verdict: not verdict),
            "return_arrival_days": mean(arrived),
        }

    def _originals(self, row: Row) -> dict[str, Any]:
        found = {
            "list": self.known.named("inventory", invt_no=row["invt_no"]),
            "entry": self.known.named("declaration", entry_id=row["entry_id"]),
            "order": self.known.named("order", platform_uscc=row["platform_uscc"], order_no=row["order_no"]),
        }
        return {name: rows[0] if rows else None for name, rows in found.items()}

    @staticmethod
    def _left_on(found: dict[str, Any]) -> date | None:
        """The day of release of the list; else of departure, else of release of the declaration."""
        moments = [
            found["list"] and found["list"]["released_at"],
            found["entry"] and found["entry"]["departed_at"],
            found["entry"] and found["entry"]["released_at"],
        ]
        return next((moment.date() for moment in moments if moment is not None), None)

    def _is_within_rule(self, row: Row, found: dict[str, Any]) -> bool | None:
        left = self._left_on(found)
        if row["direction"] == "import":
            released = found["list"] and found["list"]["released_at"]
            if released is None:
                return None
            arrives = row["arrived_at"].date() if row["arrived_at"] else released.date()
            return bool((row["event_day"] - released.date()).days <= 30 and (arrives - released.date()).days <= 45)
        if left is None:
            return None
        back = row["arrived_at"].date() if row["arrived_at"] else row["event_day"]
        return bool(back <= add_months(left, 6) and not row["food"] and row["original_state"] is not False)

    @staticmethod
    def _is_mismatched(row: Row) -> bool:
        if row["bar_code_matches"] is False:
            return True
        told, found = row["declared_weight_kg"], row["found_weight_kg"]
        return told is not None and found is not None and abs(money(found) - money(told)) > money(told) / 10

    def _quality(self, uscc: str, days: int) -> Told:
        samples, counts = self.known.of("quality_sample", uscc, days), self.known.of("stock_count", uscc, days)
        failed = [row for row in samples if row["verdict"] == "fail"]
        records = [(row, self._earlier(row)) for row in self.known.of("trace_event", uscc, days)]
        records = [(row, earlier) for row, earlier in records if earlier or row["previous_hash"] is not None]

        def gap(row: Row) -> Decimal:
            return money(row["book_quantity"]) - money(row["counted_quantity"])

        def is_short(row: Row) -> bool:
            return gap(row) > max(money(row["book_quantity"]) / 100, Decimal(10))

        return {
            "quality_samples": len(samples),
            "failed_samples": len(failed),
            "serious_quality_failures": len([row for row in failed if row["level"] == "serious"]),
            "failed_sample_share": share(samples, lambda row: row["verdict"] == "fail"),
            "short_stock_counts": len([row for row in counts if is_short(row)]),
            "short_stock_share": share(counts, is_short),
            "short_stock_ratio": ratio(
                sum((max(gap(row), Decimal()) for row in counts), Decimal()), total(counts, "book_quantity")
            ),
            "trace_break_share": share(
                records, lambda pair: not pair[1] or pair[1][0]["record_hash"] != pair[0]["previous_hash"]
            ),
        }

    def _earlier(self, row: Row) -> list[Row]:
        return self.known.named("trace_event", trace_code=row["trace_code"], step=row["step"] - 1)

    def _warehouse(self, uscc: str, days: int) -> Told:
        moved = self.known.of("warehouse_movement", uscc, days)
        exits = [row for row in moved if row["warehouse_kind"] == "bonded" and row["direction"] == "out"]
        early = [row for row in moved if row["direction"] == "out" and self._is_early(row)]
        value = {
            way: sum(rounded(float(money(row["quantity"])) * float(money(row["unit_value_cny"])) * 100)
                     for row in moved if row["warehouse_kind"] == "overseas" and row["direction"] == way)
            for way in ("in", "out")
        }  # fmt: skip
        return {
            "exit_without_document_share": None
            if self.known.is_late("inventory", "declaration")
            else share(exits, lambda row: not any(self._originals(row).values())),
            "exit_before_release_share": len([row for row in early if row in exits]) / len(exits)
            if len(exits) >= FEWEST
            else None,
            "overseas_sold_ratio": ratio(value["out"], value["in"]),
        }

    def _is_early(self, row: Row) -> bool:
        listed = self.known.named("inventory", invt_no=row["invt_no"])
        return bool(listed) and (listed[0]["released_at"] is None or row["moved_at"] < listed[0]["released_at"])

    def _prices(self) -> dict[Group, list[tuple[str, int]]]:
        """Per peer group of the 90 days to D: whose line, and its price in steps of two per cent."""
        found: dict[Group, list[tuple[str, int]]] = defaultdict(list)
        lists = [row for row in self.known.rows["inventory"] if row["cancelled_at"] is None]
        entries = [row for row in self.known.rows["declaration"] if row["summary_of"] is None]
        for rows, lines, key, amounts in (
            (lists, "inventory_line", "invt_no", ("declared_value", "declared_value_cny")),
            (entries, "declaration_line", "entry_id", ("amount", "amount_cny")),
        ):
            for row in rows:
                rate = self._rate(row, *amounts)
                if not self.known.within(row["event_day"], 90) or rate is None or rate <= 0:
                    continue
                for line in self.known.named(lines, **{key: row[key]}):
                    if line["statutory_quantity"] and line["statutory_unit"] and money(line["line_total"]) > 0:
                        price = float(line["line_total"]) * rate / float(line["statutory_quantity"])
                        group = (
                            line["hs_code"],
                            line["statutory_unit"],
                            line["origin_country"] or "",
                            row["direction"],
                        )
                        found[group].append((row["uscc"], math.floor(math.log(price) * 50)))
        return {
            group: lines for group, lines in found.items() if len(lines) >= 30 and len({uscc for uscc, _ in lines}) >= 3
        }

    def _rate(self, row: Row, amount: str, yuan: str) -> float | None:
        """Yuan per unit of a document's currency: of its day, else its own."""
        rate = self.known.rate(row["currency"], row["event_day"])
        if rate is not None:
            return float(rate)
        return float(money(row[yuan])) / float(money(row[amount])) if money(row[amount]) > 0 else None

    def price(self, uscc: str) -> Told:
        """Prices against peers."""
        deviations, low, high = [], 0, 0
        for lines in self.prices.values():
            median = lower_median([step for _, step in lines])
            spread = max(lower_median([abs(step - median) for _, step in lines]), 1)
            for _, step in (line for line in lines if line[0] == uscc):
                deviations.append((step - median) / 50)
                robust = (step - median) / (1.4826 * spread)
                low += robust < -3.5 and step - median < -50 * math.log(2)
                high += robust > 3.5 and step - median > 50 * math.log(2)
        says = len(deviations) >= FEWEST
        return {
            "low_price_line_share_90d": low / len(deviations) if says else None,
            "high_price_line_share_90d": high / len(deviations) if says else None,
            "price_deviation_90d": mean(deviations),
        }

    def special(self, uscc: str) -> Told:
        """Vehicles, border residents, barter, failures not closed."""
        residents: dict[str, Decimal] = defaultdict(Decimal)
        trades = [
            row
            for row in self.known.rows["border_trade"]
            if (row["processor_uscc"] or row["cooperative_uscc"]) == uscc and self.known.within(row["event_day"], 90)
        ]
        for row in trades:
            residents[row["resident_token"]] += money(row["value_cny"])
        value = sum(residents.values(), Decimal())
        failures = [row for row in self.known.rows["quality_sample"]
                    if row["uscc"] == uscc and row["closed_on"] is None
                    and (row["verdict"] == "fail" or row["recall_no"] is not None)]  # fmt: skip
        return {
            "border_trade_value_90d": float(value),
            "top_resident_share_90d": ratio(max(residents.values()), value) if len(trades) >= FEWEST else None,
            "open_quality_failures": len(failures),
            **self._vehicles(uscc),
            **self._barter(uscc),
        }  # fmt: skip

    def _vehicles(self, uscc: str) -> Told:
        exits = [row for row in self.known.rows["vehicle_export"] if row["exited_at"] is not None]
        mine = [row for row in exits if row["uscc"] == uscc and self.known.within(row["event_day"], 365)]

        def is_repeated(row: Row) -> bool:
            others = [other for other in exits if other["vin"] == row["vin"] and other is not row]
            since = row["event_day"] - timedelta(days=180)
            return any(
                since <= other["event_day"] < row["event_day"]
                or (other["event_day"] == row["event_day"] and other["key_hash"] < row["key_hash"])
                for other in others
            )

        return {
            "vehicles_exported_365d": len(mine),
            "repeated_vehicle_exports_365d": len([row for row in mine if is_repeated(row)]),
        }

    def _barter(self, uscc: str) -> Told:
        contracts: dict[str, list[Row]] = defaultdict(list)
        for row in self.known.rows["barter_leg"]:
            if row["uscc"] == uscc:
                contracts[row["contract_no"]].append(row)
        still_open, due = Decimal(), Decimal()
        for legs in contracts.values():
            if max(leg["due_on"] for leg in legs) > self.known.today:
                continue
            moved = {
                way: sum(
                    (money(leg["value_cny"]) for leg in legs if leg["direction"] == way and leg["delivered_on"]),
                    Decimal(),
                )
                for way in ("out", "in")
            }
            cash = sum((money(leg["cash_settled_cny"]) for leg in legs), Decimal())
            still_open += max(abs(moved["out"] - moved["in"]) - cash, Decimal())
            due += max(moved.values())
        return {"overdue_barter_value": float(still_open), "overdue_barter_ratio": ratio(still_open, due)}


def lower_median(values: list[int]) -> int:
    """The middle value, the lower of two."""
    return sorted(values)[(len(values) - 1) // 2]
