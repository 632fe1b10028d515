"""Chain and rollups for a range of event days: what a day is worth, whatever the business date asked for.

Nothing here depends on D but through the ``known_`` views, so the rows of one day can be kept and used again.
"""

from __future__ import annotations

from datetime import date, timedelta

from features.engine import Engine, Value, read_step
from features.law import legal_parameters

CHAIN = (
    "feed_reach",
    "complete_day",
    "day_rate",
    "track",
    "order_payment",
    "document_line",
    "document_movement",
    "document_settlement",
    "document_return",
    "document_inspection",
    "inventory_chain",
    "order_chain",
    "declaration_chain",
    "movement_chain",
    "return_chain",
    "refund_chain",
    "settlement_chain",
    "purchase_chain",
    "trace_chain",
    "vehicle_chain",
    "barter_chain",
    "border_chain",
    "filing_chain",
    "line_price",
    "line_weight",
)
"""Steps of the chain, each a table of the same name, in the order they need each other."""

WINDOWED = ("customs", "due", "inspection", "logistics", "warehouse", "tax", "forex", "return", "quality")
"""Rollups that are summed over windows column by column."""

PATTERNS = (
    "mismatch",
    "address",
    "payment_burst",
    "delivery",
    "hasty_order",
    "basket",
    "split_list",
    "import_sale",
    "price_cell",
    "cheapest_line",
    "weight_cell",
    "extreme_weight",
    "elsewhere",
    "false_track",
    "goods",
    "largest_list",
    "returned_list",
    "stock",
    "batch",
    "trace_link",
)
"""Rollups that only the patterns read: sums by further keys, and documents worth naming."""

NEIGHBOURS = {"rollup_split_list": (1, 1), "rollup_payment_burst": (1, 1), "rollup_false_track": (30, 0)}
"""Rollups whose rows of a day also follow from documents of the days around it, so many before and after."""

ROLLUPS = (
    *(f"rollup_{name}" for name in WINDOWED),
    "rollup_buyer",
    "rollup_remitter",
    "rollup_supplier",
    "rollup_price",
    "rollup_reconciliation",
    *(f"rollup_{name}" for name in PATTERNS),
)
"""Partial sums per enterprise and event day."""

EVER = ("rollup_presence",)
"""Partial sums that are kept for every day there is."""

FIRST_DAY = date(1900, 1, 1)

HISTORY_DAYS = 475
"""The farthest look back: a year of exports that itself ends 90 days before D (R11), and a year before a burst
(R16)."""


def build_days(engine: Engine, from_day: date, to_day: date) -> None:
    """Make chain and rollups of the event days from ``from_day`` to ``to_day``, both inclusive.

    Needs the ``known_`` views. Leaves one table per step.
    """
    parameters: dict[str, Value] = {"from_day": from_day, "to_day": to_day, **legal_parameters()}
    for step in CHAIN:
        engine.create_table(step, read_step("features.chain", step), parameters)
    for step in ROLLUPS:
        engine.create_table(step, read_step("features.rollups", step), parameters)


def build_history(engine: Engine, business_date: date) -> None:
    """Make chain and rollups of every day that features and typologies as of a business date look at."""
    build_days(engine, business_date - timedelta(days=HISTORY_DAYS), business_date)
    for step in EVER:
        engine.create_table(step, read_step("features.rollups", step), {"from_day": FIRST_DAY, "to_day": business_date})
