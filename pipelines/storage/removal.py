"""Removing rows from the lake for good, and the ledger's record of it.

The record comes first: a file is taken off the list of those that count, and the ledger told, in one transaction; only
then does it leave the disk. What a kill leaves lying about goes with the next ``sweep``, which reads the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
from sqlalchemy import Connection, select, update

from expectations.contracts.typed import literal
from expectations.errors import ConflictError
from expectations.vocabulary.moment import zoned
from models.people.objections import objections_of
from pipelines.storage import batches
from pipelines.storage.acts import acts_known
from pipelines.storage.forms import copy_options, written_form
from pipelines.storage.lake import ROW_GROUP, WHOLE_FILES, Lake
from pipelines.storage.ledger import NewEntry, append, entries
from pipelines.storage.papers import FOLDER

SUBJECT = "retention"
"""What the entries of a removal are about."""

_KIND = "rows_removed"

Rows = Literal["accepted", "quarantined", "attached"]

_FOLDERS: dict[Rows, str] = {"accepted": "accepted", "quarantined": "quarantine"}

OBJECTION = "objection"
"""What stands in the place of a table for papers; they belong to no batch, and stand under number 0."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one file loses.

    Attributes
    ----------
    rule:
        The term of retention it goes under.
    sequence, part:
        The batch it came with, and its place there.
    sha256:
        Name of the file that goes.
    removed:
        Rows that go with it.
    kept_sha256:
        Name of the file with the rows that stay; None when none do.
    """

    rule: str
    rows: Rows
    table: str
    sequence: int
    part: int
    sha256: str
    removed: int
    kept_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """The rows of a file that stay: the name of their own file, their event days and latest ``received_at``."""

    sha256: str
    first_day: date
    last_day: date
    received_until: datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal as the ledger tells it.

    Attributes
    ----------
    day:
        The day as of which the periods had ended.
    terms:
        Every rule that something went under: its months, the digest of its value and the first day still kept.
    """

    day: date
    at: datetime
    account: str
    terms: dict[str, dict[str, Any]]
    losses: tuple[Loss, ...]

    def entry(self) -> NewEntry:
        """The entry of the ledger that tells it."""
        body = {
            "date": self.day.isoformat(),
            "at": self.at,
            "account": self.account,
            "terms": self.terms,
            "files": [asdict(loss) for loss in self.losses],
        }
        return NewEntry.of(_KIND, SUBJECT, body)


def removals(connection: Connection) -> Iterator[Removal]:
    """Every removal on record, oldest first."""
    for entry in entries(connection, "judgements", kind=_KIND, subject=SUBJECT):
        told = json.loads(entry.body)
        yield Removal(
            day=date.fromisoformat(told["date"]),
            at=datetime.fromisoformat(told["at"]),
            account=told["account"],
            terms=told["terms"],
            losses=tuple(Loss(**one) for one in told["files"]),
        )


def first_whole_day(connection: Connection) -> date | None:
    """The first event day of which no accepted row was removed; None when nothing ever was."""
    kept = [
        date.fromisoformat(removal.terms[loss.rule]["first_kept"])
        for removal in removals(connection)
        for loss in removal.losses
        if loss.rows == "accepted"
    ]
    return max(kept, default=None)


def path_of(lake: Lake, rows: Rows, table: str, sha256: str) -> Path:
    """Where a file of accepted or of quarantined rows lies. A refused file lies there as it was delivered."""
    if rows == "attached":
        return lake.root / FOLDER / sha256
    usual = lake.root / _FOLDERS[rows] / table / f"{sha256}.parquet"
    if rows == "accepted" or usual.exists():
        return usual
    return next((lake.root / WHOLE_FILES).glob(f"{sha256}*"), usual)


def rows_before(lake: Lake, table: str, sha256: str, day: date) -> int:
    """How many rows of a lake file are of an event day before one."""
    source = literal(str(path_of(lake, "accepted", table, sha256)))
    with duckdb.connect() as connection:
        query = f"SELECT count(*) FROM read_parquet({source}) WHERE event_day < {literal(day.isoformat())}"
        return int(connection.execute(query).fetchall()[0][0])


