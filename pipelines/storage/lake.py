"""The lake: accepted versions in Parquet, named by their content, and the snapshot that says which of them count."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from expectations.contracts.catalog import load_contract
from expectations.contracts.identity import system_columns_sql
from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal, quoted, sql_type
from expectations.errors import IntegrityError, NotFoundError
from expectations.intake.splitting import stored_columns
from expectations.vocabulary.digest import canonical_json, sha256_file, sha256_text
from features.state import FileSpan
from pipelines.storage import batches
from pipelines.storage.database import Database
from pipelines.storage.forms import OlderForm, by_form, must_be_present, older_versions_sql

ROW_GROUP = 122_880
"""Rows: DuckDB's own unit. Smaller groups prune days better and compress worse."""

WHOLE_FILES = "quarantine/files"
"""Where files lie that were refused as a whole."""


@dataclass(frozen=True)
class LakeFile:
    """One file of accepted versions.

    Attributes
    ----------
    sha256:
        Digest of the content, and the file's name.
    sequence:
        The ``ingest_sequence`` of its rows: the number of their batch. It is not in the file, because the batch gets
        its number only when it commits, so that two ingests at once cannot take the same one.
    first_day, last_day, received_until:
        Event days and latest ``received_at`` of the rows.
    withdrawn_at:
        When the batch was taken back; its rows are known only before.
    """

    table: str
    sha256: str
    sequence: int
    rows: int
    first_day: date
    last_day: date
    received_until: datetime
    withdrawn_at: datetime | None = None

    @property
    def path(self) -> str:
        """Place of the file, relative to the lake."""
        return f"accepted/{self.table}/{self.sha256}.parquet"


@dataclass(frozen=True)
class Snapshot:
    """The files that count at one moment, in order of table, batch and part. A run pins one and reads nothing else.

    Attributes
    ----------
    reports:
        Per table the moments at which its source sent something, or said that there is nothing new, oldest first.
    """

    files: tuple[LakeFile, ...]
    reports: tuple[tuple[str, tuple[datetime, ...]], ...] = ()

    @cached_property
    def text(self) -> str:
        """The canonical JSON that the digest is taken of."""
        return canonical_json({"files": [asdict(file) for file in self.files], "reports": dict(self.reports)})

    @cached_property
    def digest(self) -> str:
        """What identifies the snapshot; it goes into every decision made from it."""
        return sha256_text(self.text)

    def of(self, table: str, known_at: datetime | None = None) -> tuple[LakeFile, ...]:
        """The files of a table, without those withdrawn by ``known_at``; None means after every withdrawal."""
        return tuple(file for file in self.known_by(known_at) if file.table == table)

    def reported(self, known_at: datetime) -> dict[str, datetime]:
        """Per table the latest moment, no later than K, at which its source spoke."""
        heard = {table: [moment for moment in moments if moment <= known_at] for table, moments in self.reports}
        return {table: moments[-1] for table, moments in heard.items() if moments}

    def known_by(self, known_at: datetime | None = None) -> tuple[LakeFile, ...]:
        """The files of every table, without those withdrawn by ``known_at``."""
        return tuple(file for file in self.files if _is_known(file, known_at))


