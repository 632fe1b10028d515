"""Backup of a home while it runs, and restoring it elsewhere.

The database is copied first, as it stood at one moment. Everything it names lies in files that were written before it
named them and never change, so that copying them afterwards loses nothing, whatever is written meanwhile.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from expectations.errors import ConflictError, IntegrityError, UsageError
from expectations.vocabulary.moment import zoned
from models.registry.moving import follow_the_files
from pipelines.storage import ledger
from pipelines.storage.copying import copy_in, copy_out, opened, revision_of
from pipelines.storage.database import Database
from pipelines.storage.grouped import spool_of, take_in_spooled
from pipelines.storage.lake import Lake
from pipelines.storage.manifest import Manifest, copied, whole_files
from pipelines.storage.removal import missing

LEDGER, MODELS = "ledger.db", "mlflow.db"
_SPOOL = f"{LEDGER}.reads"

_FOLDERS = ("zone.yml", "policy", "lake", "mlflow", "reports")
_REMADE = ("lake/state", "lake/screening", "lake/working")

LEFT_OUT = (
    "keys and passwords of this machine: they lie outside the home; keep the anchor and certificate keys apart",
    "inbox/: deliveries that are not taken in yet",
    "lake/state, lake/screening, models/: caches; the first run on a restored home makes them again",
    "data_docs/, prefect/, spill/: what gates and schedules show and keep for themselves",
)
"""What of a home is not in a backup."""


_ELSEWHERE = "models: they are registered on a server, which is to be backed up itself"


@dataclass(frozen=True)
class Source:
    """The home that is backed up.

    Attributes
    ----------
    has_registry:
        Whether models are registered in the home itself, not on a server.
    """

    path: Path
    database: Database
    code_version: str
    has_registry: bool


def back_up(home: Source, to: Path, at: datetime) -> Manifest:
    """Copy a home as it stands into a folder of its own.

    Raises
    ------
    UsageError
        When the folder is not empty, or lies in the home.
    ConflictError
        When files went while they were copied, as a removal of retention does.
    """
    if to.absolute().is_relative_to(home.path):
        raise UsageError(f"{to} lies in the home.", "A backup there would be lost with it: name a folder elsewhere.")
    if to.exists() and any(to.iterdir()):
        raise UsageError(f"{to} is not empty.", "Give each backup a folder of its own.")
    to.mkdir(parents=True, exist_ok=True, mode=0o700)  # for its owner alone: it holds what the home holds
    entries, revision, damaged = _copy_ledger(home, to)
    if home.has_registry and (home.path / MODELS).exists():
        _copy_registry(home.path / MODELS, to / MODELS)
    files = {}
    for name in whole_files(home.path, _FOLDERS, _REMADE):
        try:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            files[name] = copied(home.path / name, to / name)
        except FileNotFoundError:
            continue  # whether it is missed is looked at below
        if _is_named_by_content(name) and Path(name).stem != files[name].sha256:
            damaged.append(name)
    _must_hold_all(to)
    files |= {name: copied(to / name) for name in (LEDGER, MODELS) if (to / name).exists()}
    manifest = Manifest(
        made_at=zoned(at).isoformat(timespec="seconds"),
        code_version=home.code_version,
        revision=revision,
        home=str(home.path),
        entries=entries,
        files=dict(sorted(files.items())),
        left_out=LEFT_OUT if home.has_registry else (*LEFT_OUT, _ELSEWHERE),
        damaged=tuple(damaged),
    )
    manifest.write(to)
    return manifest


def restore(backup: Path, home: Path, database: Database | None) -> Manifest:
    """Put a backup in place as a home.

    Parameters
    ----------
    backup:
        The folder of a backup.
    home:
        Where the home shall lie: not there yet, or an empty folder.
    database:
        An empty PostgreSQL database that shall hold the ledger; None for SQLite in the home.

    Raises
    ------
    IntegrityError
        When the backup is not as its manifest says.
    UsageError
        When there is something where the home shall lie.
    """
    manifest = Manifest.read(backup)
    if home.exists() and any(home.iterdir()):
        raise UsageError(f"{home} is not empty.", "Restore into a new folder: xinji --home NEW restore BACKUP")
    if faults := list(manifest.faults(backup)):
        raise IntegrityError(f"{backup} is damaged: {'; '.join(faults[:3])}.", "Restore another backup.")
    for name in sorted(manifest.files, key=lambda name: name == LEDGER):  # last: what has a ledger is restored
        if name == LEDGER and database is not None:
            copy_in(backup / name, database)
            continue
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        copied(backup / name, home / name)
        if name == MODELS:
            follow_the_files(home / name, Path(manifest.home) / "mlflow", home / "mlflow")
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    return manifest


def _copy_ledger(home: Source, to: Path) -> tuple[dict[str, int], str, list[str]]:
    """The ledger as it stands, with the reads that wait beside it; gives its entries, its revision and its faults."""
    spool = spool_of(home.database)
    if spool is None:
        copy_out(home.database, to / LEDGER)
    else:
        with spool.held():  # nobody moves reads into the ledger between the two copies
            copy_out(home.database, to / LEDGER)
            if not spool.is_empty:
                copied(spool.path, to / _SPOOL)
    with opened(to / LEDGER) as copy:
        take_in_spooled(copy)
        with copy.reading() as connection:
            report = ledger.verify(connection)
            revision = revision_of(connection)
    (to / f"{_SPOOL}.lock").unlink(missing_ok=True)
    return dict(report.counts), revision, [f"{LEDGER}: {fault}" for fault in report.faults]


def _copy_registry(store: Path, target: Path) -> None:
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _must_hold_all(to: Path) -> None:
    """Whatever the copied ledger names of the lake was copied."""
    with opened(to / LEDGER) as copy:
        lost = missing(Lake(to / "lake", copy))
    if lost:
        raise ConflictError(
            f"{len(lost)} files of the lake are not there to be copied, such as {lost[0]}.",
            "If rows were being removed (xinji retention), back up again into a new folder; else see: xinji verify",
        )


def _is_named_by_content(name: str) -> bool:
    stem = Path(name).stem
    return name.startswith("lake/") and len(stem) == 64 and set(stem) <= set("0123456789abcdef")
