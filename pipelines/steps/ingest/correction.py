"""The way out of quarantine: export the waiting rows, correct them, send them in again."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb
from sqlalchemy import Connection

from expectations.contracts.typed import literal
from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.intake.delivery import Delivery, FileOnOffer
from expectations.intake.landing import land_text
from expectations.intake.records import csv_header, csv_records
from expectations.intake.set_aside import ROW
from pipelines.steps.ingest.batch import take_batch
from pipelines.steps.ingest.file import GateVerdict, Intake, TakenFile
from pipelines.steps.ingest.findings import GateFinding, words_of
from pipelines.steps.ingest.report import IngestReport
from pipelines.storage.batches import Verdict
from pipelines.storage.quarantine import Quarantine, RowId, State, resolve
from pipelines.storage.working import working_folder

ID, WHY, WHERE, ORIGINAL = "_quarantine_id", "_faults", "_place", "_original"
"""Columns that the export adds. Their names begin with ``_``, which no field's does; the reader passes them over."""

_RISKY = re.compile(r"^[=+\-@\t\r']")
_NUMBER = re.compile(r"^[+-]?[0-9][0-9.]*$")
_GUARD = "'"


def export_waiting(intake: Intake, table: str, target: Path, language: Literal["en", "zh"] = "zh") -> int:
    """Write the waiting rows of a table to a CSV that a clerk can correct and send in again; gives their number.

    The file opens in a spreadsheet (UTF-8 with byte order mark), and no text in it becomes a formula there: a leading
    ``=``, ``+``, ``-``, ``@``, tab or return gets an apostrophe, which ``resubmit`` takes off again. ``received_at`` is
    left empty: the corrected row is known from the day it is corrected and not before.
    """
    if table not in intake.contracts:
        raise NotFoundError(
            f"There is no table '{table}'.",
            f"The tables are {', '.join(intake.contracts)}.",
            zh=f"没有名为“{table}”的数据表。",
        )
    contract = intake.contracts[table]
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*contract.field_names, WHY, WHERE, ID, ORIGINAL])
        for row in Quarantine(intake.lake).waiting_rows(table):
            cells = [None if name == "received_at" else row.cells[name] for name in contract.field_names]
            why = " ".join(words_of(contract, code, language) for code in row.faults)
            place = f"{row.name}:{row.id.row}"
            writer.writerow([_guarded(cell) for cell in (*cells, why, place, str(row.id), row.text)])
            count += 1
    return count


def resubmit(intake: Intake, path: Path, account: str, moment: datetime) -> IngestReport:
    """Take corrected rows in as a batch of their own, linked to the rows they correct.

    No gate judges it: bounds on volume and fill are for a feed's delivery, and a handful of corrections is none. The
    same file again changes nothing.

    Parameters
    ----------
    intake:
        The lake and the contracts.
    path:
        An export with corrected values: CSV in UTF-8 or GB18030 with the column ``_quarantine_id``.
    account, moment:
        Who corrects, and when; the corrected rows are known from then on.

    Raises
    ------
    UsageError
        The file is not such an export.
    NotFoundError
        It names a row that is not in quarantine.
    ConflictError
        It names a row that was settled before.
    """
    with working_folder(intake.lake.root / "working") as work:
        table, ids, plain = _read_corrected(intake, path, work)
        settlement = _Settlement(intake, ids, account, moment)
        delivery = Delivery(path, (FileOnOffer(table, path.name, plain),))
        return IngestReport((take_batch(ungated(intake), delivery, moment, settlement.record),))


def correct_row(intake: Intake, row: RowId, values: Mapping[str, str], account: str, moment: datetime) -> IngestReport:
    """Send one quarantined row in again with the values that are given, as ``resubmit`` does with a file of them.

    Raises
    ------
    NotFoundError
        There is no such row in quarantine.
    ConflictError
        It was settled before.
    """
    state = Quarantine(intake.lake).states([row])[row]
    if state != "waiting":
        raise ConflictError(
            f"Row {row} was sent again before and is {state}.",
            "See what waits now.",
            zh=f"第 {row} 号隔离行此前已重新报送。请查看目前等待更正的行。",
        )
    with working_folder(intake.lake.root / "working") as work:
        path = work / f"correction-{row}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*values, ID])
            writer.writerow([*map(_guarded, values.values()), str(row)])
        return resubmit(intake, path, account, moment)


def ungated(intake: Intake) -> Intake:
    """The same intake without gates, for a few rows that a person entered here: they are no feed's delivery."""
    return replace(intake, gate=_pass)


@dataclass(frozen=True)
class _Passed:
    verdict: Verdict = "pass"
    findings: Sequence[GateFinding] = ()