class Lake:
    """The files under one folder, and the database that says which of them count.

    Parameters
    ----------
    root:
        The folder ``lake`` of a home; made when it is not there.
    database:
        The home's database.
    """

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database

    def snapshot(self) -> Snapshot:
        """The files that count now: those of usable and released batches, and of withdrawn ones for the time before."""
        with self.database.reading() as connection:
            taken = batches.all_batches(connection)
        return snapshot_of(taken)

    def pin(self, snapshot: Snapshot | None = None) -> PinnedLake:
        """Keep a snapshot (without one: what counts now) under its digest, so that a replay reads what the run read."""
        pinned = self.snapshot() if snapshot is None else snapshot
        target = self.root / "snapshots" / f"{pinned.digest}.json"
        if not target.exists():
            write_whole(target, pinned.text.encode("utf-8"))
        return PinnedLake(self, pinned)

    def pinned(self, digest: str) -> PinnedLake:
        """The lake as it stood when a snapshot was pinned; errors as ``snapshot_by_digest``."""
        return PinnedLake(self, self.snapshot_by_digest(digest))

    def snapshot_by_digest(self, digest: str) -> Snapshot:
        """A pinned snapshot.

        Raises
        ------
        NotFoundError
            No run pinned it in this lake.
        IntegrityError
            Its file was changed.
        """
        path = self.root / "snapshots" / f"{digest}.json"
        if not path.exists():
            raise NotFoundError(f"The lake has no snapshot {digest}.", "Restore lake/snapshots from a backup.")
        text = path.read_text(encoding="utf-8")
        if sha256_text(text) != digest:
            raise IntegrityError(f"{path} is not the snapshot its name says.", "Restore it from a backup.")
        content = json.loads(text)
        reports = {table: tuple(map(datetime.fromisoformat, each)) for table, each in content["reports"].items()}
        return Snapshot(tuple(map(_lake_file, content["files"])), tuple(sorted(reports.items())))

    def versions_sql(self, table: str, snapshot: Snapshot, known_at: datetime | None = None) -> str:
        """A select over every version of a table in a snapshot.

        Parameters
        ----------
        table, snapshot:
            Which versions.
        known_at:
            Leaves out batches withdrawn by then. Rows received after it are still there: the caller bounds them.

        Returns
        -------
        str
            SQL giving the contract's fields with their types, ``event_day``, ``key_hash``, the link hashes,
            ``ingest_sequence`` and ``source_row``. Without a file it gives those columns and no row.
        """
        return self.files_sql(load_contract(table), snapshot.of(table, known_at))

    def files_sql(self, contract: Contract, files: Iterable[LakeFile]) -> str:
        """A select over the versions in some files of one table, those of an older form brought to the present one."""
        chosen = tuple(files)
        if not chosen:
            return empty_versions_sql(contract)
        forms = by_form(contract, [self.root / file.path for file in chosen])
        return " UNION ALL ".join(
            self._of_one_form(contract, form, [chosen[place] for place in places]) for form, places in forms.items()
        )

    def _of_one_form(self, contract: Contract, form: OlderForm | None, chosen: list[LakeFile]) -> str:
        numbered = [(self.root / file.path, file.sequence) for file in chosen]
        sequences = ", ".join(str(sequence) for _, sequence in numbered)
        if form is None:
            source = f"read_parquet([{', '.join(literal(str(path)) for path, _ in numbered)}])"
        else:
            source = f"({older_versions_sql(contract, numbered, form)})"
        return (
            f"SELECT {', '.join(map(quoted, stored_columns(contract)))}, "
            f"CAST([{sequences}][CAST(file_index AS BIGINT) + 1] AS BIGINT) AS ingest_sequence "
            f"FROM {source}"
        )

    def place(self, written: Path, folder: str) -> str:
        """Move a finished file into a folder of the lake under the digest of its content; gives the digest.

        The same content placed twice is one file.
        """
        digest = sha256_file(written)
        target = self.root / folder / f"{digest}{written.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        flush_to_disk(written)
        written.replace(target)
        return digest

    def keep_copy(self, original: Path, name: str) -> None:
        """Copy a file from outside into the lake; a name made of its digest makes copying twice harmless."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(original, aside)
        flush_to_disk(aside)
        aside.replace(target)


@dataclass(frozen=True)
class PinnedLake:
    """The lake as one run sees it: a snapshot that no later arrival changes."""

    lake: Lake
    snapshot: Snapshot

    @property
    def digest(self) -> str:
        """The snapshot's digest."""
        return self.snapshot.digest

    def versions_sql(self, table: str, known_at: datetime | None = None) -> str:
        """As ``Lake.versions_sql``, of the pinned snapshot."""
        return self.lake.versions_sql(table, self.snapshot, known_at)

    def version_paths(self, table: str, known_at: datetime | None = None) -> tuple[tuple[Path, int], ...]:
        """Where the files of a table lie that count as of K, each with the sequence of its batch.

        Raises
        ------
        OlderFormError
            When one is of an older form, which only ``versions_sql`` reads.
        """
        found = tuple((self.lake.root / file.path, file.sequence) for file in self.snapshot.of(table, known_at))
        must_be_present(load_contract(table), [path for path, _ in found])
        return found

    def version_files(self, known_at: datetime) -> FilesOfSnapshot:
        """The files that count as of K, one by one."""
        return FilesOfSnapshot(self.lake, self.snapshot, known_at)

    def reported(self, known_at: datetime) -> dict[str, datetime]:
        """As ``Snapshot.reported``."""
        return self.snapshot.reported(known_at)


