"""What waits in quarantine, and what became of it.

The rows themselves lie whole in the lake, in the file that their batch names. Here is kept only what changes: which of
them were sent again, and whether they were accepted then. A row without an entry is waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb
from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from expectations.contracts.typed import literal
from expectations.errors import NotFoundError, UsageError
from expectations.intake.set_aside import FAULTS, ROW, TEXT
from pipelines.storage import batches
from pipelines.storage.columns import LongInteger, Moment
from pipelines.storage.database import metadata
from pipelines.storage.lake import Lake

State = Literal["waiting", "resubmitted", "accepted"]
"""``resubmitted``: sent again and broken again, so that it now waits under the newer batch."""

resolution_table = Table(
    "quarantine_resolution",
    metadata,
    Column("sequence", LongInteger, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("row", LongInteger, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("by_sequence", LongInteger, nullable=False),
    Column("account", String(120), nullable=False),
    Column("moment", Moment, nullable=False),
    ForeignKeyConstraint(["sequence", "part"], ["batch_file.sequence", "batch_file.part"]),
)


@dataclass(frozen=True, order=True)
class RowId:
    """A quarantined row: its batch, its file in the batch, its row in the file. Written ``12-0-345``."""

    sequence: int
    part: int
    row: int

    def __str__(self) -> str:
        return f"{self.sequence}-{self.part}-{self.row}"

    @classmethod
    def parse(cls, text: str) -> RowId:
        """The id in a text.

        Raises
        ------
        UsageError
            It is not written like one.
        """
        parts = text.strip().split("-")
        if len(parts) != 3 or not all(part.isdecimal() for part in parts):
            raise UsageError(
                f"'{text}' is not the id of a quarantined row.",
                "It looks like 12-0-345; see the export.",
                zh=f"“{text}”不是隔离行编号。编号形如 12-0-345。",
            )
        return cls(*map(int, parts))


@dataclass(frozen=True)
class QuarantinedFile:
    """The quarantined rows of one delivered file, or the whole file when it was refused.

    Attributes
    ----------
    waiting, resubmitted, accepted:
        Rows by state; they add up to what was quarantined.
    """

    batch: batches.Batch
    file: batches.BatchFile
    waiting: int
    resubmitted: int
    accepted: int

    def as_json(self) -> dict[str, Any]:
        """Plain values for one JSON document."""
        return {
            "sequence": self.batch.sequence,
            "part": self.file.part,
            "source": self.batch.source,
            "batch_id": self.batch.batch_id,
            "table": self.file.table_name,
            "name": self.file.name,
            "refused": self.file.is_refused,
            "waiting": self.waiting,
            "resubmitted": self.resubmitted,
            "accepted": self.accepted,
            "findings": list(self.file.findings),
        }


@dataclass(frozen=True)
class QuarantinedRow:
    """One row as it was delivered, with every reason it waits. ``cells`` is by field."""

    id: RowId
    name: str
    text: str
    faults: tuple[str, ...]
    cells: dict[str, str | None]


@dataclass(frozen=True)
class Settled:
    """A row that was sent again: what became of it in which batch, who sent it, and when."""

    id: RowId
    state: State
    by_sequence: int
    account: str
    moment: datetime


class Quarantine:
    """Looks after the rows that wait."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def files(self, table: str | None = None) -> list[QuarantinedFile]:
        """Every file with something quarantined, of a table or of all, in order of batch."""
        with self.lake.database.reading() as connection:
            taken = batches.all_batches(connection)
            counts = _counts(connection)
        return [
            _quarantined_file(batch, file, counts)
            for batch in taken
            for file in batch.files
            if file.quarantine_sha256 and (table is None or file.table_name == table)
        ]

    def waiting_rows(self, table: str) -> Iterator[QuarantinedRow]:
        """The rows of a table that still wait, in order of batch, file and row. Refused files are not taken apart."""
        for entry in self.files(table):
            if entry.waiting and not entry.file.is_refused:
                yield from self._rows(entry)

    def row(self, row: RowId) -> tuple[QuarantinedFile, QuarantinedRow]:
        """One row with its file, whatever has become of it.

        Raises
        ------
        NotFoundError
            No such row is or was in quarantine.
        """
        entry = next((e for e in self.files() if (e.batch.sequence, e.file.part) == (row.sequence, row.part)), None)
        found = [] if entry is None or entry.file.is_refused else list(self._read(entry, f"WHERE {ROW} = {row.row}"))
        if entry is None or not found:
            raise NotFoundError(
                f"There is no row {row} in quarantine.", "See what waits now.", zh=f"隔离区没有编号为 {row} 的行。"
            )
        return entry, found[0]

    def settled(self, most: int) -> list[Settled]:
        """The rows that were sent again last, latest first."""
        chosen = select(resolution_table).order_by(resolution_table.c.moment.desc(), resolution_table.c.row)
        with self.lake.database.reading() as connection:
            return [_settled(row) for row in connection.execute(chosen.limit(most))]

    def settlement(self, row: RowId) -> Settled | None:
        """What became of a row; None while it waits."""
        chosen = select(resolution_table).filter_by(sequence=row.sequence, part=row.part, row=row.row)
        with self.lake.database.reading() as connection:
            found = connection.execute(chosen).one_or_none()
        return _settled(found) if found else None

    def states(self, ids: Iterable[RowId]) -> dict[RowId, State]:
        """The state of each row.

        Raises
        ------
        NotFoundError
            No such row is or was in quarantine.
        """
        wanted = sorted(set(ids))
        found: dict[RowId, State] = {}
        for sequence, part in sorted({(each.sequence, each.part) for each in wanted}):
            entry = next((e for e in self.files() if (e.batch.sequence, e.file.part) == (sequence, part)), None)
            known = self._row_numbers(entry) if entry else set()
            resolved = self._resolved(sequence, part)
            for each in wanted:
                if (each.sequence, each.part) != (sequence, part):
                    continue
                if each.row not in known:
                    raise NotFoundError(
                        f"There is no row {each} in quarantine.",
                        "Export the quarantine again.",
                        zh=f"隔离区没有编号为 {each} 的行。",
                    )
                found[each] = resolved.get(each.row, "waiting")
        return found

    def _rows(self, entry: QuarantinedFile) -> Iterator[QuarantinedRow]:
        resolved = self._resolved(entry.batch.sequence, entry.file.part)
        return (found for found in self._read(entry) if found.id.row not in resolved)

    def _read(self, entry: QuarantinedFile, condition: str = "") -> Iterator[QuarantinedRow]:
        rows = f"SELECT * FROM read_parquet({literal(self._path(entry))}) {condition} ORDER BY {ROW}"
        with duckdb.connect() as connection:
            cursor = connection.execute(rows)
            names = [column[0] for column in cursor.description or ()]
            while found := cursor.fetchmany(10_000):
                for values in found:
                    cells = dict(zip(names, values, strict=True))
                    row, text, faults = cells.pop(ROW), cells.pop(TEXT), cells.pop(FAULTS)
                    place = RowId(entry.batch.sequence, entry.file.part, row)
                    yield QuarantinedRow(place, entry.file.name, text, tuple(faults), cells)

    def _row_numbers(self, entry: QuarantinedFile) -> set[int]:
        if entry.file.is_refused:
            return set()
        with duckdb.connect() as connection:
            rows = connection.execute(f"SELECT {ROW} FROM read_parquet({literal(self._path(entry))})").fetchall()
        return {row for (row,) in rows}

    def _resolved(self, sequence: int, part: int) -> dict[int, State]:
        chosen = select(resolution_table.c.row, resolution_table.c.state).where(
            resolution_table.c.sequence == sequence, resolution_table.c.part == part
        )
        with self.lake.database.reading() as connection:
            return {row.row: row.state for row in connection.execute(chosen)}

    def _path(self, entry: QuarantinedFile) -> str:
        return str(self.lake.root / "quarantine" / entry.file.table_name / f"{entry.file.quarantine_sha256}.parquet")


