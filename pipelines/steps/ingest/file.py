"""One delivered file: read, checked, split, written aside and judged. Nothing of it counts until its batch commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import duckdb

from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal
from expectations.errors import IntegrityError
from expectations.intake.delivery import FileOnOffer
from expectations.intake.notice import Notice, file_missing, other_content, other_row_count
from expectations.intake.reading import read_delivered, suffix_of
from expectations.intake.rows import DeliveredFile, refused
from expectations.intake.set_aside import write_quarantined
from expectations.intake.splitting import (
    Span,
    accepted_sql,
    check_rows,
    fault_counts,
    find_duplicates,
    warning_counts,
)
from expectations.vocabulary.moment import zoned
from pipelines.steps.ingest.findings import GateFinding, of_codes, of_gate, of_notices
from pipelines.storage.batches import BatchFile, Verdict, worst
from pipelines.storage.forms import copy_options, form_of
from pipelines.storage.lake import ROW_GROUP, WHOLE_FILES, Lake, LakeFile

_SOUND = "sound.parquet"
_VERDICT_OF: dict[str, Verdict] = {"note": "pass", "warn": "warn", "withhold": "withhold"}


class GateVerdict(Protocol):
    """What the gate says about a file."""

    @property
    def verdict(self) -> Verdict:
        """``pass``, ``warn`` or ``withhold``."""
        ...

    @property
    def findings(self) -> Sequence[GateFinding]:
        """Why."""
        ...


class Gate(Protocol):
    """Judges the rows of a file that keep their contract, duplicates included, by the bounds of the contract."""

    def __call__(
        self, contract: Contract, accepted: Path, received: int, quarantined: int, received_at: datetime, /
    ) -> GateVerdict:
        """The verdict on a Parquet file of such rows."""
        ...


@dataclass(frozen=True)
class Intake:
    """What taking in works with.

    Attributes
    ----------
    memory_limit:
        What DuckDB may use, such as ``6GB``; empty: its own default. Beyond it, work goes to disk.
    """

    lake: Lake
    contracts: Mapping[str, Contract]
    gate: Gate
    threads: int | None = None
    memory_limit: str = ""

    def connect(self, folder: Path) -> duckdb.DuckDBPyConnection:
        """A DuckDB of one's own that spills into a folder."""
        config: dict[str, Any] = {"temp_directory": str(folder / "spill")}
        if self.threads:
            config["threads"] = self.threads
        if self.memory_limit:
            config["memory_limit"] = self.memory_limit
        return duckdb.connect(config=config)


@dataclass(frozen=True)
class TakenFile:
    """A file that lies ready in the lake, and the versions it brings (None when there are none)."""

    row: BatchFile
    versions: LakeFile | None


@dataclass(frozen=True)
class Setting:
    """What a file meets: its place in the batch, when it was received, and the versions already there.

    Attributes
    ----------
    sha256:
        Digest of the delivered bytes; empty when the file is not there.
    received_at, sent_at:
        Knowledge time of rows that carry none; and the moment freshness is judged against, which is the sender's own
        where a manifest says it, so that history taken in late is not called stale.
    first_row:
        Number of the file's first row within its table: more than 1 when the batch has several files of the table.
    sequence:
        A number after every sequence in ``earlier``, standing for the one the batch will get.
    earlier:
        Files of the table that count, earlier files of the same batch included.
    """

    part: int
    sha256: str
    first_row: int
    received_at: datetime
    sent_at: datetime
    sequence: int
    earlier: tuple[LakeFile, ...]


def take_file(intake: Intake, offer: FileOnOffer, setting: Setting, work: Path) -> TakenFile:
    """Split one file into accepted, quarantined and duplicate rows, and place the first two in the lake.

    Parameters
    ----------
    intake, offer, setting:
        What to work with, what to take, what it meets.
    work:
        A folder in the lake's file system for temporary files; the caller removes it.
    """
    folder = work / f"part{setting.part}"
    folder.mkdir()
    with intake.connect(folder) as connection:
        return _FileAtWork(intake, offer, setting, folder, connection).take()


