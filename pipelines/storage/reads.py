"""Who looked: every read is on record before it is answered, in the ledger's stream ``reads`` or on its way there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from pipelines.storage.database import READS_LOCK, BusyError, Database
from pipelines.storage.ledger import NewEntry, append
from pipelines.storage.ledger.tables import ledger_entry
from pipelines.storage.spool import Spool

if TYPE_CHECKING:  # at run time this module must not load the web framework
    from reports.api.ports import Read

_PATIENCE_MS = 20
"""How long a read waits for a SQLite file before it goes on record beside it."""


@dataclass(slots=True)
class _Ticket:
    """A read on its way into the ledger."""

    entry: NewEntry
    is_settled: bool = False
    error: Exception | None = None


def reads_about(connection: Connection, about: str) -> list[dict[str, Any]]:
    """What was looked at under one name, an enterprise's code or a day; oldest first, each with its ``position``."""
    e = ledger_entry.c
    query = select(e.position, e.body).where(e.subject == about, e.stream == "reads").order_by(e.position)
    return [{**json.loads(row.body), "position": row.position} for row in connection.execute(query)]


class DatabaseReads:
    """The record of reads, written in groups.

    A commit waits for the disk. Requests that arrive while one is being written share the next one, so that the rate
    of answers is not the rate of disk flushes; each still returns only after its own read is on record. While a run
    holds a SQLite file, that is the spool beside it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spool = spool_of(database)
        self._waiting: list[_Ticket] = []
        self._gate = Lock()
        self._writing = Lock()

    def record(self, read: Read) -> None:
        """Put a read on record, durably. Raises what the database raised when it could not."""
        ticket = _Ticket(NewEntry.of("read", read.about, asdict(read)))
        with self._gate:
            self._waiting.append(ticket)
        with self._writing:
            if not ticket.is_settled:
                self._write_waiting()
        if ticket.error is not None:
            raise ticket.error

    def _write_waiting(self) -> None:
        with self._gate:
            group, self._waiting = self._waiting, []
        try:
            self._write([ticket.entry for ticket in group])
        except Exception as error:
            for ticket in group:
                ticket.error = error
        for ticket in group:
            ticket.is_settled = True

    def _write(self, group: list[NewEntry]) -> None:
        if self._spool is None:
            with self._database.transaction(READS_LOCK) as connection:
                append(connection, "reads", group)
            return
        with self._spool.held():
            try:
                with self._database.transaction(READS_LOCK, _PATIENCE_MS) as connection:
                    append(connection, "reads", [*self._spool.not_in(connection), *group])
            except BusyError:
                self._spool.add(group)
            else:
                self._spool.clear()


def spool_of(database: Database) -> Spool | None:
    """Where reads wait while a run holds the database; None on PostgreSQL, where they need not."""
    return Spool(Path(f"{database.engine.url.database}.reads")) if database.is_sqlite else None


def take_in_spooled(database: Database) -> None:
    """Give the reads that were recorded beside the database their place in the chain."""
    spool = spool_of(database)
    if spool is None or spool.is_empty:
        return
    with spool.held():
        with database.transaction(READS_LOCK) as connection:
            append(connection, "reads", spool.not_in(connection))
        spool.clear()
