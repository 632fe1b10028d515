"""``known_<table>``: what was known of every table as of a business date D and a knowledge cutoff K.

Per key the last version with ``received_at <= K``; gone when that version is annulled; gone when its event lies after
D. Two readings that the rule needs at its edges:

- A table without an event of its own (lines of a document: its contract's ``event_time`` is ``received_at``) is bound
  by K alone; the document it belongs to is what D cuts off.
- A stage that a known row reports for a moment after D (released, arrived, paid, removed) has not happened yet as of
  D, and reads as empty. Terms set in advance (``due_on``, ``expires_on``, ``valid_to``, ``published_on``) stay.

Everything else in ``features`` reads these views and never the versions behind them. Of the tables whose records are
outcomes there is ``withdrawn_<table>`` too: what was known once and has been annulled, so that it can be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from expectations.contracts.schema import Contract, FieldContract
from expectations.vocabulary.moment import end_of_day
from features.engine import Engine, literal
from features.numbers import create_repeated
from features.population import define_seen


@dataclass(frozen=True)
class Versions:
    """Where the versions of every table lie.

    Attributes
    ----------
    contracts:
        By table; every table of the dictionary gets its view, connected or not.
    sql:
        From a table's name to a select over its versions: the typed fields and the lake's own columns.
    """

    contracts: Mapping[str, Contract]
    sql: Callable[[str], str]


@dataclass(frozen=True)
class AsOf:
    """The two times, and the feeds there are.

    Attributes
    ----------
    late_after_days:
        Days of silence that are still no news, where the zone's own terms differ from the contract's.
    reported:
        Per table the latest moment, no later than K, at which its source sent something or said that there is nothing
        new. A table that is not in it is heard of through its rows only.
    """

    business_date: date
    known_at: datetime
    connected: frozenset[str]
    late_after_days: Mapping[str, int] = field(default_factory=dict)
    reported: Mapping[str, datetime] = field(default_factory=dict)


WITHDRAWABLE = frozenset({"inspection", "regulator_rating", "court_listing", "alert_feedback"})
"""Tables of outcomes whose records can be annulled."""

SET_IN_ADVANCE = frozenset({"due_on", "expires_on", "valid_to", "published_on", "annulled_at", "received_at"})

_TYPES = {"string": "varchar", "timestamp": "timestamptz", "integer": "bigint"}
_LAKE_COLUMNS = {
    "event_day": "date",
    "key_hash": "bigint",
    "ingest_sequence": "bigint",
    "source_row": "bigint",
}


def column_types(contract: Contract) -> dict[str, str]:
    """Every column of a table's versions and its SQL type: the contract's fields, links and the lake's columns."""
    fields = {told.name: _TYPES.get(told.type, told.type) for told in contract.fields}
    links = {f"{link}_hash": "bigint" for link in contract.links}
    return {**fields, **links, **_LAKE_COLUMNS}


def empty_versions_sql(contract: Contract) -> str:
    """A select that has the columns of a table's versions and no rows: what a feed that is not connected looks like."""
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in column_types(contract).items())
    return f"select {columns} where false"


def define_known(engine: Engine, versions: Versions, as_of: AsOf) -> None:
    """Create ``known_<table>`` for every contract, and what ``define_feeds`` makes, from all versions there are."""
    define_known_tables(engine, versions, as_of)
    arrivals = (
        arrival_sql(contract, versions_sql(versions, as_of, contract.table), as_of.known_at)
        for contract in versions.contracts.values()
    )
    engine.create_table("arrival", " union all ".join(arrivals))
    define_feeds(engine, versions.contracts, as_of)


def define_feeds(engine: Engine, contracts: Mapping[str, Contract], as_of: AsOf) -> None:
    """Create ``seen``, ``as_of``, and ``feed`` with one row per table, from ``known_<table>`` and ``arrival``.

    ``feed`` has ``table_name``, ``is_connected``, ``late_after_days``, ``latest_received_at``, ``first_day`` and
    ``last_day`` of the events received by K, and ``longest_silence_days`` between two days of arrival.
    ``as_of`` has one row: ``business_date``, ``known_at``.
    """
    define_seen(engine, contracts)
    define_arrivals(engine, contracts, as_of)


def define_arrivals(engine: Engine, contracts: Mapping[str, Contract], as_of: AsOf) -> None:
    """Create ``as_of`` and ``feed`` as ``define_feeds`` does, from ``arrival`` alone."""
    engine.create_table("feed", " union all ".join(_feed_sql(contract, as_of) for contract in contracts.values()))
    engine.create_table(
        "as_of",
        f"select {literal(as_of.business_date)} as business_date, {literal(as_of.known_at)} as known_at",
    )


def define_known_tables(engine: Engine, versions: Versions, as_of: AsOf) -> None:
    """Create ``known_<table>`` for every contract, and ``repeated_<table>``: the keys that have several versions by K.

    Nearly every key has one version, and ranking those too would cost three times as much; the keys that have more are
    looked for once, since many steps read the same table.
    """
    for table, contract in versions.contracts.items():
        select = versions_sql(versions, as_of, table)
        received = f"select key_hash from ({select}) as versions where received_at <= {literal(as_of.known_at)}"
        create_repeated(engine, f"repeated_{table}", "key_hash", received)
        engine.create_view(f"known_{table}", known_sql(contract, select, as_of))
        if table in WITHDRAWABLE:
            engine.create_view(f"withdrawn_{table}", known_sql(contract, select, as_of, is_withdrawn=True))


