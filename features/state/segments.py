"""Rollups as segments: every row that was ever added or taken away, which together are the rollup.

Measures are whole numbers that add up, so a correction is its old row with the sign turned and its new row. Segments of
like size are merged, as in a log-structured tree, so that there are never many and each row is rewritten seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.days import EVER, rollup_measures
from features.engine import Engine, literal
from features.state.kept import Segment, Shelf

ROWS = "copies"
"""What adds up in a list: how often a row is in it."""

MERGED_AT_MOST = 4_000_000
"""Rows: larger segments stay as they are. Days seldom overlap in them, and merging would rewrite them over and over."""


@dataclass(frozen=True)
class RollupShape:
    """A rollup's columns: what it is keyed by, and what adds up."""

    name: str
    keys: tuple[str, ...]
    measures: tuple[str, ...]

    @classmethod
    def of(cls, engine: Engine, rollup: str) -> RollupShape:
        """As the table of that name has them. A list of documents has nothing that adds up but its rows themselves."""
        columns, measures = engine.columns(rollup), rollup_measures(rollup)
        keys = tuple(name for name in columns if name not in measures and name != ROWS)
        return cls(rollup, keys, tuple(name for name in columns if name in measures) or (ROWS,))

    @property
    def is_list(self) -> bool:
        """Whether it is a list of documents."""
        return self.measures == (ROWS,)

    def counted(self, name: str) -> str:
        """The rows of a table or view as they are kept."""
        return f"(select *, 1 as {ROWS} from {name})" if self.is_list else name

    def summed(self, rows: str) -> str:
        """The rows of a select with one per key; a key that nothing is left of is gone."""
        keys = ", ".join(self.keys)
        sums = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in self.measures)
        something = " or ".join(f"sum({name}) <> 0" for name in self.measures)
        return f"select {keys}, {sums} from ({rows}) as added group by {keys} having {something}"

    def ordered(self, rows: str) -> str:
        """The rows of a select by day and key: a reader of some days skips the others."""
        others = [key for key in self.keys if key != "event_day"]
        return f"select * from ({rows}) as unordered order by {', '.join(['event_day', *others])}"

    def negated(self, rows: str) -> str:
        """The rows of a select, to be taken away."""
        return f"select {', '.join(self.keys)}, {', '.join(f'-{name} as {name}' for name in self.measures)} from {rows}"

    def difference(self, before: str, now: str) -> str:
        """What has to be added to turn the rows of one table into those of another."""
        columns = ", ".join((*self.keys, *self.measures))
        then = self.negated(f"{self.counted(before)} as earlier")
        return self.summed(f"select {columns} from {self.counted(now)} as now union all {then}")


def define_rollup(engine: Engine, shelf: Shelf, rollup: str, segments: Sequence[Segment], since: date) -> None:
    """Create the view of a rollup over its segments. Days before ``since`` are looked back at no more."""
    rows = shelf.sql(segment.path for segment in segments)
    engine.drop(rollup)
    engine.create_view(rollup, rows)
    shape = RollupShape.of(engine, rollup)
    if rollup not in EVER:
        rows = f"select * from ({rows}) as kept where event_day >= {literal(since)}"
    if len(segments) > 1:
        rows = shape.summed(rows)
    if shape.is_list:
        rows = f"select {', '.join(shape.keys)} from ({rows}) as kept"
    engine.create_view(rollup, rows)


def with_segment(
    engine: Engine, shelf: Shelf, shape: RollupShape, segments: Sequence[Segment], select: str
) -> tuple[Segment, ...]:
    """The segments with one more, merged where the new one has grown to the size of those before it."""
    added = shelf.put(engine, shape.name, shape.ordered(select))
    if segments and not added.rows:
        return tuple(segments)
    grown = [*segments, added]
    first, rows = len(grown) - 1, added.rows
    while first > 0 and grown[first - 1].rows <= 2 * rows and rows + grown[first - 1].rows <= MERGED_AT_MOST:
        first -= 1
        rows += grown[first].rows
    if first == len(grown) - 1:
        return tuple(grown)
    merged = shape.summed(shelf.sql(segment.path for segment in grown[first:]))
    return (*grown[:first], shelf.put(engine, shape.name, shape.ordered(merged)))
