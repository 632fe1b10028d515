"""The chain of a few documents of one enterprise, over nothing but the rows that have to do with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from features.asof import AsOf, Versions, define_arrivals, define_known_tables
from features.days import build_context, create_chain_step, define_repeated_links, step_parameters
from features.engine import Engine, literal, read_step
from features.state import Kept, Shelf
from features.state.reach import LEAVES
from features.state.segments import define_rollup

WITHIN_DAYS = 60
"""How far back from the day that was asked for documents are looked for."""

_KINDS = {"order": ("order", "ordered_at"), "declaration": ("declaration", "declared_at")}
_STEPS = (
    "track", "tax_rate", "order_payment", "document_line", "document_movement", "document_settlement",
    "document_return", "document_inspection", "inventory_chain", "order_chain", "declaration_chain",
)  # fmt: skip
_WHOLE = frozenset({"exchange_rate", "hs_rate"})
_LINKS = ("order", "inventory", "waybill", "declaration")


@dataclass(frozen=True)
class Wanted:
    """Which documents of an enterprise: the latest by a day, at most so many of a kind; or those of one number.

    A number is that of an order, of a list (which leads to its order) or of a declaration.
    """

    uscc: str
    until: date
    most: Mapping[str, int]
    number: str | None = None


def document_stages(
    engine: Engine, versions: Versions, as_of: AsOf, kept: tuple[Kept, Shelf] | None, wanted: Wanted
) -> list[dict[str, Any]]:
    """A row per document and stage, latest document first, as ``order_stage.sql`` and ``declaration_stage.sql`` say.

    ``kept`` is what the run of (D, K) has kept of arrivals and whole days, with its shelf. Without it no feed is known
    to have arrived, and nothing is called missing.
    """
    _define_context(engine, versions, as_of, kept)
    narrowed = _narrowed(engine, versions, as_of, wanted)
    define_known_tables(engine, narrowed, as_of)
    define_repeated_links(engine)
    parameters = step_parameters(as_of.business_date)
    for step in _STEPS:
        create_chain_step(engine, step, parameters)
    frames = [engine.frame(read_step("features.lookup", f"{kind}_stage")) for kind in _KINDS]
    told = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    return [{str(name): _plain(value) for name, value in row.items()} for row in told.to_dict("records")]


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def _define_context(engine: Engine, versions: Versions, as_of: AsOf, kept: tuple[Kept, Shelf] | None) -> None:
    rates = Versions({table: versions.contracts[table] for table in _WHOLE}, versions.sql)
    define_known_tables(engine, rates, as_of)
    if kept is None:
        engine.create_table("arrival", _NOTHING_ARRIVED)
        engine.create_table("rollup_spoken", _NOTHING_SPOKEN)
        as_of = replace(as_of, reported={})
    else:
        state, shelf = kept
        engine.create_table("arrival", shelf.sql([state.arrivals]))
        define_rollup(engine, shelf, "rollup_spoken", state.rollups["rollup_spoken"], date.min)
    define_arrivals(engine, versions.contracts, as_of)
    build_context(engine, as_of.business_date)


_NOTHING_ARRIVED = """
    select cast(null as varchar) as table_name, cast(null as bigint) as ingest_sequence,
           cast(null as date) as received_on, cast(null as timestamptz) as latest_received_at,
           cast(null as date) as first_day, cast(null as date) as last_day
    where false"""
_NOTHING_SPOKEN = """
    select cast(null as varchar) as table_name, cast(null as date) as event_day, cast(null as bigint) as documents
    where false"""


def _narrowed(engine: Engine, versions: Versions, as_of: AsOf, wanted: Wanted) -> Versions:
    """The versions of the documents that are wanted and of every row that names one of them."""
    for kind in _KINDS:
        _ask_latest(engine, versions, as_of, wanted, kind)
    orders = _hashes("order")
    _ask(engine, "inventory", _keys(versions, "inventory", [f"order_hash in ({orders})"]))
    named = f"select waybill_hash from ({versions.sql('inventory')}) as v where key_hash in ({_hashes('inventory')})"
    _ask(engine, "waybill", f"{_keys(versions, 'waybill', [f'order_hash in ({orders})'])} union {named}")
    linked = {table: told for table, told in versions.contracts.items() if set(told.links) & set(_LINKS)}
    for table in linked:
        asked = _keys(versions, table, _conditions(versions, table))
        rows = f"select * from ({versions.sql(table)}) as versions where key_hash in ({asked})"
        engine.create_table(f"asked_row_{table}", rows)  # the files are read once, and not by every step again

    def sql(table: str) -> str:
        return versions.sql(table) if table in _WHOLE else f"select * from asked_row_{table}"

    rates = {table: versions.contracts[table] for table in _WHOLE}
    return Versions({**linked, **rates}, sql)


def _ask_latest(engine: Engine, versions: Versions, as_of: AsOf, wanted: Wanted, kind: str) -> None:
    table, moment = _KINDS[kind]
    engine.create_table("asked_first", _first_keys(versions, wanted, table))
    own = f"select * from ({versions.sql(table)}) as v where key_hash in (select key_hash from asked_first)"
    define_known_tables(engine, Versions({table: versions.contracts[table]}, lambda _: own), as_of)
    latest = f"""
        select key_hash as hash from known_{table}
        where uscc = {literal(wanted.uscc)} or {literal(wanted.number)} is not null
        order by {moment} desc, key_hash limit {wanted.most[kind]}"""
    _ask(engine, kind, f"select hash from ({latest}) as latest")


def _first_keys(versions: Versions, wanted: Wanted, table: str) -> str:
    """Keys of a table that any version gives to the enterprise, within the days looked at or of the number."""
    own = f"from ({versions.sql(table)}) as versions where uscc = {literal(wanted.uscc)}"
    if wanted.number is None:
        first = wanted.until - timedelta(days=WITHIN_DAYS - 1)
        return f"select distinct key_hash {own} and event_day between {literal(first)} and {literal(wanted.until)}"
    number = literal(wanted.number.rpartition("/")[2])
    if table == "declaration":
        return f"select distinct key_hash {own} and entry_id = {number}"
    return f"""
        select distinct key_hash {own} and order_no = {number}
        union
        select order_hash from ({versions.sql("inventory")}) as versions
        where uscc = {literal(wanted.uscc)} and invt_no = {number} and order_hash is not null"""


def _ask(engine: Engine, link: str, select: str) -> None:
    engine.create_table(f"asked_{link}", f"select distinct hash from ({select}) as named(hash) where hash is not null")


def _hashes(link: str) -> str:
    return f"select hash from asked_{link}"


def _keys(versions: Versions, table: str, conditions: Collection[str]) -> str:
    wanted = " or ".join(conditions) or "false"
    return f"select distinct key_hash from ({versions.sql(table)}) as versions where {wanted}"


def _conditions(versions: Versions, table: str) -> list[str]:
    links = [link for link in versions.contracts[table].links if link in _LINKS and (table, link) not in LEAVES]
    own = [f"key_hash in ({_hashes(table)})"] if table in _KINDS else []
    return own + [f"{link}_hash in ({_hashes(link)})" for link in links]
