"""Traceability codes, quality of goods, and related parties, over nothing but the tables that tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from features.asof import AsOf, Versions, define_known_tables
from features.days import FIRST_DAY
from features.engine import Engine, bound, literal, read_step
from features.parties.components import Holding, components

_PARTY_TABLES = ("enterprise", "forex", "reference_code")
_COUNTS = ("samples", "failures", "serious_failures", "recalls", "open_recalls")


def trace_steps(engine: Engine, versions: Versions, as_of: AsOf, code: str) -> list[dict[str, Any]]:
    """The records of a traceability code in turn, each with what the chain says of the one before it."""

    def sql(table: str) -> str:
        return f"select * from ({versions.sql(table)}) as versions where trace_code = {literal(code)}"

    _define(engine, versions, as_of, ("trace_event",), sql)
    chain = read_step("features.chain", "trace_chain")
    engine.create_table("trace_chain", chain, {"from_day": FIRST_DAY, "to_day": as_of.business_date})
    return _records(
        engine,
        """
        select chain.step, chain.node, chain.uscc, chain.sku, chain.batch_no, chain.previous_state, chain.is_broken,
               chain.is_before_previous, told.recorded_at
        from trace_chain as chain
        join known_trace_event as told on told.key_hash = chain.key_hash
        order by chain.step""",
    )


def quality_counts(
    engine: Engine, versions: Versions, as_of: AsOf, first: date, last: date
) -> dict[str, list[dict[str, Any]]]:
    """Samples, failures, recalls and returns for quality, by ``uscc``, by ``sku`` and by ``month``, worst first."""

    def sql(table: str) -> str:
        if table != "inventory_line":
            return versions.sql(table)
        asked = "select inventory_hash from known_return where reason = 'quality' and inventory_hash is not null"
        return f"select * from ({versions.sql(table)}) as versions where inventory_hash in ({asked})"

    _define(engine, versions, as_of, ("quality_sample", "return"), sql)
    _define(engine, versions, as_of, ("inventory_line",), sql)
    event = bound(read_step("features.lookup", "quality_event"), {"from_day": first, "to_day": last})
    engine.create_table("quality_event", event)
    keys = {"uscc": ("uscc", "first_returns"), "sku": ("sku", "returns"), "month": ("cut", "first_returns")}
    return {name: _summed(engine, name, *key) for name, key in keys.items()}


def _summed(engine: Engine, name: str, key: str, returns: str) -> list[dict[str, Any]]:
    sums = ", ".join(f"cast(sum({count}) as bigint) as {count}" for count in _COUNTS)
    cut = f"{key} as cut" if key != "cut" else "strftime(event_day, '%Y-%m') as cut"
    called = "min(goods_name)" if name == "sku" else "cast(null as varchar)"
    order = "cut" if name == "month" else "failures desc, returns desc, samples desc, cut"
    return _records(
        engine,
        f"""
        select cut, {called} as name, count(distinct uscc) as enterprises, {sums},
               cast(sum({returns}) as bigint) as returns
        from (select *, {cut} from quality_event) as cut_up
        where cut is not null
        group by cut
        order by {order}""",
    )


def related_holdings(engine: Engine, versions: Versions, as_of: AsOf, uscc: str) -> list[Holding]:
    """Which tokens an enterprise shares, and who else holds them, over everybody that is tied to it at all."""
    _define(engine, versions, as_of, _PARTY_TABLES, versions.sql)
    step = read_step("features.parties", "shared_token")
    rows = engine.rows(step, {"business_date": as_of.business_date})
    holdings = [(str(holder), str(kind), str(token)) for holder, kind, token in rows]
    together = next((members for members in components(holdings) if uscc in members), ())
    return [holding for holding in holdings if holding[0] in together]


def _define(engine: Engine, versions: Versions, as_of: AsOf, tables: Iterable[str], sql: Any) -> None:
    define_known_tables(engine, Versions({table: versions.contracts[table] for table in tables}, sql), as_of)


def _records(engine: Engine, select: str) -> list[dict[str, Any]]:
    engine.create_table("told", select)
    names = engine.columns("told")
    return [dict(zip(names, row, strict=True)) for row in engine.rows(select)]
