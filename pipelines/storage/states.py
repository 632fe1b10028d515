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

from expectations.vocabulary.digest import canonical_json, sha256_file, sha256_text
from features.engine import Engine, literal
from features.state import Kept, Segment
from pipelines.storage.lake import write_whole

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
        return max(found, key=lambda kept: (kept.business_date, kept.known_at), default=None)

    def store(self, kept: Kept) -> None:
        """Hold a state; those before the last two, and files that no state needs, go."""
        text = canonical_json(asdict(kept))
        write_whole(self.folder / f"{sha256_text(text)}.json", text.encode("utf-8"))
        held = sorted(self._all(), key=lambda kept: (kept.business_date, kept.known_at))[-HELD:]
        needed = {path for kept in held for path in kept.paths}
        needed |= {f"{sha256_text(canonical_json(asdict(kept)))}.json" for kept in held}
        for path in self.folder.iterdir():
            if path.name not in needed:
                path.unlink()

    def _all(self) -> list[Kept]:
        return [_kept(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.json"))]


def _kept(text: str) -> Kept:
    told = json.loads(text)
    rollups = {name: tuple(Segment(**segment) for segment in segments) for name, segments in told["rollups"].items()}
    return Kept(
        **told
        | {
            "business_date": date.fromisoformat(told["business_date"]),
            "known_at": datetime.fromisoformat(told["known_at"]),
            "ahead": {table: tuple(files) for table, files in told["ahead"].items()},
            "rollups": rollups,
        }
    )
