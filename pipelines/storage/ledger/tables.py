"""The ledger's two tables, and the triggers that keep honest software from changing the past."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Index, String, Table, Text, event

from pipelines.storage.columns import LongInteger
from pipelines.storage.database import metadata

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("stream", String(16), primary_key=True),
    Column("position", LongInteger, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("entry_hash", String(64), nullable=False),
    Index("ledger_entry_subject", "subject", "stream", "position"),
)
"""Append-only. The key (stream, position) keeps two writers from forking a chain."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("stream", String(16), primary_key=True),
    Column("position", LongInteger, nullable=False),
    Column("entry_hash", String(64), nullable=False),
)
"""High-water mark per stream: what the next entry holds on to, and how a missing tail is noticed."""

_REFUSAL = "the ledger is append-only"
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER ledger_entry_no_{verb.lower()} BEFORE {verb} ON ledger_entry "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()",
    ],
}


def _forbid_changes(_table: Table, connection: Connection, **_options: Any) -> None:
    """Defence in depth only: whoever can write the file can drop a trigger, and ``verify`` still finds it."""
    for statement in _TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(ledger_entry, "after_create", _forbid_changes)