@dataclass(frozen=True)
class _FileAtWork:
    intake: Intake
    offer: FileOnOffer
    setting: Setting
    folder: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def contract(self) -> Contract:
        return self.intake.contracts[self.offer.table]

    def take(self) -> TakenFile:
        sha256, delivered = self._read()
        if delivered.is_refused:
            return self._set_aside_whole(sha256, delivered)
        intake, setting, connection = self.intake, self.setting, self.connection
        received_at = setting.received_at.isoformat()
        write = partial(self._write, _SOUND)
        delivered = check_rows(connection, self.contract, delivered, received_at, setting.first_row, write)
        duplicates = find_duplicates(connection, self.contract, self._earlier)
        quarantined, quarantine_sha256 = self._quarantine(delivered)
        # A daily copy of the whole register is nearly all duplicates: it is judged as delivered, not by what is new.
        sound = self.folder / _SOUND
        verdict = intake.gate(self.contract, sound, delivered.received, quarantined, setting.sent_at)
        codes = self._code_findings()
        versions = self._accept(self._write("new.parquet", accepted_sql(self.contract)) if duplicates else sound)
        accepted = versions.rows if versions else 0
        if delivered.received != accepted + quarantined + duplicates:
            raise IntegrityError(
                f"{self.offer.name}: of {delivered.received} rows {accepted} were accepted, {quarantined} quarantined "
                f"and {duplicates} are duplicates, which does not add up.",
                "Nothing was taken. This is a fault of the platform: keep the file and report it.",
            )
        row = replace(
            self._row(sha256, delivered),
            accepted=accepted,
            quarantined=quarantined,
            duplicates=duplicates,
            verdict=worst([verdict.verdict, *(_VERDICT_OF[notice.level] for notice in delivered.notices)]),
            quarantine_sha256=quarantine_sha256,
            findings=(*of_notices(delivered.notices), *of_gate(verdict.findings), *codes),
        )
        return TakenFile(_with_versions(row, versions), versions)

    def _read(self) -> tuple[str, DeliveredFile]:
        path, promise = self.offer.path, self.offer.promise
        if not path.is_file():
            return "", refused(0, [file_missing(self.offer.name)])
        sha256 = self.setting.sha256
        delivered = read_delivered(self.connection, path, self.contract, self.folder)
        broken: list[Notice] = []
        if promise and promise.sha256.lower() != sha256:
            broken.append(other_content(promise.sha256.lower(), sha256))
        if promise and promise.rows != delivered.received:
            broken.append(other_row_count(promise.rows, delivered.received))
        return sha256, replace(delivered, notices=(*delivered.notices, *broken))

    def _row(self, sha256: str, delivered: DeliveredFile) -> BatchFile:
        return BatchFile(
            part=self.setting.part,
            table_name=self.offer.table,
            name=self.offer.name,
            sha256=sha256,
            received=delivered.received,
            findings=of_notices(delivered.notices),
        )

    def _set_aside_whole(self, sha256: str, delivered: DeliveredFile) -> TakenFile:
        if sha256:
            self.intake.lake.keep_copy(self.offer.path, f"{WHOLE_FILES}/{sha256}{suffix_of(self.offer.path)}")
        row = replace(
            self._row(sha256, delivered),
            quarantined=delivered.received,
            verdict="withhold",
            is_refused=True,
            quarantine_sha256=sha256 or None,
        )
        return TakenFile(row, None)

    def _earlier(self, span: Span) -> str | None:
        files = [file for file in self.setting.earlier if _may_hold(file, span)]
        return self.intake.lake.files_sql(self.contract, files) if files else None

    def _quarantine(self, delivered: DeliveredFile) -> tuple[int, str | None]:
        target = self.folder / "quarantined.parquet"
        count = write_quarantined(self.connection, self.contract, delivered, self.setting.first_row, target)
        return count, self.intake.lake.place(target, f"quarantine/{self.offer.table}") if count else None

    def _write(self, name: str, query: str) -> Path:
        target = self.folder / name
        self.connection.execute(
            f"COPY ({query}) TO {literal(str(target))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}{copy_options(form_of(self.contract))})"
        )
        return target

    def _accept(self, written: Path) -> LakeFile | None:
        """Place the accepted rows."""
        rows, first_day, last_day, received_until = self.connection.execute(
            "SELECT count(*), min(event_day), max(event_day), max(received_at) FROM read_parquet(?)", [str(written)]
        ).fetchall()[0]
        if not rows:
            return None
        sha256 = self.intake.lake.place(written, f"accepted/{self.offer.table}")
        return LakeFile(
            self.offer.table, sha256, self.setting.sequence, rows, first_day, last_day, zoned(received_until)
        )

    def _code_findings(self) -> tuple[dict[str, Any], ...]:
        faults = of_codes(self.contract, fault_counts(self.connection), "quarantine")
        warnings = warning_counts(self.connection, self.contract)
        return (*faults, *of_codes(self.contract, warnings, "note"))


def _with_versions(row: BatchFile, versions: LakeFile | None) -> BatchFile:
    if versions is None:
        return row
    return replace(
        row,
        lake_sha256=versions.sha256,
        first_day=versions.first_day,
        last_day=versions.last_day,
        received_until=versions.received_until,
    )


def _may_hold(file: LakeFile, span: Span) -> bool:
    if span.days is None:
        return True
    first, last = span.days
    overlaps = file.first_day <= last and file.last_day >= first
    return overlaps or (span.received_since is not None and file.received_until >= span.received_since)
