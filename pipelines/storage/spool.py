"""What goes on record while a run holds a SQLite file: a file beside it, flushed, that the ledger takes in next.

A SQLite file has one writer at a time, and the commit of a large run takes seconds. An answer to a question must be on
record before it is given and must not wait for that, so the record is laid beside the file and joins its chain with
the next read or at the end of the run.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, select

from pipelines.storage.ledger import NewEntry, Stream, head
from pipelines.storage.ledger.tables import ledger_entry

Entries = Sequence[tuple[Stream, NewEntry]]

_FIELDS = len(NewEntry._fields)


def by_stream(entries: Entries) -> dict[Stream, list[NewEntry]]:
    """Entries by the stream they are of, each in order."""
    found: dict[Stream, list[NewEntry]] = {}
    for stream, entry in entries:
        found.setdefault(stream, []).append(entry)
    return found


class Spool:
    """Entries that wait for their place in their chains, one JSON list a line: stream, kind, subject, body.

    A line without a stream, as older versions wrote them, is of the stream ``reads``.

    Parameters
    ----------
    path:
        The file; there only while something waits. Its lock lies beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process from adding or taking meanwhile."""
        with self.path.with_suffix(f"{self.path.suffix}.lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self.path.exists()

    def add(self, entries: Entries) -> None:
        """Put entries at the end, durably. Call while it is held."""
        lines = "".join(f"{json.dumps([stream, *entry], ensure_ascii=False)}\n" for stream, entry in entries)
        with self.path.open("a+b") as stream:
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)  # half a line that a kill left behind
            stream.write(lines.encode())
            stream.flush()
            os.fsync(stream.fileno())

    def not_in(self, connection: Connection) -> Entries:
        """What waits and is not in the ledger yet. Call while it is held, within a write transaction.

        A process killed after the ledger took entries in and before they left the file leaves them in both: then the
        file's entries of a stream begin with what the stream ends on.
        """
        waiting = by_stream(self._waiting())
        return [(stream, entry) for stream, entries in waiting.items() for entry in _new(connection, stream, entries)]

    def clear(self) -> None:
        """Let go of what the ledger has taken in. Call while it is held."""
        self.path.unlink(missing_ok=True)

    def _waiting(self) -> Entries:
        if self.is_empty:
            return []
        lines = self.path.read_text(encoding="utf-8").split("\n")
        told = [json.loads(line) for line in lines[:-1]]  # a line without its end was never answered for
        return [(cast(Stream, one[0]) if len(one) > _FIELDS else "reads", NewEntry(*one[-_FIELDS:])) for one in told]


def _new(connection: Connection, stream: Stream, waiting: list[NewEntry]) -> list[NewEntry]:
    last, _ = head(connection, stream)
    e = ledger_entry.c
    newest = select(e.kind, e.subject, e.body).where(e.stream == stream, e.position > last - len(waiting))
    tail = [NewEntry(*row) for row in connection.execute(newest.order_by(e.position))]
    known = next((size for size in range(len(tail), 0, -1) if tail[-size:] == waiting[:size]), 0)
    return waiting[known:]
