"""A world whose rows are files, so that a state can be kept of it and brought up to later looks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from expectations.vocabulary.moment import knowledge_cutoff
from features.asof import AsOf, empty_versions_sql
from features.engine import Engine
from features.state import FileSpan, Look, Segment
from tests.worlds.builder import World


class WorldFiles:
    """Every row is a file of its own, named by its sequence; ``without`` leaves some out."""

    def __init__(self, world: World, without: Collection[int] = ()) -> None:
        self.world = world
        self.without = frozenset(without)

    def spans(self, table: str) -> Mapping[str, FileSpan]:
        """The rows that count."""
        return {
            str(row["ingest_sequence"]): FileSpan(
                row["ingest_sequence"], row["event_day"], row["event_day"], row["received_at"]
            )
            for row in self.world.rows[table]
            if row["ingest_sequence"] not in self.without
        }

    def sql(self, table: str, files: Collection[str]) -> str:
        """The rows of some files."""
        if not files:
            return empty_versions_sql(self.world.contracts[table])
        return f"select * from ({self.world.versions_sql(table)}) as rows where ingest_sequence in ({','.join(files)})"


class FolderShelf:
    """State files in a folder, named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, engine: Engine, name: str, select: str) -> Segment:
        """Write a file."""
        aside = self.folder / "aside"
        rows = engine.write(select, aside)
        path = self.folder / f"{name}-{hashlib.sha256(aside.read_bytes()).hexdigest()}.parquet"
        aside.rename(path)
        return Segment(str(path), rows)

    def sql(self, paths: Iterable[str]) -> str:
        """Read files."""
        return f"select * from read_parquet([{', '.join(repr(path) for path in paths)}])"


def look_at(world: World, business_date: date, known_at: datetime | None = None, without: Collection[int] = ()) -> Look:
    """The world as of (D, K), every feed connected."""
    as_of = AsOf(business_date, known_at or knowledge_cutoff(business_date), frozenset(world.contracts))
    return Look(as_of, WorldFiles(world, without), str(known_at))