def _pass(*_: object) -> GateVerdict:
    return _Passed()


@dataclass(frozen=True)
class _Settlement:
    """Says in the batch's transaction what became of each row; ``ids`` is in the order of the file."""

    intake: Intake
    ids: list[RowId]
    account: str
    moment: datetime

    def record(self, connection: Connection, sequence: int, taken: Sequence[TakenFile]) -> None:
        file = taken[0].row
        if file.is_refused:
            raise UsageError(
                " ".join(finding["en"] for finding in file.findings),
                "Nothing was taken.",
                zh=f"未接收任何行：{' '.join(finding['zh'] for finding in file.findings)}",
            )
        before = Quarantine(self.intake.lake).states(self.ids)
        if settled := sorted(each for each in self.ids if before[each] != "waiting"):
            raise ConflictError(
                f"Row {settled[0]} was sent again before and is {before[settled[0]]}.",
                "Export the quarantine again.",
                zh=f"第 {settled[0]} 号隔离行此前已重新报送。请重新导出隔离区。",
            )
        broken = self._broken_rows(file.quarantine_sha256, file.table_name)
        states: dict[RowId, State] = {
            each: "resubmitted" if row in broken else "accepted" for row, each in enumerate(self.ids, start=1)
        }
        resolve(connection, states, sequence, self.account, self.moment)

    def _broken_rows(self, sha256: str | None, table: str) -> set[int]:
        if sha256 is None:
            return set()
        path = self.intake.lake.root / "quarantine" / table / f"{sha256}.parquet"
        with duckdb.connect() as connection:
            return {
                row for (row,) in connection.execute(f"SELECT {ROW} FROM read_parquet({literal(str(path))})").fetchall()
            }


def _read_corrected(intake: Intake, path: Path, work: Path) -> tuple[str, list[RowId], Path]:
    """The table, the ids in the order of the rows, and a CSV as a sender would have sent it."""
    text = land_text(path, work)
    if text.encoding is None:
        raise UsageError(
            f"{path} is neither UTF-8 nor GB18030.",
            "Save it as CSV UTF-8.",
            zh=f"{path} 既非 UTF-8 也非 GB18030 编码。请另存为 UTF-8 的 CSV。",
        )
    columns = csv_header(text.path)
    if ID not in columns:
        raise UsageError(
            f"{path} has no column {ID}.",
            "Send in an export of the quarantine, with its columns kept.",
            zh=f"{path} 没有 {ID} 列。请使用隔离区导出的文件，并保留其各列。",
        )
    ids = []
    fields = [name for name in columns if not name.startswith("_")]
    plain = work / "corrected.csv"
    with plain.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*fields, ID])
        for record in csv_records(text.path, columns):
            name = record.cells[ID] if record.cells else None
            if record.cells is None or not name:
                raise UsageError(
                    f"{path}, row {record.row}: it cannot be read or has no {ID}.",
                    "Correct that row.",
                    zh=f"{path} 第 {record.row} 行无法读取，或没有 {ID}。请更正该行。",
                )
            ids.append(RowId.parse(name))
            writer.writerow([*(_unguarded(record.cells[name]) for name in fields), ids[-1]])
    if not ids:
        raise UsageError(
            f"{path} has no rows.", "Export the quarantine again.", zh=f"{path} 没有数据行。请重新导出隔离区。"
        )
    if len(set(ids)) != len(ids):
        raise UsageError(
            f"{path} names a row twice.", "Keep one of the two.", zh=f"{path} 中同一行出现两次。请保留其一。"
        )
    return _table_of(intake, ids), ids, plain


def _table_of(intake: Intake, ids: Sequence[RowId]) -> str:
    tables = {
        (entry.batch.sequence, entry.file.part): entry.file.table_name for entry in Quarantine(intake.lake).files()
    }
    found = {tables.get((each.sequence, each.part)) for each in ids}
    if None in found:
        raise NotFoundError(
            "The file names rows that are not in quarantine.",
            "Export the quarantine again.",
            zh="文件中有不在隔离区的行。请重新导出隔离区。",
        )
    if len(found) > 1:
        raise UsageError(
            f"The file mixes rows of {', '.join(sorted(map(str, found)))}.",
            "Send in a file for each.",
            zh=f"文件混有多张表的行：{', '.join(sorted(map(str, found)))}。请按表分别报送。",
        )
    return str(found.pop())


def _guarded(cell: str | None) -> str:
    if not cell:
        return ""
    return f"{_GUARD}{cell}" if _RISKY.match(cell) and not _NUMBER.match(cell) else cell


def _unguarded(cell: str | None) -> str:
    return (cell or "").removeprefix(_GUARD)
