"""Writing the ledger and reading it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from expectations.errors import UsageError
from pipelines.storage.database import insert_rows
from pipelines.storage.ledger.chain import STREAMS, Entry, NewEntry, body_digest, genesis, label_of, link
from pipelines.storage.ledger.names import Stream
from pipelines.storage.ledger.signing import AnchorSigner
from pipelines.storage.ledger.tables import ledger_entry, ledger_head

_CHUNK = 5000  # rows per statement: large enough for speed, small enough that a run's bodies never sit in memory


# Written once: every answer of the API waits for these two.
_LOCK_HEAD = select(ledger_head).where(ledger_head.c.stream == bindparam("of")).with_for_update()
_MOVE_HEAD = update(ledger_head).where(ledger_head.c.stream == bindparam("of"))


def append(connection: Connection, stream: Stream, entries: Iterable[NewEntry]) -> range:
    """Append entries to the end of a stream, within the caller's transaction.

    Returns their positions, in order. Nothing is read from the clock: the same entries on the same ledger give the
    same bytes. Call inside ``Database.transaction()``.
    """
    first, previous_hash = _lock_head(connection, stream)
    position = first
    remaining = iter(entries)
    while chunk := list(islice(remaining, _CHUNK)):
        rows: list[tuple[object, ...]] = []
        for entry in chunk:
            position += 1
            digest = body_digest(entry.body)
            entry_hash = link(previous_hash, stream, position, label_of(entry.kind, entry.subject), digest)
            rows.append((stream, position, *entry, previous_hash, entry_hash))
            previous_hash = entry_hash
        insert_rows(connection, ledger_entry, rows)
    if position > first:
        connection.execute(_MOVE_HEAD, {"of": stream, "position": position, "entry_hash": previous_hash})
    return range(first + 1, position + 1)


def head(connection: Connection, stream: Stream) -> tuple[int, str]:
    """Position and hash of a stream's last entry; 0 and the genesis hash while it is empty."""
    row = connection.execute(
        select(ledger_head.c.position, ledger_head.c.entry_hash).where(ledger_head.c.stream == stream)
    ).one_or_none()
    return (row.position, row.entry_hash) if row else (0, genesis(stream))


def entries(
    connection: Connection,
    stream: Stream,
    kind: str | None = None,
    subject: str | None = None,
    after: int = 0,
) -> Iterator[Entry]:
    """A stream's entries in order, streamed; only those of a kind or about a subject where asked."""
    query = select(ledger_entry).where(ledger_entry.c.stream == stream, ledger_entry.c.position > after)
    if kind is not None:
        query = query.where(ledger_entry.c.kind == kind)
    if subject is not None:
        query = query.where(ledger_entry.c.subject == subject)
    rows = connection.execute(query.order_by(ledger_entry.c.position), execution_options={"yield_per": _CHUNK})
    return (Entry(*row) for row in rows)


def anchor(connection: Connection, label: str, signer: AnchorSigner | None = None) -> dict[str, Any]:
    """Remember where every stream stands, as an entry of the stream ``anchors``. Returns what was remembered.

    A chain rewritten from some entry on is consistent in itself; only a head remembered elsewhere gives it away, and
    only a signed one cannot be rewritten with it. Each run leaves an anchor in its own transaction. ``label`` says
    which, such as ``run 2026-03-31``.
    """
    heads = {stream: head(connection, stream) for stream in STREAMS if stream != "anchors"}
    body: dict[str, Any] = {
        "heads": {stream: {"position": place, "hash": text} for stream, (place, text) in heads.items()}
    }
    if signer is not None:
        body = signer.signed(body)
    append(connection, "anchors", [NewEntry.of("anchor", label, body)])
    return body


def _lock_head(connection: Connection, stream: Stream) -> tuple[int, str]:
    if stream not in STREAMS:
        raise UsageError(f"The ledger has no stream '{stream}'.", f"It has {', '.join(STREAMS)}.")
    row = connection.execute(_LOCK_HEAD, {"of": stream}).one_or_none()
    if row:
        return row.position, row.entry_hash
    connection.execute(insert(ledger_head).values(stream=stream, position=0, entry_hash=genesis(stream)))
    return 0, genesis(stream)