def resolve(
    connection: Connection, states: dict[RowId, State], by_sequence: int, account: str, moment: datetime
) -> None:
    """Record what became of rows that were sent again in a batch. Call inside its transaction."""
    for each, state in states.items():
        place = {"sequence": each.sequence, "part": each.part, "row": each.row}
        connection.execute(delete(resolution_table).filter_by(**place))
        connection.execute(
            insert(resolution_table).values(
                **place, state=state, by_sequence=by_sequence, account=account, moment=moment
            )
        )


def _settled(row: Row[Any]) -> Settled:
    return Settled(RowId(row.sequence, row.part, row.row), row.state, row.by_sequence, row.account, row.moment)


def _counts(connection: Connection) -> dict[tuple[int, int, str], int]:
    columns = (resolution_table.c.sequence, resolution_table.c.part, resolution_table.c.state)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(sequence, part, state): count for sequence, part, state, count in rows}


def _quarantined_file(
    batch: batches.Batch, file: batches.BatchFile, counts: dict[tuple[int, int, str], int]
) -> QuarantinedFile:
    again = counts.get((batch.sequence, file.part, "resubmitted"), 0)
    accepted = counts.get((batch.sequence, file.part, "accepted"), 0)
    return QuarantinedFile(batch, file, file.quarantined - again - accepted, again, accepted)
