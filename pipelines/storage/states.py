"""What the features keep between runs, in the lake: files named by their content, and a small index per state.

Nothing here is a record. Whatever is lost is built anew from the versions, and a state says itself what it stands for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expectations.vocabulary.digest import canonical_json, sha256_file, sha256_text
from features.engine import Engine, literal
from features.state import Kept, Segment
from pipelines.storage.lake import flush_to_disk, write_whole

HELD = 2
"""States that are held: the latest, and the one before it, from which a day that is asked for again can be made."""


class FolderOfStates:
    """States under one folder, and the shelf that their files lie on.

    Parameters
    ----------
    folder:
        ``lake/state`` of a home; made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, engine: Engine, name: str, select: str) -> Segment:
        """Keep the rows of a select under the digest of the file they make."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{name}.{os.getpid()}"
        rows = engine.write(select, aside)
        flush_to_disk(aside)
        path = f"{name}-{sha256_file(aside)}.parquet"
        aside.replace(self.folder / path)
        return Segment(path, rows)

    def sql(self, paths: Iterable[str]) -> str:
        """A select over the rows of some files."""
        return f"select * from read_parquet([{', '.join(literal(str(self.folder / path)) for path in paths)}])"

    def latest(self, definition: str, business_date: date, known_at: datetime) -> Kept | None:
        """The latest whole state of a definition that is no later than (D, K)."""
        found = [
            kept
            for kept in self._all()
            if kept.definition == definition
            and kept.business_date <= business_date
            and kept.known_at <= known_at
            and all((self.folder / path).exists() for path in kept.paths)
        ]
        return max(found, key=lambda kept: kept.times, default=None)

    def store(self, kept: Kept) -> None:
        """Hold a state, in place of any other of its two times; those before the last two go, with their files.

        No other file is touched: another run may be making a state of its own beside this one.
        """
        text = canonical_json(asdict(kept))
        written = self.folder / f"{sha256_text(text)}.json"
        write_whole(written, text.encode("utf-8"))
        found = self._indexes()
        times = sorted({one.times for one in found.values()})[-HELD:]
        held = {
            index
            for index, one in found.items()
            if one.times in times and (one.times != kept.times or index == written)
        }
        needed = {path for index in held for path in found[index].paths}
        for index, dropped in ((index, one) for index, one in found.items() if index not in held):
            index.unlink(missing_ok=True)
            for path in dropped.paths - needed:
                (self.folder / path).unlink(missing_ok=True)

    def forget(self) -> None:
        """Let every state go: what they were made of is no longer there. The next run builds its own."""
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.parquet")):
            path.unlink(missing_ok=True)

    def _all(self) -> list[Kept]:
        return list(self._indexes().values())

    def _indexes(self) -> dict[Path, Kept]:
        read = {path: _kept(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.json"))}
        return {path: kept for path, kept in read.items() if kept is not None}


def _kept(text: str) -> Kept | None:
    """A state from its index; None when another version of the code wrote it in another form: it is built anew."""
    try:
        return _read(json.loads(text))
    except (KeyError, TypeError, ValueError):
        return None


def _read(told: dict[str, Any]) -> Kept:
    rollups = {name: tuple(map(_segment, segments)) for name, segments in told["rollups"].items()}
    return Kept(
        **told
        | {
            "business_date": date.fromisoformat(told["business_date"]),
            "known_at": datetime.fromisoformat(told["known_at"]),
            "ahead": {table: tuple(files) for table, files in told["ahead"].items()},
            "rollups": rollups,
        }
    )


def _segment(told: dict[str, Any]) -> Segment:
    return Segment(**told | {"days": tuple(told["days"])})