@dataclass(frozen=True)
class FilesOfSnapshot:
    """The files of a snapshot that count as of K, each named by its content and its batch."""

    lake: Lake
    snapshot: Snapshot
    known_at: datetime

    @cached_property
    def _by_table(self) -> dict[str, dict[str, LakeFile]]:
        found: dict[str, dict[str, LakeFile]] = {}
        for file in self.snapshot.known_by(self.known_at):
            found.setdefault(file.table, {})[f"{file.sha256}:{file.sequence}"] = file
        return found

    def spans(self, table: str) -> Mapping[str, FileSpan]:
        """The files of a table by name."""
        return {
            name: FileSpan(file.sequence, file.first_day, file.last_day, file.received_until)
            for name, file in self._by_table.get(table, {}).items()
        }

    def sql(self, table: str, files: Collection[str]) -> str:
        """A select over the versions in some files."""
        chosen = self._by_table.get(table, {})
        return self.lake.files_sql(load_contract(table), [chosen[name] for name in files])


def snapshot_of(batches_taken: Iterable[batches.Batch]) -> Snapshot:
    """The snapshot that some batches make."""
    taken = tuple(batches_taken)
    files = [
        LakeFile(
            table=file.table_name,
            sha256=file.lake_sha256,
            sequence=batch.sequence,
            rows=file.accepted - file.removed,
            first_day=file.first_day,
            last_day=file.last_day,
            received_until=file.received_until,
            withdrawn_at=batch.withdrawn_at,
        )
        for batch in taken
        for file in batch.counting_files()
        if file.lake_sha256 and file.first_day and file.last_day and file.received_until
    ]
    reports: dict[str, set[datetime]] = {}
    for batch in taken:
        for table in batch.reported_tables():
            reports.setdefault(table, set()).add(batch.sent_at)
    heard = ((table, tuple(sorted(moments))) for table, moments in sorted(reports.items()))
    return Snapshot(tuple(sorted(files, key=lambda file: (file.table, file.sequence))), tuple(heard))


def empty_versions_sql(contract: Contract) -> str:
    """A select with every column of a table's versions, typed, and no row."""
    types = {field.name: sql_type(field.type) for field in contract.fields}
    types |= {name: "DATE" if name == "event_day" else "BIGINT" for name in system_columns_sql(contract)}
    types |= {"source_row": "BIGINT", "ingest_sequence": "BIGINT"}
    return f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {quoted(name)}' for name, kind in types.items())} WHERE false"


def write_whole(target: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that it is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_bytes(content)
    flush_to_disk(aside)
    aside.replace(target)


def flush_to_disk(path: Path) -> None:
    """Return only when a file's bytes would outlive the machine's going dark."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _is_known(file: LakeFile, known_at: datetime | None) -> bool:
    return file.withdrawn_at is None or (known_at is not None and known_at < file.withdrawn_at)


_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "first_day": date.fromisoformat,
    "last_day": date.fromisoformat,
    "received_until": datetime.fromisoformat,
    "withdrawn_at": datetime.fromisoformat,
}


def _lake_file(row: dict[str, Any]) -> LakeFile:
    return LakeFile(
        **{name: _FROM_TEXT[name](value) if name in _FROM_TEXT and value else value for name, value in row.items()}
    )
