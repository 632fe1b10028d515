"""Who looked: every read is on record before it is answered, in the ledger's stream ``reads`` or on its way there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from pipelines.storage.grouped import GroupedLedger
from pipelines.storage.ledger import NewEntry
from pipelines.storage.ledger.tables import ledger_entry

if TYPE_CHECKING:  # at run time this module must not load the web framework
    from reports.api.ports import Read


def reads_about(connection: Connection, about: str) -> list[dict[str, Any]]:
    """What was looked at under one name, an enterprise's code or a day; oldest first, each with its ``position``."""
    e = ledger_entry.c
    query = select(e.position, e.body).where(e.subject == about, e.stream == "reads").order_by(e.position)
    return [{**json.loads(row.body), "position": row.position} for row in connection.execute(query)]


class DatabaseReads:
    """The record of reads, as the API sees it."""

    def __init__(self, ledger: GroupedLedger) -> None:
        self._ledger = ledger

    def record(self, read: Read) -> None:
        """Put a read on record, durably. Raises what the database raised when it could not."""
        self._ledger.put("reads", _entry(read))

    async def recorded(self, read: Read) -> None:
        """As ``record``, from a coroutine."""
        await self._ledger.put_and_wait("reads", _entry(read))


def _entry(read: Read) -> NewEntry:
    return NewEntry.of("read", read.about, {name: getattr(read, name) for name in read.__slots__})
