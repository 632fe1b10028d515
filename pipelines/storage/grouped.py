"""Entries that an answer waits for: written to the ledger in groups, and beside it while a run holds the database.

A commit waits for the disk. Requests that arrive while one is being written share the next one, so that the rate of
answers is not the rate of disk flushes; each still returns only after its own entry is on record. Who looked and what
was screened go the same way, whichever stream they are of, so that neither waits for the other's commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock, Thread

from pipelines.storage.database import READS_LOCK, BusyError, Database
from pipelines.storage.ledger import NewEntry, Stream, append
from pipelines.storage.spool import Entries, Spool, by_stream

_PATIENCE_MS = 20
"""How long a group waits for a SQLite file before it goes on record beside it."""


_COMPANY_SECONDS = 0.003
"""How long a group waits for company: a commit costs as much for one as for many."""

_IDLE_SECONDS = 1.0
"""How long the writing thread stays when nothing comes."""

_Settled = Future[None] | asyncio.Future[None]
"""Told once an entry is on record, or why it could not be."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    """An entry on its way into the ledger."""

    stream: Stream
    entry: NewEntry
    future: _Settled


class GroupedLedger:
    """The streams that are written while somebody waits. One of these serves a whole process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._spool = spool_of(database)
        self._waiting: list[_Ticket] = []
        self._company = Condition()
        self._writing = Lock()
        self._is_running = False

    def put(self, stream: Stream, entry: NewEntry) -> None:
        """Put an entry on record, durably. Raises what the database raised when it could not."""
        future: Future[None] = Future()
        self._hand_over(_Ticket(stream, entry, future))
        future.result()

    async def put_and_wait(self, stream: Stream, entry: NewEntry) -> None:
        """As ``put``, from a coroutine."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hand_over(_Ticket(stream, entry, future))
        await future

    def _hand_over(self, ticket: _Ticket) -> None:
        """Hand an entry to the next group."""
        with self._company:
            self._waiting.append(ticket)
            if not self._is_running:
                self._is_running = True
                Thread(target=self._write_groups, name="grouped-ledger", daemon=True).start()
            self._company.notify()

    def _write_groups(self) -> None:
        while True:
            with self._company:
                if not self._waiting:
                    self._company.wait(_IDLE_SECONDS)
                if not self._waiting:
                    self._is_running = False
                    return
            time.sleep(_COMPANY_SECONDS)
            with self._writing:
                self._write_waiting()

    def _write_waiting(self) -> None:
        with self._company:
            group, self._waiting = self._waiting, []
        error: Exception | None = None
        try:
            self._write([(ticket.stream, ticket.entry) for ticket in group])
        except Exception as raised:
            error = raised
        _tell([ticket.future for ticket in group], error)

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


def _tell(futures: Sequence[_Settled], error: Exception | None) -> None:
    """Say that entries are on record, or why not. Each event loop is woken once for all that wait in it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for future in futures:
        if isinstance(future, Future):
            _settle([future], error)
        else:
            by_loop.setdefault(future.get_loop(), []).append(future)
    for loop, waiting in by_loop.items():
        loop.call_soon_threadsafe(_settle, waiting, error)


def _settle(futures: Sequence[_Settled], error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


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
