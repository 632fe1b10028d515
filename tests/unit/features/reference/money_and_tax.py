"""Foreign exchange, tax, purchases."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.unit.features.reference.documents import Documents
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


class MoneyAndTax:
    """What banks, the tax office and purchases tell of one enterprise."""

    def __init__(self, known: Knowledge, documents: Documents) -> None:
        self.known = known
        self.documents = documents

    def window(self, uscc: str, days: int) -> Told:
        """Features over a window."""
        return {
            **self._forex(uscc, days),
            **self._goods(uscc, days),
            **self._filings(uscc, days),
            **self._refunds(uscc, days),
            **self._purchases(uscc, days),
        }

    def _forex(self, uscc: str, days: int) -> Told:
        forex = self.known.of("forex", uscc, days)
        receipts = [row for row in forex if row["direction"] == "receipt"]
        net, fees = total(receipts, "amount_usd"), total(receipts, "netted_fees_usd")
        named = [row for row in receipts if row["trade_document_no"] is not None]
        documents = {row["bop_no"]: self._document(row) for row in named}
        spans = [(row["event_day"] - documents[row["bop_no"]]["event_day"]).days
                 for row in named if documents[row["bop_no"]]]  # fmt: skip
        remitters: dict[str, list[Row]] = defaultdict(list)
        for row in receipts:
            if row["counterparty_token"] is not None:
                remitters[row["counterparty_token"]].append(row)
        sums = [total(rows, "amount_usd") for rows in remitters.values()]
        count = sum(map(len, remitters.values()))
        return {
            "forex_receipts": net,
            "forex_payments": total([row for row in forex if row["direction"] == "payment"], "amount_usd"),
            "prepaid_share": ratio(
                total([row for row in forex if row["prepaid"]], "amount_usd"), total(forex, "amount_usd")
            ),
            "netted_fee_share": ratio(fees, net + fees) if len(receipts) >= FEWEST else None,
            "receipt_without_document_share": None
            if self.known.is_late("inventory", "declaration")
            else share(named, lambda row: not documents[row["bop_no"]]),
            "settlement_days": mean(spans),
            "unsettled_declaration_share": self._unsettled(uscc, days),
            "distinct_remitters": len(remitters),
            "top_remitter_share": ratio(max(sums), sum(sums)) if count >= FEWEST else None,
        }

    def _document(self, row: Row) -> Row:
        """The declaration or list that a receipt names; nothing where it is not known."""
        found = [
            *self.known.named("declaration", entry_id=row["trade_document_no"]),
            *self.known.named("inventory", invt_no=row["trade_document_no"]),
        ]
        return found[0] if found else {}

    def _unsettled(self, uscc: str, days: int) -> float | None:
        """Export declarations on the day after ninety days and twice the banks' days of grace."""
        grace = timedelta(days=90 + 2 * self.known.grace("forex") + 1)
        due = [
            row
            for row in self.known.rows["declaration"]
            if row["uscc"] == uscc and self.known.within(row["event_day"] + grace, days)
            and (self._settlements(row) or self._needs_settlement(row))
        ]  # fmt: skip
        return None if self.known.is_late("forex") else share(due, lambda row: not self._settlements(row))

    def _settlements(self, row: Row) -> list[Row]:
        return self.known.named("forex", trade_document_no=row["entry_id"])

    @staticmethod
    def _needs_settlement(row: Row) -> bool:
        return bool(row["direction"] == "export" and row["mode"] != "0130" and row["summary_of"] is None)

    def _goods(self, uscc: str, days: int) -> Told:
        """Money against goods, in US cents; nothing where a list has no rate."""
        forex = self.known.of("forex", uscc, days)
        receipts = [row for row in forex if row["direction"] == "receipt"]
        received = round(100 * (total(receipts, "amount_usd") + total(receipts, "netted_fees_usd")))
        paid = round(100 * total([row for row in forex if row["direction"] == "payment"], "amount_usd"))
        exports, imports = self._cents(uscc, "export", 0, days), self._cents(uscc, "import", 0, days)
        count = len(self.documents.kept(uscc, days)) + len(self.documents.declared(uscc, days))
        if count < FEWEST or exports is None or imports is None:
            return dict.fromkeys(("receipt_to_export", "fund_goods_ratio", "fund_goods_difference"))
        flows = imports + exports + received + paid
        return {
            "receipt_to_export": ratio(received, exports),
            "fund_goods_ratio": ratio(received + paid, imports + exports),
            "fund_goods_difference": (imports + received - exports - paid) / flows if flows > 0 else None,
        }

    def _cents(self, uscc: str, direction: str, back: int, days: int) -> int | None:
        """Goods of (D - back - days, D - back] in US cents, without barter; nothing where a list has no rate."""
        lists, declarations = self._back(uscc, back, days)
        cents = sum(int(money(row["amount_usd"]) * 100) for row in declarations
                    if row["direction"] == direction and row["mode"] != "0130")  # fmt: skip
        for row in lists:
            rate = self.known.rate("USD", row["event_day"])
            if rate is None:
                return None
            if row["direction"] == direction:
                cents += rounded(float(money(row["declared_value_cny"]) * 100) / float(rate))
        return cents

    def _back(self, uscc: str, back: int, days: int) -> tuple[list[Row], list[Row]]:
        since = self.known.today - timedelta(days=back)
        lists = [row for row in self.documents.kept(uscc, back + days) if row["event_day"] <= since]
        return lists, [row for row in self.documents.declared(uscc, back + days) if row["event_day"] <= since]

    def lagged(self, uscc: str) -> Told:
        """A year's receipts over net exports of the year that ended 90 days before."""
        lists, declarations = self._back(uscc, 90, 365)
        count = len([row for row in (*lists, *declarations) if row["direction"] == "export"])
        exports = self._cents(uscc, "export", 90, 365)
        returned = Decimal()
        for row in self.known.of("return", uscc, 455):
            if row["direction"] == "export" and row["event_day"] <= self.known.today - timedelta(days=90):
                rate = self.known.rate("USD", row["event_day"])
                returned += rounded(float(money(row["amount_cny"])) * 100 / float(rate or 1))
        receipts = [row for row in self.known.of("forex", uscc, 365) if row["direction"] == "receipt"]
        received = round(100 * (total(receipts, "amount_usd") + total(receipts, "netted_fees_usd")))
        says = count >= FEWEST and exports is not None
        return {
            "receipt_to_lagged_export": ratio(received, exports - returned) if says and exports is not None else None
        }

    def _filings(self, uscc: str, days: int) -> Told:
        """A filing belongs to the day after it was due."""
        due = [row for row in self.known.rows["tax_filing"]
               if row["uscc"] == uscc and self.known.within(row["due_on"] + timedelta(days=1), days)]  # fmt: skip
        filed = [row for row in due if row["filed_on"] is not None]
        payable = [row for row in due if money(row["payable_cny"]) > 0]
        unpaid = total([row for row in payable if row["paid_on"] is None], "payable_cny")

        def is_late(row: Row) -> bool:
            return row["filed_on"] is None or row["filed_on"] > row["due_on"]

        exports = self.documents.value(uscc, days, "export")
        exporting = len([row for row in (*self.documents.kept(uscc, days), *self.documents.declared(uscc, days))
                         if row["direction"] == "export"])  # fmt: skip
        told = total(due, "export_sales_cny")
        return {
            "tax_filings": len(due),
            "late_filings": len([row for row in due if is_late(row)]),
            "late_filing_share": share(due, is_late),
            "filing_delay_days": mean([max((row["filed_on"] - row["due_on"]).days, 0) for row in filed]),
            "late_tax_payments": len([row for row in payable
                                      if row["paid_on"] is None or row["paid_on"] > row["due_on"]]),
            "unpaid_tax": unpaid,
            "unpaid_tax_ratio": ratio(unpaid, total(due, "payable_cny")),
            "input_to_output_tax": ratio(total(due, "input_tax_cny"), total(due, "output_tax_cny")),
            "filed_to_declared_export": ratio(told, exports) if exporting >= FEWEST else None,
        }  # fmt: skip

    def _refunds(self, uscc: str, days: int) -> Told:
        refunds = self.known.of("tax_refund", uscc, days)
        value = total(refunds, "refund_cny")
        unknown, early = 0, 0
        for row in refunds:
            entries = self.known.named("declaration", entry_id=row["entry_id"])
            unknown += not entries
            departed = entries[0]["departed_at"] if entries else None
            early += departed is not None and row["applied_on"] < departed.date()
        exports = self.documents.value(uscc, days, "export")
        return {
            "export_refund": value,
            "recovered_refunds": len([row for row in refunds if row["status"] == "recovered"]),
            "suspended_refund_share": share(refunds, lambda row: row["status"] == "suspended"),
            "refunds_without_declaration": None if self.known.is_late("declaration") else unknown,
            "refunds_before_departure": early,
            "refund_to_export": ratio(value, exports) if self._exporting(uscc, days) else None,
        }

    def _exporting(self, uscc: str, days: int) -> bool:
        rows = (*self.documents.kept(uscc, days), *self.documents.declared(uscc, days))
        return len([row for row in rows if row["direction"] == "export"]) >= FEWEST

    def _purchases(self, uscc: str, days: int) -> Told:
        bought = self.known.of("procurement", uscc, days)
        value = total(bought, "amount_cny")
        bare = total([row for row in bought if row["vat_invoice_no"] is None], "amount_cny")
        suppliers: dict[str, list[Row]] = defaultdict(list)
        for row in bought:
            if row["supplier_uscc"] is not None:
                suppliers[row["supplier_uscc"]].append(row)
        sums = [total(rows, "amount_cny") for rows in suppliers.values()]
        count = sum(map(len, suppliers.values()))
        exports = self.documents.value(uscc, days, "export")
        return {
            "uninvoiced_purchase_share": ratio(bare, value) if len(bought) >= FEWEST else None,
            "void_invoices": len([row for row in bought if row["invoice_status"] in ("red", "void")]),
            "purchase_to_export": ratio(value, exports) if self._exporting(uscc, days) else None,
            "distinct_suppliers": len(suppliers),
            "top_supplier_share": ratio(max(sums), sum(sums)) if count >= FEWEST else None,
        }

    def overdue(self, uscc: str) -> Told:
        """Pre-refunds not settled by 30 April of the next year."""
        return {
            "overdue_prerefunds": len([
                row
                for row in self.known.rows["tax_refund"]
                if row["uscc"] == uscc and row["business_type"] == "HWC-YT" and row["settled_on"] is None
                and row["status"] != "recovered" and date(row["applied_on"].year + 1, 4, 30) < self.known.today
            ])
        }  # fmt: skip
