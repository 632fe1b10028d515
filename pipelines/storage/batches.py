"""Which batches were taken, which of their files count, and who released or withdrew them.

A lake file counts only because a row here says so; that row is written in the transaction that takes the batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from expectations.errors import ConflictError, NotFoundError
from expectations.vocabulary.digest import canonical_json, sha256_of
from pipelines.storage.columns import LongInteger, Moment
from pipelines.storage.database import metadata

State = Literal["usable", "withheld", "released", "withdrawn"]
Verdict = Literal["pass", "warn", "withhold"]

VERDICTS: tuple[Verdict, ...] = ("pass", "warn", "withhold")
"""Mildest first."""

batch_table = Table(
    "batch",
    metadata,
    Column("sequence", LongInteger, primary_key=True, autoincrement=False),
    Column("identity", String(64), nullable=False, unique=True),
    Column("content_digest", String(64), nullable=False),
    Column("source", String(120)),
    Column("batch_id", String(200)),
    Column("produced_at", Moment),
    Column("received_at", Moment, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("nothing_new", Text, nullable=False),
    Column("released_at", Moment),
    Column("withdrawn_at", Moment),
)

batch_file_table = Table(
    "batch_file",
    metadata,
    Column("sequence", LongInteger, ForeignKey("batch.sequence"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("table_name", String(40), nullable=False),
    Column("name", String(400), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received", LongInteger, nullable=False),
    Column("accepted", LongInteger, nullable=False),
    Column("quarantined", LongInteger, nullable=False),
    Column("duplicates", LongInteger, nullable=False),
    Column("orphans", LongInteger, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("is_refused", Boolean, nullable=False),
    Column("lake_sha256", String(64)),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("received_until", Moment),
    Column("quarantine_sha256", String(64)),
    Column("findings", Text, nullable=False),
    Column("removed", LongInteger, nullable=False, server_default="0"),
)

batch_event_table = Table(
    "batch_event",
    metadata,
    Column("position", LongInteger, primary_key=True, autoincrement=False),
    Column("sequence", LongInteger, ForeignKey("batch.sequence"), nullable=False),
    Column("what", String(10), nullable=False),
    Column("account", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("moment", Moment, nullable=False),
)


@dataclass(frozen=True)
class BatchFile:
    """One file of a batch and what became of its rows.

    Attributes
    ----------
    part:
        0, 1, ... in the order of the delivery.
    name:
        Path as delivered, relative to the batch.
    received, accepted, quarantined, duplicates:
        Rows; the first is the sum of the others.
    orphans:
        Accepted rows that refer to something not yet known.
    is_refused:
        The file as a whole waits in quarantine, and its rows cannot be released.
    lake_sha256:
        Name of the file with the accepted rows; None when there are none.
    first_day, last_day, received_until:
        Event days and latest ``received_at`` of the accepted rows.
    quarantine_sha256:
        Name of the file with the quarantined rows, or of the refused file itself; None when nothing is quarantined.
    findings:
        Remarks in words: dicts with ``code``, ``level``, ``en``, ``zh`` and, where they count rows, ``rows``.
    removed:
        Accepted rows that are gone since, because their period of retention ended.
    """

    part: int
    table_name: str
    name: str
    sha256: str
    received: int
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    orphans: int = 0
    verdict: Verdict = "pass"
    is_refused: bool = False
    lake_sha256: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    received_until: datetime | None = None
    quarantine_sha256: str | None = None
    findings: tuple[dict[str, Any], ...] = ()
    removed: int = 0


@dataclass(frozen=True)
class NewBatch:
    """A batch about to be taken; its sequence is given by ``add``.

    Attributes
    ----------
    nothing_new:
        Tables for which the source said that there is nothing to report.
    """

    identity: str
    content_digest: str
    source: str | None
    batch_id: str | None
    produced_at: datetime | None
    received_at: datetime
    files: tuple[BatchFile, ...]
    nothing_new: tuple[str, ...] = ()

    @property
    def sent_at(self) -> datetime:
        """When the source spoke: the manifest's own moment, else that of ingestion."""
        return self.produced_at or self.received_at

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the files."""
        return worst(file.verdict for file in self.files)


@dataclass(frozen=True)
class Batch(NewBatch):
    """A batch that was taken."""

    sequence: int = 0
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether its rows are read. Of a withheld batch the files that passed their own gate are."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.released_at is not None:
            return "released"
        return "withheld" if self.verdict == "withhold" else "usable"

    def counting_files(self) -> tuple[BatchFile, ...]:
        """Files whose rows are read, or were until the batch was withdrawn.

        Withholding goes by file: a broken file in a delivery of ten tables must not silence the other nine.
        """
        return tuple(file for file in self._usable_files() if file.lake_sha256 is not None)

    def reported_tables(self) -> tuple[str, ...]:
        """Tables for which this batch is word from the source, rows or none; a withheld file is not."""
        if self.withdrawn_at is not None:
            return ()
        return tuple(sorted({*self.nothing_new, *(file.table_name for file in self._usable_files())}))

    def _usable_files(self) -> tuple[BatchFile, ...]:
        return tuple(file for file in self.files if file.verdict != "withhold" or self.released_at is not None)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The hardest of some verdicts; ``pass`` when there are none."""
    return max(verdicts, key=VERDICTS.index, default="pass")


