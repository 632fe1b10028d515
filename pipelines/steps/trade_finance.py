"""The trade-finance summary of an enterprise: what a bank is shown by its consent (domain: bank view)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from features.engine import read_step
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import know
from pipelines.storage import decisions

_HUNDREDTHS = Decimal("0.01")


def summary_of(home: Home, uscc: str) -> dict[str, Any] | None:
    """The trade-finance summary of the year to the latest decision; None where there is none.

    Amounts are decimal texts in CNY, or USD where they say so; shares and rates lie between 0 and 1, and are None
    where there is nothing to divide by.
    """
    with home.database.reading() as connection:
        decision = decisions.latest_decision(connection, uscc)
        run = decisions.run_for(connection, date.fromisoformat(decision["date"])) if decision else None
    if decision is None or run is None:
        return None
    day = Day(run.business_date, run.known_at)
    with home.engine() as engine:
        know(home, day, home.pinned(run.snapshot_digest), engine)
        step = read_step("features.statistics", "trade_finance")
        frame = engine.frame(step, {"uscc": uscc, "business_date": day.business_date})
    return {
        "uscc": uscc,
        "date": decision["date"],
        "grade": decision["grade"],
        "status": decision["status"],
        "is_disputed": bool(decision["inputs"]["disputed"]),
        **_summed(frame.iloc[0].to_dict()),
    }


def _summed(row: Mapping[Any, Any]) -> dict[str, Any]:
    amounts = {name: 0 if value is None or value != value else int(value) for name, value in row.items()}  # noqa: PLR0124
    money = {
        "customs_export_cny": "export_fen",
        "customs_import_cny": "import_fen",
        "orders_cny": "order_fen",
        "receipts_usd": "receipt_cents",
        "payments_usd": "payment_cents",
        "tax_refunds_cny": "refund_fen",
        "returns_cny": "return_fen",
        "receivable_usd": "receivable_cents",
        "bonded_stock_cny": "bonded_stock_fen",
    }
    return {
        **{name: str((Decimal(amounts[of]) / 100).quantize(_HUNDREDTHS)) for name, of in money.items()},
        **{name: amounts[name] for name in ("customs_documents", "orders", "returns")},
        "verified_share": _share(amounts["matchable_lists"] - amounts["unmatched_lists"], amounts["matchable_lists"]),
        "return_rate": _share(amounts["returns"], amounts["orders"]),
        "top_5_buyers_share": _share(amounts["top_buyers_fen"], amounts["buyers_fen"]),
        "top_5_remitters_share": _share(amounts["top_remitters_cents"], amounts["remitters_cents"]),
        "receivable_age_days": _mean(amounts["receivable_cents_days"], amounts["receivable_cents"]),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(total: int, count: int) -> int | None:
    return round(total / count) if count else None
