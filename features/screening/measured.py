"""What one document says of itself and against the reference, in plain figures and without a judgement.

Nothing personal is in what is measured: tokens are compared and looked up here, and left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import copysign, floor, log
from typing import Any

from features.screening.reference import Reference, is_valid

Row = Mapping[str, Any]
Measured = dict[str, Any]

RETAIL_IMPORT_MODES = frozenset({"9610", "1210", "1239"})
_STEPS = 1000  # of a natural logarithm, as in the rollup of prices


@dataclass(frozen=True)
class Papers:
    """A document with its lines, typed by their contracts, and what came with it.

    Attributes
    ----------
    table:
        ``inventory`` or ``declaration``.
    order, payments, waybill:
        None and empty where they were not handed in: then they are not looked at.
    """

    table: str
    head: Row
    lines: Sequence[Row]
    order: Row | None = None
    payments: Sequence[Row] = ()
    waybill: Row | None = None
    odd: Sequence[str] = field(default=())

    @property
    def number(self) -> str:
        """The document's own number."""
        return str(self.head["invt_no" if self.table == "inventory" else "entry_id"])

    @property
    def day(self) -> date:
        """The day it is declared on."""
        declared: date = self.head["declared_at"].date()
        return declared

    @property
    def is_retail_import(self) -> bool:
        """Whether the rules of retail imports apply to it."""
        return (
            self.table == "inventory"
            and self.head["direction"] == "import"
            and self.head["mode"] in RETAIL_IMPORT_MODES
        )


def measure(papers: Papers, reference: Reference | None) -> Measured:
    """Everything that the rules for one document ask about, as JSON values; None stands for what cannot be told."""
    head, retail = papers.head, papers.is_retail_import
    total = head["declared_value" if papers.table == "inventory" else "amount"]
    return {
        "is_retail_import": retail,
        "missing": _missing(papers) if retail else None,
        "differing": list(_differing(papers)),
        "paid_difference_fen": _paid_difference(papers),
        "payer_differs": _payer_differs(papers),
        "line_difference_fen": _fen(total - sum(line["line_total"] for line in papers.lines)) if papers.lines else None,
        "value_fen": _fen(head["declared_value_cny" if papers.table == "inventory" else "amount_cny"]),
        "is_indivisible": bool(head.get("indivisible")),
        "year_before_fen": _year_before(papers, reference) if retail else None,
        "prices": list(_prices(papers, reference)) if reference and papers.lines else None,
        "unknown_codes": _lines_not_in(papers, reference, "tariff", 10),
        "unlisted_codes": _lines_not_in(papers, reference, "positive_list", 8) if retail else None,
        "odd": list(papers.odd),
    }


def _fen(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def _missing(papers: Papers) -> list[str]:
    """Which of the three documents a retail import list does not even name."""
    head = papers.head
    named = {
        "order": head["platform_uscc"] and head["order_no"],
        "waybill": head["carrier_uscc"] and head["logistics_no"],
    }
    return [name for name, told in named.items() if not told]


def _differing(papers: Papers) -> Iterator[str]:
    """Fields in which what came with the document contradicts it, as ``table.field``."""
    told: list[tuple[str, Row, tuple[str, ...]]] = []
    if papers.table == "inventory":
        if papers.order is not None:
            names = ("platform_uscc", "order_no", "direction", "uscc", "buyer_token")
            told.append(("order", papers.order, names))
        told += [("payment", one, ("platform_uscc", "order_no")) for one in papers.payments]
        if papers.waybill is not None:
            told.append(("waybill", papers.waybill, ("carrier_uscc", "logistics_no", "order_no")))
    found = [
        f"{table}.{name}"
        for table, row, names in told
        for name in names
        if row[name] is not None and papers.head[name] is not None and row[name] != papers.head[name]
    ]
    yield from dict.fromkeys(found)


def _paid_difference(papers: Papers) -> int | None:
    order, payments = papers.order, papers.payments
    if order is None or not payments or any(one["currency"] != order["currency"] for one in payments):
        return None
    return _fen(order["actual_paid"] - sum(one["amount"] for one in payments))


def _payer_differs(papers: Papers) -> bool | None:
    if papers.order is None or not papers.payments:
        return None
    return any(one["payer_token"] != papers.order["buyer_token"] for one in papers.payments)


def _year_before(papers: Papers, reference: Reference | None) -> int | None:
    buyer = papers.head["buyer_token"]
    return reference.counted_of(buyer, papers.day) if reference and buyer else None


def _prices(papers: Papers, reference: Reference) -> Iterator[dict[str, Any]]:
    """Per line that like goods are known of: how far its price lies from their median, and how far is usual."""
    rate = _rate(papers, reference)
    for line in papers.lines:
        quantity, unit = line["statutory_quantity"], line["statutory_unit"]
        like = reference.prices.get((line["hs_code"], unit or "", line["origin_country"] or ""))
        if like is None or not quantity or not line["line_total"] or not rate:
            continue
        step = _rounded(log(float(line["line_total"]) * rate / float(quantity)) * _STEPS)
        yield {
            "line_no": line["line_no"],
            "distance": step - like.twice_median / 2,
            "deviation": like.deviation,
            "lines": like.lines,
            "enterprises": like.enterprises,
        }


def _rate(papers: Papers, reference: Reference) -> float | None:
    """CNY per unit of the document's currency: customs' rate of its month, else its own."""
    head = papers.head
    if head["currency"] == "CNY":
        return 1.0
    known = reference.rates.get((f"{papers.day:%Y-%m}", head["currency"]))
    names = ("declared_value", "declared_value_cny") if papers.table == "inventory" else ("amount", "amount_cny")
    own, in_cny = (head[name] for name in names)
    return known or (float(in_cny) / float(own) if own else None)


def _rounded(value: float) -> int:
    """The nearest whole number; a half goes away from zero, as in the engine."""
    return int(copysign(floor(abs(value) + 0.5), value))


def _lines_not_in(papers: Papers, reference: Reference | None, name: str, digits: int) -> list[int] | None:
    """Numbers of the lines whose code is not in a list on the document's day; None where the list is not known."""
    spans = getattr(reference, name) if reference else {}
    told = [(line["line_no"], is_valid(spans, line["hs_code"][:digits], papers.day)) for line in papers.lines]
    return None if any(known is None for _, known in told) or not told else [no for no, known in told if not known]