def write_rest(lake: Lake, table: str, sha256: str, day: date, work: Path) -> Rest:
    """Write the rows of a lake file from an event day on into a file of their own, in the order they lie in.

    Raises
    ------
    ConflictError
        When the file is gone.
    """
    path = path_of(lake, "accepted", table, sha256)
    if not path.exists():
        raise ConflictError(f"{path} is gone since the removal was planned.", "Plan once more.")
    source = literal(str(path))
    target = work / "rest.parquet"
    kept = f"SELECT * FROM read_parquet({source}) WHERE event_day >= {literal(day.isoformat())}"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY ({kept} ORDER BY event_day, source_row) TO {literal(str(target))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}{copy_options(written_form(path))})"
        )
        first, last, received = connection.execute(
            f"SELECT min(event_day), max(event_day), max(received_at) FROM read_parquet({literal(str(target))})"
        ).fetchall()[0]
    return Rest(lake.place(target, f"accepted/{table}"), first, last, received)


def record_removal(connection: Connection, removal: Removal, rests: dict[str, Rest]) -> None:
    """Take files off the list of those that count and tell the ledger, within the caller's transaction.

    ``rests`` says by the name of a file what stays of it.

    Raises
    ------
    ConflictError
        When a file is no longer the one that was looked at.
    """
    t = batches.batch_file_table.c
    for loss in removal.losses:
        if loss.rows == "attached":
            continue  # the entry below is all there is to tell
        here = (t.sequence == loss.sequence) & (t.part == loss.part)
        if loss.rows == "quarantined":
            change = update(batches.batch_file_table).where(here, t.quarantine_sha256 == loss.sha256)
            done = connection.execute(change.values(quarantine_sha256=None))
        else:
            change = update(batches.batch_file_table).where(here, t.lake_sha256 == loss.sha256)
            rest = asdict(rests[loss.sha256]) if loss.sha256 in rests else dict.fromkeys(Rest.__slots__)
            rest["lake_sha256"] = rest.pop("sha256")
            done = connection.execute(change.values(**rest, removed=t.removed + loss.removed))
        if done.rowcount != 1:
            raise ConflictError(f"Batch {loss.sequence} changed while rows were being removed.", "Plan once more.")
    append(connection, "judgements", [removal.entry()])


def sweep(lake: Lake) -> int:
    """Take from the disk what the record says is gone and no batch holds any more. Returns how many files went."""
    swept = 0
    for path in left_over(lake):
        path.unlink(missing_ok=True)
        swept += 1
    return swept


def left_over(lake: Lake) -> list[Path]:
    """Files that the record says are gone and that lie on the disk."""
    with lake.database.reading() as connection:
        held = _held(connection)
        gone = {(loss.rows, loss.table, loss.sha256) for removal in removals(connection) for loss in removal.losses}
    found = (path_of(lake, rows, table, sha256) for rows, table, sha256 in sorted(gone - held))
    return [path for path in found if path.exists()]


def missing(lake: Lake) -> list[str]:
    """Files that some batch holds and that are not on the disk, relative to the lake."""
    with lake.database.reading() as connection:
        held = sorted(_held(connection))
    paths = (path_of(lake, rows, table, sha256) for rows, table, sha256 in held)
    return [str(path.relative_to(lake.root)) for path in paths if not path.exists()]


def _held(connection: Connection) -> set[tuple[Rows, str, str]]:
    t = batches.batch_file_table.c
    found: set[tuple[Rows, str, str]] = set()
    for row in connection.execute(select(t.table_name, t.lake_sha256, t.quarantine_sha256)):
        found |= {("accepted", row.table_name, row.lake_sha256)} if row.lake_sha256 else set()
        found |= {("quarantined", row.table_name, row.quarantine_sha256)} if row.quarantine_sha256 else set()
    return found | {("attached", OBJECTION, sha256) for sha256 in papers_held(connection)}


def papers_held(connection: Connection) -> dict[str, date | None]:
    """Papers that some objection still has, each with the day of its last answer; None while one waits for its own."""
    gone: dict[str, datetime] = {}
    for removal in removals(connection):
        gone |= {loss.sha256: removal.at for loss in removal.losses if loss.rows == "attached"}
    answers: dict[str, list[datetime | None]] = {}
    for one in objections_of(acts_known(connection)).values():
        for paper in one.attachments:
            if paper.sha256 not in gone or paper.attached_at > gone[paper.sha256]:
                answers.setdefault(paper.sha256, []).append(one.answered_at)
    return {
        sha256: None if None in told else max(zoned(one).date() for one in told if one is not None)
        for sha256, told in answers.items()
    }
