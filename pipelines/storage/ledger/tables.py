"""The ledger's two tables.

The first migration also lays triggers that keep honest software from changing an entry. They are defence in depth only:
whoever can write the file can drop a trigger, and ``verify`` still finds it.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

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