def identity_of(source: str | None, batch_id: str | None, content_digest: str) -> str:
    """What makes a batch the same batch: source and batch id where it has them, else its content."""
    return sha256_of([source, batch_id]) if source and batch_id else content_digest


def add(connection: Connection, batch: NewBatch) -> int:
    """Record a batch and give it the next sequence. Call inside ``Database.transaction``."""
    sequence = 1 + (connection.execute(select(func.max(batch_table.c.sequence))).scalar() or 0)
    connection.execute(
        insert(batch_table).values(
            sequence=sequence,
            identity=batch.identity,
            content_digest=batch.content_digest,
            source=batch.source,
            batch_id=batch.batch_id,
            produced_at=batch.produced_at,
            received_at=batch.received_at,
            verdict=batch.verdict,
            nothing_new=canonical_json(batch.nothing_new),
        )
    )
    for file in batch.files:
        row = {**asdict(file), "findings": canonical_json(file.findings), "sequence": sequence}
        connection.execute(insert(batch_file_table).values(row))
    return sequence


def find(connection: Connection, identity: str) -> Batch | None:
    """The batch of that identity."""
    return next(iter(_batches(connection, batch_table.c.identity == identity)), None)


def get(connection: Connection, sequence: int) -> Batch:
    """The batch of that number.

    Raises
    ------
    NotFoundError
        There is no such batch.
    """
    found = _batches(connection, batch_table.c.sequence == sequence)
    if not found:
        raise NotFoundError(f"There is no batch {sequence}.", "See 'xinji batch list' for the numbers.")
    return found[0]


def all_batches(connection: Connection) -> list[Batch]:
    """Every batch, in order of sequence."""
    return _batches(connection)


def release(connection: Connection, sequence: int, account: str, reason: str, moment: datetime) -> bool:
    """Let a withheld batch be used; False when it was released before.

    Raises
    ------
    ConflictError
        The batch is not withheld.
    """
    batch = get(connection, sequence)
    if batch.state == "released":
        return False
    if batch.state != "withheld":
        raise ConflictError(f"Batch {sequence} is {batch.state}, not withheld.", "Only a withheld batch is released.")
    _record(connection, sequence, {"what": "release", "account": account, "reason": reason, "moment": moment})
    connection.execute(update(batch_table).where(batch_table.c.sequence == sequence).values(released_at=moment))
    return True


def withdraw(connection: Connection, sequence: int, account: str, reason: str, moment: datetime) -> bool:
    """Take a batch's rows back: from that moment on they are not known any more. False when they were already."""
    batch = get(connection, sequence)
    if batch.state == "withdrawn":
        return False
    _record(connection, sequence, {"what": "withdraw", "account": account, "reason": reason, "moment": moment})
    connection.execute(update(batch_table).where(batch_table.c.sequence == sequence).values(withdrawn_at=moment))
    return True


def events(connection: Connection, sequence: int) -> list[dict[str, Any]]:
    """What officers did to a batch, oldest first."""
    rows = connection.execute(
        select(batch_event_table).where(batch_event_table.c.sequence == sequence).order_by(batch_event_table.c.position)
    )
    return [dict(row._mapping) for row in rows]


def _record(connection: Connection, sequence: int, event: dict[str, Any]) -> None:
    position = 1 + (connection.execute(select(func.max(batch_event_table.c.position))).scalar() or 0)
    connection.execute(insert(batch_event_table).values(position=position, sequence=sequence, **event))


def _batches(connection: Connection, *conditions: Any) -> list[Batch]:
    heads = connection.execute(select(batch_table).where(*conditions).order_by(batch_table.c.sequence)).all()
    rows = connection.execute(
        select(batch_file_table)
        .where(batch_file_table.c.sequence.in_(select(batch_table.c.sequence).where(*conditions)))
        .order_by(batch_file_table.c.sequence, batch_file_table.c.part)
    ).all()
    files: dict[int, list[BatchFile]] = {}
    for row in rows:
        files.setdefault(row.sequence, []).append(_file(row))
    return [_batch(head, tuple(files.get(head.sequence, ()))) for head in heads]


def _file(row: Row[Any]) -> BatchFile:
    values = {name: value for name, value in row._mapping.items() if name != "sequence"}
    return BatchFile(**{**values, "findings": tuple(json.loads(row.findings))})


def _batch(row: Row[Any], files: tuple[BatchFile, ...]) -> Batch:
    values = {name: value for name, value in row._mapping.items() if name != "verdict"}
    return Batch(**{**values, "nothing_new": tuple(json.loads(row.nothing_new))}, files=files)
