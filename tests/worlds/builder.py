"""Small worlds for tests: rows written as a person would tell them, stored as the lake stores versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self

import duckdb
import pyarrow as pa

from expectations.contracts.catalog import all_contracts
from expectations.contracts.schema import Contract
from expectations.vocabulary.moment import ZONE, knowledge_cutoff
from features.asof import AsOf, Versions, column_types, define_known, empty_versions_sql
from features.days import build_history
from features.engine import DuckdbEngine

_ARROW = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="Asia/Shanghai"),
    "decimal(18,2)": pa.decimal128(18, 2),
    "decimal(18,5)": pa.decimal128(18, 5),
    "decimal(18,8)": pa.decimal128(18, 8),
}
_UNIT = {"decimal(18,2)": Decimal("0.01"), "decimal(18,5)": Decimal("0.00001"), "decimal(18,8)": Decimal("1e-8")}


def at(day: date | str, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def hash_of(*parts: object) -> int | None:
    """63 bits of the md5 of some parts; None when one is empty, as a link that leads nowhere."""
    if any(part is None for part in parts):
        return None
    digest = hashlib.md5("\x1f".join(map(str, parts)).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class World:
    """Rows of any table, told one by one.

    ``add`` stores one version. ``received_at`` defaults to one hour after the event's day has ended, as most feeds
    do; a later version of the same key is a correction, one with ``annulled_at`` a withdrawal.
    """

    def __init__(self, contracts: Mapping[str, Contract] | None = None) -> None:
        self.contracts = all_contracts() if contracts is None else contracts
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in self.contracts}
        self.sequence = 0

    def add(self, table: str, *, received_at: datetime | None = None, **fields: Any) -> Self:
        """Store one version of a record; fields not told are empty."""
        contract = self.contracts[table]
        unknown = set(fields) - set(contract.field_names)
        assert not unknown, f"{table} has no {unknown}"
        self.sequence += 1
        happened = fields.get(contract.event_time)
        day = _day_of(happened) if happened is not None else None
        if received_at is None:
            assert day is not None, f"{table} needs {contract.event_time} or received_at"
            received_at = at(day, 1) + timedelta(days=1)
        row = {name: fields.get(name) for name in contract.field_names}
        row["received_at"] = received_at
        row["event_day"] = day or received_at.astimezone(ZONE).date()
        row["key_hash"] = hash_of(*(fields[name] for name in contract.key))
        row |= {
            f"{link}_hash": hash_of(*(fields.get(name) for name in names)) for link, names in contract.links.items()
        }
        row["ingest_sequence"] = self.sequence
        row["source_row"] = 1
        self.rows[table].append(row)
        return self

    def versions_sql(self, table: str) -> str:
        """What the lake gives for a table: here, a relation registered on the connection."""
        return f'select * from "versions_{table}"' if self.rows[table] else empty_versions_sql(self.contracts[table])

    def engine(self) -> DuckdbEngine:
        """A fresh engine that sees the rows."""
        connection = duckdb.connect(config={"threads": 1})
        for table, rows in self.rows.items():
            if rows:
                connection.register(f"versions_{table}", versions_table(self.contracts[table], rows))
        return DuckdbEngine(connection)

    def known(
        self, business_date: date | str, known_at: datetime | None = None, connected: frozenset[str] | None = None
    ) -> DuckdbEngine:
        """An engine with everything of (D, K) built, ready for features, facts and typologies."""
        day = date.fromisoformat(business_date) if isinstance(business_date, str) else business_date
        engine = self.engine()
        feeds = frozenset(self.contracts) if connected is None else connected
        as_of = AsOf(day, known_at or knowledge_cutoff(day), feeds)
        define_known(engine, Versions(self.contracts, self.versions_sql), as_of)
        build_history(engine, day)
        return engine


def _day_of(happened: Any) -> date:
    if isinstance(happened, datetime):
        return happened.astimezone(ZONE).date()
    if isinstance(happened, date):
        return happened
    # A period such as 2026-03, 2026-Q1 or 2026 happens on its first day.
    text = str(happened)
    month = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}.get(text[5:], text[5:] or "01")
    return date(int(text[:4]), int(month), 1)


def versions_table(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of one table with the types the lake stores them in."""
    columns = {}
    for name, kind in column_types(contract).items():
        values = [row[name] for row in rows]
        if kind in _UNIT:
            values = [None if value is None else Decimal(str(value)).quantize(_UNIT[kind]) for value in values]
        columns[name] = pa.array(values, _ARROW[kind])
    return pa.table(columns)
