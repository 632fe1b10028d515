"""The manifest of a backup: which files it holds, each with size and sha256, and how the ledger stood."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expectations.errors import IntegrityError, NotFoundError
from expectations.vocabulary.digest import canonical_json
from pipelines.storage.lake import write_whole

FORM = 1
"""Of a backup. One of another form is refused."""

NAME = "MANIFEST.json"
"""Written last: a folder without it is no backup."""

_PIECE = 1 << 20


@dataclass(frozen=True)
class BackedUp:
    """A file of a backup: how long it is, and the sha256 of its bytes."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes
    ----------
    made_at:
        When it was begun, in ISO 8601; all that was committed by then is in it.
    code_version, revision:
        Of the program that made it, and of the database's tables.
    home:
        Where the home lay.
    entries:
        Entries of the ledger by stream.
    files:
        By path in the backup.
    left_out:
        What of the home is not in it, in words.
    damaged:
        Files that were not what their name says when they were copied.
    """

    made_at: str
    code_version: str
    revision: str
    home: str
    entries: Mapping[str, int]
    files: Mapping[str, BackedUp]
    left_out: tuple[str, ...]
    damaged: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"form": FORM, **asdict(self)}

    def write(self, folder: Path) -> None:
        """Make a folder a backup: everything in it is on disk before its manifest is."""
        os.sync()
        write_whole(folder / NAME, canonical_json(self.to_json()).encode("utf-8"))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a backup.

        Raises
        ------
        NotFoundError
            When there is none: the backup was not finished, or is none.
        IntegrityError
            When it is of a form that this version does not know.
        """
        path = folder / NAME
        if not path.exists():
            raise NotFoundError(f"{folder} is no finished backup: it has no {NAME}.", "Name the folder of a backup.")
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("form") != FORM:
            raise IntegrityError(f"{folder} is a backup of another form.", "Restore it with the version that made it.")
        files = {name: BackedUp(**one) for name, one in content.pop("files").items()}
        left_out, damaged = tuple(content.pop("left_out")), tuple(content.pop("damaged"))
        return cls(files=files, left_out=left_out, damaged=damaged, **content)

    def faults(self, folder: Path) -> Iterator[str]:
        """What of a backup is not as its manifest says, in words."""
        for name, told in self.files.items():
            path = folder / name
            if not path.exists():
                yield f"{name} is missing"
            elif copied(path) != told:
                yield f"{name} is not what was backed up"


def copied(source: Path, target: Path | None = None) -> BackedUp:
    """Read a file once, writing it to a target where one is given; gives its size and digest."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream:
        sink = target.open("wb") if target else None
        while piece := stream.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            if sink:
                sink.write(piece)
        if sink:
            sink.close()
    return BackedUp(size, digest.hexdigest())


def whole_files(root: Path, folders: Iterable[str], passing_over: Iterable[str]) -> Iterator[str]:
    """Paths of the finished files under some folders (or single files), relative to the root, in order."""
    over = tuple(passing_over)
    for folder in folders:
        place = root / folder
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in found:
            name = path.relative_to(root)
            is_unfinished = any(part.startswith(".") for part in name.parts) or path.suffix == ".part"
            if path.is_file() and not is_unfinished and not any(name.is_relative_to(each) for each in over):
                yield str(name)
