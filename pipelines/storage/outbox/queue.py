"""The queue of messages: filled within a run's transaction, emptied in order per enterprise."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, func, or_, select, update

from pipelines.storage.columns import LongInteger, Moment
from pipelines.storage.database import insert_rows, metadata
from pipelines.storage.outbox.message import NewMessage

STATES = PENDING, SENT, ACKNOWLEDGED, DEAD, GIVEN_UP = "pending", "sent", "acknowledged", "dead", "given_up"

_CHUNK = 1000  # messages per question to the database

outbox_table = Table(
    "outbox_message",
    metadata,
    Column("position", LongInteger, primary_key=True, autoincrement=False),
    Column("message_id", String(64), nullable=False, unique=True),
    Column("uscc", String(18), nullable=False),
    Column("sequence", LongInteger, nullable=False),
    Column("kind", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment),
    Column("last_error", Text),
    Column("settled_at", Moment),
    Column("receipt", Text),
)
"""``position`` orders all messages, ``sequence`` those of one enterprise from 1. ``next_attempt_at`` null: at once.

``settled_at`` is when it was acknowledged, died or was given up; ``receipt`` what the receiver calls what it took.
"""

_m = outbox_table.c
Index("outbox_order", _m.uscc, _m.sequence, unique=True)
Index(
    "outbox_waiting",
    _m.uscc,
    _m.sequence,
    sqlite_where=_m.state != ACKNOWLEDGED,
    postgresql_where=_m.state != ACKNOWLEDGED,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the outbox, as it stands. ``body`` is the CloudEvent's JSON text."""

    message_id: str
    uscc: str
    sequence: int
    kind: str
    body: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    settled_at: datetime | None
    receipt: str | None


_COLUMNS = [_m[name] for name in Message.__slots__]
_SETTLED = (ACKNOWLEDGED, GIVEN_UP)


def add(connection: Connection, messages: Iterable[NewMessage]) -> int:
    """Put messages at the end of the queue; one that is there already is left alone. Returns how many were new."""
    position = connection.execute(select(func.max(_m.position))).scalar() or 0
    added = 0
    remaining = iter(messages)
    while chunk := list(islice(remaining, _CHUNK)):
        rows = _new_rows(connection, {message.message_id: message for message in chunk}, position + added)
        insert_rows(connection, outbox_table, rows)
        added += len(rows)
    return added


def _new_rows(connection: Connection, chunk: dict[str, NewMessage], position: int) -> list[tuple[Any, ...]]:
    """The rows of those messages that are not there yet, each with its place among all and in its enterprise."""
    there = set(connection.execute(select(_m.message_id).where(_m.message_id.in_(chunk))).scalars())
    about = {message.uscc for message in chunk.values()}
    latest = select(_m.uscc, func.max(_m.sequence)).where(_m.uscc.in_(about)).group_by(_m.uscc)
    last: dict[str, int] = dict(connection.execute(latest).tuples().all())
    rows: list[tuple[Any, ...]] = []
    for message_id, message in chunk.items():
        if message_id in there:
            continue
        position += 1
        sequence = last[message.uscc] = last.get(message.uscc, 0) + 1
        body = message.event(sequence)
        rows.append(
            (position, message_id, message.uscc, sequence, message.kind, body, PENDING, 0, None, None, None, None)
        )
    return rows


def due(connection: Connection, now: datetime, limit: int) -> list[Message]:
    """Messages to send now, oldest first, at most one per enterprise: its earliest that is not settled.

    A message marked sent whose answer never came (the relay died) is due again once its ``next_attempt_at`` is past.
    """
    earlier = outbox_table.alias("earlier")
    waits = (
        select(earlier.c.position)
        .where(earlier.c.uscc == _m.uscc, earlier.c.sequence < _m.sequence)
        .where(earlier.c.state != ACKNOWLEDGED, earlier.c.state != GIVEN_UP)
        .exists()
    )
    query = (
        select(*_COLUMNS)
        .where(_m.state.in_((PENDING, SENT)), ~waits)
        .where(or_(_m.next_attempt_at.is_(None), _m.next_attempt_at <= now))
        .order_by(_m.position)
        .limit(limit)
    )
    return [Message(*row) for row in connection.execute(query)]


