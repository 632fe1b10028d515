"""Who there is: everyone registered, or named by an accepted row, as of (D, K)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from expectations.contracts.schema import Contract
from features.engine import Engine, read_step

PARCEL_TABLES = frozenset({
    "inventory", "inventory_line", "order", "order_line", "payment", "waybill", "waybill_event", "warehouse_movement",
    "trace_event",
})  # fmt: skip
"""Tables that a parcel leaves rows in: whom they name is in ``rollup_presence``."""


def define_seen(engine: Engine, contracts: Mapping[str, Contract]) -> None:
    """Create ``seen``: per enterprise named in a known row of a small table, the earliest event day."""
    selects = []
    for table, contract in contracts.items():
        if table in PARCEL_TABLES:
            continue
        names = [told.name for told in contract.fields if told.check == "uscc"]
        if names:
            selects.append(_named_by(table, names))
    engine.create_view("seen", " union all ".join(selects))


def _named_by(table: str, names: Sequence[str]) -> str:
    """Who a table names, reading it once however many of its fields name somebody."""
    columns = ", ".join(names)
    places = " union all ".join(f"select {place} as place" for place in range(len(names)))
    chosen = " ".join(f"when {place} then {name}" for place, name in enumerate(names))
    return f"""
        select uscc, first_seen from (
            select case place {chosen} end as uscc, first_seen
            from (select {columns}, min(event_day) as first_seen from known_{table} group by {columns}) as named
            cross join ({places}) as places
        ) as told
        where uscc is not null"""


def build_population(engine: Engine) -> None:
    """Create ``population``: one row per enterprise with the first day it was seen."""
    engine.create_table(
        "population",
        """
        select uscc, min(first_seen) as first_seen
        from (
            select uscc, first_seen from seen
            union all
            select uscc, min(event_day) as first_seen from rollup_presence where documents > 0 group by uscc
        ) as known
        group by uscc""",
    )


def profile_of(engine: Engine) -> pd.DataFrame:
    """One row per enterprise, indexed by ``uscc`` in order, with what is registered of it.

    ``established_on`` is a date or None, ``roles`` a tuple, ``has_trade_history`` whether it ever sold, declared or
    was paid, ``first_seen`` the earliest event day of a row that names it.
    """
    frame = engine.frame(read_step("features.windows", "profile"))
    for column in ("established_on", "first_seen"):
        frame[column] = [None if pd.isna(day) else day.date() for day in pd.to_datetime(frame[column])]
    for column in ("name", "registration_status"):
        texts = [text if isinstance(text, str) else None for text in frame[column]]
        frame[column] = pd.Series(texts, index=frame.index, dtype=object)
    frame["roles"] = [tuple(text.split("|")) if isinstance(text, str) and text else () for text in frame["roles"]]
    return frame.set_index("uscc")
