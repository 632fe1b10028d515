"""Chain and rollups for a range of event days: what a day is worth, whatever the business date asked for.

Nothing here depends on D but through the ``known_`` views, so the rows of one day can be kept and used again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import pandas as pd
import sqlglot
from sqlglot import exp

from features.engine import Engine, Parameters, Value, bound, read_step
from features.law import legal_parameters
from features.numbers import create_repeated

CONTEXT = ("feed_reach", "complete_day", "day_rate")
"""Steps about days and feeds as a whole, before any document is looked at."""

CHAIN = (
    "track",
    "tax_rate",
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

READ_IN_PASSING = ("order_payment", "document_line")
"""Steps of the chain that are cheaper to read twice than to keep once: they are views."""

REPEATED_LINKS = (("payment", "order"), ("waybill", "order"), ("inventory", "order"), ("inventory_line", "inventory"))
"""(table, link): over which steps group that nearly always find one row."""

REPEATED_PARTIES = {
    "repeated_list_party": ("inventory", ("uscc, buyer_token", "uscc, address_token"), 2),
    "repeated_order_party": ("order", ("uscc, buyer_token", "uscc, address_token"), 2),
    "frequent_payer": ("payment", ("account_token", "device_token"), 10),
}
"""Per table of hashes: of which table's parties they are, and from how many rows on a party is in it.

An engine's own ``hash`` serves, for it only leaves out what cannot count: of two parties that share one, both are in.
"""

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

COMPARED_WITHIN_DAYS = 1
"""Some documents are weighed against others of their day and the days around it, so many before and after: the largest
of a day are named, and lists to one buyer or payments from one device are looked at together."""

COMPARED_STAGES = frozenset({"cancelled_at"})
"""Of the stages of a document those that such comparisons read. A list that is released weighs what it weighed."""

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

FEATURED = ROLLUPS[: -len(PATTERNS)]
"""Those that features are made of: all that is needed of days on which nobody looks for patterns."""

EVER = ("rollup_presence", "rollup_spoken")
"""Partial sums that are kept for every day there is."""

WINDOW_LENGTHS = (30, 90, 365)
"""Days of the three windows: (D - n, D]."""

FIRST_DAY = date(1900, 1, 1)

HISTORY_DAYS = 475
"""The farthest look back: a year of exports that itself ends 90 days before D (R11), and a year before a burst
(R16)."""


def build_history(engine: Engine, business_date: date, rollups: Iterable[str] = ROLLUPS) -> None:
    """Make chain, rollups and window sums of all days that features and typologies as of a business date look at.

    Needs the ``known_`` views and ``feed``. Leaves one table per step, and ``window_<rollup>``.
    """
    build_ever(engine, business_date)
    build_context(engine, business_date)
    build_days(engine, business_date, rollups)
    build_window_sums(engine, business_date)


def build_ever(engine: Engine, business_date: date) -> None:
    """Make the rollups that are kept for every day there is: all that the context of days needs."""
    for step in EVER:
        engine.create_table(step, read_step("features.rollups", step), {"from_day": FIRST_DAY, "to_day": business_date})


def build_context(engine: Engine, business_date: date) -> None:
    """Make what is said of whole days: feeds that arrived, exchange rates, and ``calendar``, a row per day."""
    days = pd.date_range(first_day(business_date), business_date, freq="D")
    engine.create_table_of("calendar", pd.DataFrame({"event_day": days.date}))
    for step in CONTEXT:
        engine.create_table(step, read_step("features.chain", step))


def build_days(engine: Engine, business_date: date, rollups: Iterable[str] = ROLLUPS) -> None:
    """Make the chain and the rollups of the days that are looked back at."""
    parameters = step_parameters(business_date)
    define_repeated_links(engine)
    for step in CHAIN:
        create_chain_step(engine, step, parameters)
    for step in rollups:
        engine.create_table(step, read_step("features.rollups", step), parameters)


def define_repeated_links(engine: Engine) -> None:
    """Create ``repeated_<table>_<link>``, the few documents that several rows of a table name, and the like of parties.

    Nearly every list has one order, one payment and one waybill, and grouping those too would cost three times as much
    as the rest of the chain.
    """
    for table, link in REPEATED_LINKS:
        named = f"select {link}_hash from known_{table} where {link}_hash is not null"
        create_repeated(engine, f"repeated_{table}_{link}", f"{link}_hash", named)
    for name, (table, parties, times) in REPEATED_PARTIES.items():
        hashes = (
            f"select cast(hash({party}) % 4611686018427387904 as bigint) as party_hash from known_{table} "
            f"where {party.rpartition(', ')[2]} is not null"
            for party in parties
        )
        create_repeated(engine, name, "party_hash", " union all ".join(hashes), times)


def create_chain_step(engine: Engine, step: str, parameters: Parameters, columns: Iterable[str] | None = None) -> None:
    """Make a step of the chain; of its columns only those of some names, where names are given."""
    text = bound(read_step("features.chain", step), parameters)
    if step in READ_IN_PASSING:
        engine.create_view(step, text)
        return
    if columns is None:
        engine.create_table(step, text)
        return
    whole, wanted = f"whole_{step}", frozenset(columns)
    engine.create_view(whole, text)
    kept = [column for column in engine.columns(whole) if column in wanted]
    engine.create_table(step, f"select {', '.join(kept)} from {whole}")
    engine.drop(whole)


def build_window_sums(engine: Engine, business_date: date) -> None:
    """Make ``window_<rollup>``: per enterprise and window length the sums of a rollup over (D - n, D]."""
    define_window_lengths(engine)
    for name in WINDOWED:
        rollup = f"rollup_{name}"
        measures = [column for column in engine.columns(rollup) if column not in ("uscc", "event_day")]
        sums = ", ".join(f"cast(sum({measure}) as bigint) as {measure}" for measure in measures)
        engine.create_table(
            f"window_{name}",
            f"""
            select uscc, window_days, {sums}
            from {rollup}
            join window_length on event_day > $business_date - window_days and event_day <= $business_date
            group by uscc, window_days""",
            {"business_date": business_date},
        )


def define_window_lengths(engine: Engine) -> None:
    """Create ``window_length``, a row per length of a window."""
    engine.create_table("window_length", " union all ".join(f"select {days} as window_days" for days in WINDOW_LENGTHS))


def first_day(business_date: date) -> date:
    """The first day that is looked back at."""
    return business_date - timedelta(days=HISTORY_DAYS)


def step_parameters(business_date: date) -> dict[str, Value]:
    """What the texts of chain and rollup steps name."""
    return {"from_day": first_day(business_date), "to_day": business_date, **legal_parameters()}


@cache
def rollup_measures(rollup: str) -> frozenset[str]:
    """The columns of a rollup that add up: those that its last select makes with an aggregate. The others are its keys.

    A rollup without any is a list of documents worth naming.
    """
    last = sqlglot.parse_one(read_step("features.rollups", rollup), read="duckdb")
    while isinstance(last, exp.SetOperation):
        last = last.expression
    if not isinstance(last, exp.Select) or not last.args.get("group"):
        return frozenset()
    return frozenset(column.alias_or_name for column in last.selects if column.find(exp.AggFunc))