def mark_sent(connection: Connection, message_ids: Sequence[str], retry_at: datetime) -> None:
    """About to be sent: counts the attempt first, so that a relay that dies has still made it.

    Until ``retry_at`` no other relay takes these messages.
    """
    change = {"state": SENT, "attempts": _m.attempts + 1, "next_attempt_at": retry_at}
    connection.execute(update(outbox_table).where(_m.message_id.in_(message_ids)).values(change))


def mark_handed_over(connection: Connection, message_id: str, retry_at: datetime) -> None:
    """It lies where the receiver fetches it; without a receipt it is due again at ``retry_at``."""
    _mark(connection, message_id, next_attempt_at=retry_at)


def mark_acknowledged(connection: Connection, message_id: str, at: datetime, receipt: str) -> None:
    """The receiver has it. Final, whatever arrives later."""
    settled = {"next_attempt_at": None, "last_error": None, "settled_at": at, "receipt": receipt}
    _mark(connection, message_id, state=ACKNOWLEDGED, **settled)


def mark_failed(connection: Connection, message_id: str, retry_at: datetime, error: str) -> None:
    """Not received; it is due again at ``retry_at``."""
    _mark(connection, message_id, state=PENDING, next_attempt_at=retry_at, last_error=error)


def mark_unsent(connection: Connection, message_id: str, error: str | None) -> None:
    """Nothing the message could help (the endpoint is gone, the pass ended): as if the attempt had not been made."""
    _mark(connection, message_id, state=PENDING, attempts=_m.attempts - 1, next_attempt_at=None, last_error=error)


def mark_dead(connection: Connection, message_id: str, at: datetime, error: str) -> None:
    """Given up by the relay. It holds its enterprise's queue until a person looks."""
    _mark(connection, message_id, state=DEAD, next_attempt_at=None, last_error=error, settled_at=at)


def resend(connection: Connection, message_id: str) -> None:
    """Put a dead message back to be sent, with a fresh count of attempts. Nothing of its enterprise goes before it."""
    _mark(connection, message_id, state=PENDING, attempts=0, next_attempt_at=None, settled_at=None)


def give_up(connection: Connection, message_id: str, at: datetime) -> None:
    """Let a dead message go for good: what its enterprise has behind it goes out, and the receiver sees the gap."""
    _mark(connection, message_id, state=GIVEN_UP, settled_at=at)


def messages(connection: Connection, state: str | None = None, uscc: str | None = None) -> list[Message]:
    """Messages in order of position; only those in a state or about an enterprise where asked."""
    query = select(*_COLUMNS).order_by(_m.position)
    if state is not None:
        query = query.where(_m.state == state)
    if uscc is not None:
        query = query.where(_m.uscc == uscc)
    return [Message(*row) for row in connection.execute(query)]


def counts(connection: Connection) -> dict[str, int]:
    """How many messages are in each state."""
    rows = connection.execute(select(_m.state, func.count().label("number")).group_by(_m.state))
    return {**dict.fromkeys(STATES, 0), **{row.state: row.number for row in rows}}


def waiting_about(connection: Connection, usccs: Collection[str]) -> dict[str, int]:
    """How many messages about each of some enterprises are still to be delivered; those without any are left out."""
    query = select(_m.uscc, func.count()).where(_m.uscc.in_(usccs), _m.state.in_((PENDING, SENT))).group_by(_m.uscc)
    return dict(connection.execute(query).tuples().all())


def oldest_unsettled(connection: Connection) -> datetime | None:
    """When the oldest message that is neither acknowledged nor given up became true; None where all are settled."""
    query = select(_m.body).where(_m.state.not_in(_SETTLED)).order_by(_m.position).limit(1)
    body = connection.execute(query).scalar()
    return datetime.fromisoformat(json.loads(body)["time"]) if body else None


def is_sent(connection: Connection, message_id: str) -> bool:
    """Whether a message is out and waits for an answer."""
    return connection.execute(select(_m.state).where(_m.message_id == message_id)).scalar() == SENT


def _mark(connection: Connection, message_id: str, **change: Any) -> None:
    """Change a message, unless it is settled already: a late failure must not send it again."""
    unsettled = (_m.message_id == message_id) & _m.state.not_in(_SETTLED)
    connection.execute(update(outbox_table).where(unsettled).values(**change))