def arrival_sql(contract: Contract, versions: str, known_at: datetime) -> str:
    """On which days rows of a table arrived by K, per ingest: their latest moment, and the days their events span."""
    return f"""
        select {literal(contract.table)} as table_name, ingest_sequence, cast(received_at as date) as received_on,
               max(received_at) as latest_received_at, min(event_day) as first_day, max(event_day) as last_day
        from ({versions}) as versions
        where received_at <= {literal(known_at)}
        group by table_name, ingest_sequence, received_on"""


def versions_sql(versions: Versions, as_of: AsOf, table: str) -> str:
    """A select over a table's versions; without rows when the zone does not have its feed."""
    return versions.sql(table) if table in as_of.connected else empty_versions_sql(versions.contracts[table])


def known_sql(contract: Contract, versions: str, as_of: AsOf, *, is_withdrawn: bool = False) -> str:
    """The select behind one ``known_`` view, or behind the ``withdrawn_`` one. Reads ``repeated_<table>``."""
    columns = ", ".join(_masked(contract, name, as_of.business_date) for name in column_types(contract))
    kept = ["true"]
    if "annulled_at" in contract.field_names:
        kept.append("annulled_at is not null" if is_withdrawn else "annulled_at is null")
    if contract.event_time != "received_at":
        kept.append(f"event_day <= {literal(as_of.business_date)}")
    kept_rows = " and ".join(kept)
    repeated = f"repeated_{contract.table}"
    return f"""
        with received as (
            select * from ({versions}) as versions where received_at <= {literal(as_of.known_at)}
        ),
        ranked as (
            select *, row_number() over (
                partition by key_hash order by received_at desc, ingest_sequence desc, source_row desc
            ) as version_rank
            from received
            where key_hash in (select key_hash from {repeated})
        )
        select {columns} from received
        where key_hash not in (select key_hash from {repeated}) and {kept_rows}
        union all
        select {columns} from ranked where version_rank = 1 and {kept_rows}"""


def late_feeds(engine: Engine) -> frozenset[str]:
    """Connected feeds that have been silent as of K for longer than their contract calls usual."""
    rows = engine.rows("""
        select table_name from feed, as_of
        where is_connected
          and (latest_received_at is null
               or epoch(known_at) - epoch(latest_received_at) > late_after_days * 86400)""")
    return frozenset(str(name) for (name,) in rows)


def silent_feeds(engine: Engine) -> frozenset[str]:
    """Feeds from whose silence a pattern may conclude nothing: not connected, or silent for longer than ever before.

    Narrower than ``late_feeds``: a feed that by nature speaks once a month is late by its contract on most days, and
    a pattern over a year may still be measured on it.
    """
    rows = engine.rows("""
        select table_name from feed, as_of
        where not is_connected
           or latest_received_at is null
           or epoch(known_at) - epoch(latest_received_at) > greatest(late_after_days, longest_silence_days) * 86400""")
    return frozenset(str(name) for (name,) in rows)


def feed_arrival(engine: Engine, tables: Iterable[str]) -> dict[str, datetime | None]:
    """Per table the moment something last arrived, no later than K; None when nothing has."""
    rows = engine.rows("select table_name, latest_received_at from feed")
    arrivals = {str(name): moment for name, moment in rows}
    return {table: _moment(arrivals.get(table)) for table in tables}


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _masked(contract: Contract, name: str, business_date: date) -> str:
    told = next((told for told in contract.fields if told.name == name), None)
    if told is None or not is_stage(contract, told):
        return f'"{name}"'
    if told.type == "timestamp":
        return f'case when "{name}" < {literal(end_of_day(business_date))} then "{name}" end as "{name}"'
    return f'case when "{name}" <= {literal(business_date)} then "{name}" end as "{name}"'


def is_stage(contract: Contract, told: FieldContract) -> bool:
    """Whether a field reports a later stage of its document, which has not happened before D reaches it."""
    if told.type not in ("timestamp", "date") or told.required:
        return False
    return told.name not in SET_IN_ADVANCE and told.name != contract.event_time


def _feed_sql(contract: Contract, as_of: AsOf) -> str:
    late_after_days = as_of.late_after_days.get(contract.table, contract.cadence.late_after_days)
    return f"""
        select {literal(contract.table)} as table_name,
               {str(contract.table in as_of.connected).lower()} as is_connected,
               {late_after_days} as late_after_days,
               greatest(max(latest_received_at), {literal(as_of.reported.get(contract.table))})
                   as latest_received_at,
               min(first_day) as first_day,
               max(last_day) as last_day,
               coalesce(max(silence_days), 0) as longest_silence_days
        from (
            select *, date_diff('day', lag(received_on) over (order by received_on), received_on) as silence_days
            from (
                select received_on, max(latest_received_at) as latest_received_at,
                       min(first_day) as first_day, max(last_day) as last_day
                from arrival
                where table_name = {literal(contract.table)}
                group by received_on
            ) as received
        ) as spaced"""
