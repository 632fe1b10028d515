"""Entries that an answer waits for: written to the ledger in groups, and beside it while a run holds the database.

A commit waits for the disk. Requests that arrive while one is being written share the next one, so that the rate of
answers is not the rate of disk flushes; each still returns only after its own entry is on record. Who looked and what
was screened go the same way, whichever stream they are of, so that neither waits for the other's commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from pipelines.storage.database import READS_LOCK, BusyError, Database
from pipelines.storage.ledger import NewEntry, Stream, append
from pipelines.storage.spool import Entries, Spool, by_stream

_PATIENCE_MS = 20
"""How long a group waits for a SQLite file before it goes on record beside it."""


@dataclass(slots=True)
class _Ticket:
    """An entry on its way into the ledger."""

    stream: Stream
    entry: NewEntry
    is_settled: bool = False
    error: Exception | None = None


class GroupedLedger:
    """The streams that are written while somebody waits. One of these serves a whole process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._spool = spool_of(database)
        self._waiting: list[_Ticket] = []
        self._gate = Lock()
        self._writing = Lock()

    def put(self, stream: Stream, entry: NewEntry) -> None:
        """Put an entry on record, durably. Raises what the database raised when it could not."""
        ticket = _Ticket(stream, entry)
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
            self._write([(ticket.stream, ticket.entry) for ticket in group])
        except Exception as error:
            for ticket in group:
                ticket.error = error
        for ticket in group:
            ticket.is_settled = True

    def _write(self, group: Entries) -> None:
        if self._spool is None:
            with self.database.transaction(READS_LOCK) as connection:
                for stream, entries in by_stream(group).items():
                    append(connection, stream, entries)
            return
        with self._spool.held():
            try:
                with self.database.transaction(READS_LOCK, _PATIENCE_MS) as connection:
                    for stream, entries in by_stream([*self._spool.not_in(connection), *group]).items():
                        append(connection, stream, entries)
            except BusyError:
                self._spool.add(group)
            else:
                self._spool.clear()


def spool_of(database: Database) -> Spool | None:
    """Where entries wait while a run holds the database; None on PostgreSQL, where they need not."""
    return Spool(Path(f"{database.engine.url.database}.reads")) if database.is_sqlite else None


def take_in_spooled(database: Database) -> None:
    """Give the entries that were recorded beside the database their place in their chains."""
    spool = spool_of(database)
    if spool is None or spool.is_empty:
        return
    with spool.held():
        with database.transaction(READS_LOCK) as connection:
            for stream, entries in by_stream(spool.not_in(connection)).items():
                append(connection, stream, entries)
        spool.clear()
