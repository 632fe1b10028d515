"""What lies in a folder: the batches in it, in the order in which they are taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from expectations.contracts.schema import Words
from expectations.errors import NotFoundError, UsageError
from expectations.intake.manifest import MANIFEST_NAME, Manifest, ManifestError, ManifestFile, read_manifest
from expectations.intake.notice import Notice
from expectations.intake.reading import SUFFIXES, suffix_of


@dataclass(frozen=True)
class FileOnOffer:
    """A file of a batch: what it holds, where it lies, and what its manifest promises, if it has one."""

    table: str
    name: str
    path: Path
    promise: ManifestFile | None = None


@dataclass(frozen=True)
class Delivery:
    """One batch as it lies there.

    Attributes
    ----------
    notices:
        Files that were left where they are.
    problem:
        Why the manifest cannot be followed; ``files`` is then empty.
    """

    path: Path
    files: tuple[FileOnOffer, ...] = ()
    manifest: Manifest | None = None
    notices: tuple[Notice, ...] = ()
    problem: ManifestError | None = None


def find_deliveries(path: Path, tables: Collection[str]) -> list[Delivery]:
    """The batches at a path: with manifests by ``produced_at``, then path; without, the files of a folder are one.

    Parameters
    ----------
    path:
        A file ``<table>.<ext>``, a folder of such files, a ``manifest.json`` or a folder tree with manifests.
    tables:
        The names that the data dictionary knows.

    Raises
    ------
    NotFoundError
        There is nothing at the path.
    UsageError
        No file there is called after a table.
    """
    if not path.exists():
        raise NotFoundError(f"{path} does not exist.", "Name a folder of files, a file, or a manifest.json.")
    if path.is_file() and path.name != MANIFEST_NAME:
        return [_without_manifest(path, [path], tables)]
    manifests = [path] if path.is_file() else sorted(path.rglob(MANIFEST_NAME))
    if manifests:
        return sorted((_with_manifest(manifest, tables) for manifest in manifests), key=_order)
    return [_without_manifest(path, sorted(file for file in path.iterdir() if file.is_file()), tables)]


def table_of(path: Path, tables: Collection[str]) -> str | None:
    """The table that a file's name stands for; None when there is no such table or format."""
    suffix = suffix_of(path)
    name = path.name.removesuffix(suffix) if suffix else ""
    return name if name in tables else None


def _without_manifest(path: Path, files: Iterable[Path], tables: Collection[str]) -> Delivery:
    named = [(file, table_of(file, tables)) for file in files if not file.name.startswith(".")]
    offers = tuple(FileOnOffer(table, file.name, file) for file, table in named if table)
    odd = [file.name for file, table in named if not table]
    if not offers:
        hints = [hint for name in odd for hint in get_close_matches(name.split(".")[0], tables, n=1)]
        raise UsageError(
            f"{path} holds no file of a known table" + (f" (perhaps {hints[0]} is meant?)." if hints else "."),
            f"Call the files <table>{'|'.join(SUFFIXES)}, with the tables of the data dictionary.",
        )
    return Delivery(path, offers, notices=_left_behind(odd))


def _with_manifest(path: Path, tables: Collection[str]) -> Delivery:
    try:
        manifest = read_manifest(path)
        if unknown := sorted({*(file.table for file in manifest.files), *manifest.nothing_new} - set(tables)):
            raise ManifestError(f"{path}: there is no table {', '.join(unknown)}.", "See the data dictionary.")
        if odd := sorted(file.path for file in manifest.files if suffix_of(Path(file.path)) is None):
            raise ManifestError(f"{path}: unknown format: {', '.join(odd)}.", f"Deliver one of {', '.join(SUFFIXES)}.")
    except ManifestError as problem:
        return Delivery(path, problem=problem)
    offers = tuple(FileOnOffer(file.table, file.path, path.parent / file.path, file) for file in manifest.files)
    listed = {offer.path for offer in offers}
    odd = [file.name for file in sorted(path.parent.iterdir()) if table_of(file, tables) and file not in listed]
    return Delivery(path, offers, manifest, _left_behind(odd))


def _left_behind(names: list[str]) -> tuple[Notice, ...]:
    if not names:
        return ()
    words = Words(
        en=f"These files were not taken, since no manifest or table names them: {', '.join(names)}.",
        zh=f"以下文件未被接收,因为清单文件或数据字典中没有它们:{'、'.join(names)}。",
    )
    return (Notice("files_left", "warn", words),)


def _order(delivery: Delivery) -> tuple[datetime, str]:
    # A batch that cannot be followed takes nothing, so its place does not matter.
    produced = delivery.manifest.produced_at if delivery.manifest else datetime.min.replace(tzinfo=UTC)
    return produced, str(delivery.path)
