"""Rollups as segments: every row that was ever added or taken away, which together are the rollup.

Measures are whole numbers that add up, so a correction is its old row with the sign turned and its new row. Segments of
like size are merged, as in a log-structured tree, so that there are never many and each row is rewritten seldom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
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

    @property
    def mark(self) -> str:
        """A number that rows with one key share, and few others: an engine's own hash leaves out what cannot count."""
        told = ("document",) if "document" in self.keys else tuple(key for key in self.keys if key != "event_day")
        return f"hash({', '.join(told)})"

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

    def difference(self, before: str, now: str, days: Sequence[str]) -> str:
        """What has to be added to turn the rows of one table into those of another.

        Parameters
        ----------
        before, now:
            The two tables.
        days:
            The days that the one before has rows of. Rows of other days are new as they are.
        """
        columns = ", ".join((*self.keys, *self.measures))
        rows = f"select {columns} from {self.counted(now)} as now"
        then = self.negated(f"{self.counted(before)} as earlier")
        return self.added_up(rows, f"{rows} union all {then}", days)

    def added_up(self, rows: str, of_days: str, days: Sequence[str]) -> str:
        """The rows of one select, but of some days the sums of those of another."""
        if not days:
            return rows
        listed = _dates(days)
        summed = self.summed(f"select * from ({of_days}) as signed where event_day in ({listed})")
        columns = ", ".join((*self.keys, *self.measures))
        return f"{summed} union all select {columns} from ({rows}) as alone where event_day not in ({listed})"

    def of_segments(self, shelf: Shelf, segments: Sequence[Segment]) -> str:
        """The rows of some segments, to be read once: added up where several have rows of a day, else as they are."""
        seen = Counter(day for segment in segments for day in segment.days)
        rows = shelf.sql(segment.path for segment in segments)
        return self.added_up(rows, rows, sorted(day for day, times in seen.items() if times > 1))


def days_of(engine: Engine, rows: str) -> tuple[str, ...]:
    """The event days of a select, in ISO 8601, in order."""
    days = engine.rows(f"select distinct event_day from ({rows}) as dated order by event_day")
    return tuple(str(day) for (day,) in days)


def define_rollup(engine: Engine, shelf: Shelf, rollup: str, segments: Sequence[Segment], since: date) -> None:
    """Create the view of a rollup over its segments. Days before ``since`` are looked back at no more."""
    engine.drop(rollup)
    engine.create_view(rollup, shelf.sql(segment.path for segment in segments))
    shape = RollupShape.of(engine, rollup)
    rows = _mended(engine, shelf, shape, segments)
    if rollup not in EVER:
        rows = f"select * from ({rows}) as kept where event_day >= {literal(since)}"
    if shape.is_list:
        rows = f"select {', '.join(shape.keys)} from ({rows}) as kept"
    engine.create_view(rollup, rows)


def _mended(engine: Engine, shelf: Shelf, shape: RollupShape, segments: Sequence[Segment]) -> str:
    """The rows of some segments, to be read more than once.

    A day lies in the first segment that has it. What later ones say of that day is little: with the rows it is said of
    it is summed once, in ``mended_<rollup>``, and all other rows of the day are passed through.
    """
    first, later, seen, again = list[str](), list[str](), set[str](), set[str]()
    for segment in segments:
        known = seen & set(segment.days)
        rows = f"select * from ({shelf.sql([segment.path])}) as segment"
        if known:
            later.append(f"{rows} where event_day in ({_dates(known)})")
            rows = f"{rows} where event_day not in ({_dates(known)})"
        first.append(rows)
        seen |= set(segment.days)
        again |= known
    whole = " union all ".join(first)
    if not later:
        return whole
    of_again = f"select * from ({whole}) as first where event_day in ({_dates(again)})"
    engine.create_table(f"later_{shape.name}", " union all ".join(later))
    engine.create_table(f"said_{shape.name}", f"select distinct {shape.mark} as mark from later_{shape.name}")
    said = f"{shape.mark} in (select mark from said_{shape.name})"
    mended = shape.summed(f"select * from later_{shape.name} union all {of_again} and {said}")
    engine.create_table(f"mended_{shape.name}", mended)
    engine.drop(f"later_{shape.name}")
    columns = ", ".join((*shape.keys, *shape.measures))
    return f"""
        select {columns} from ({whole}) as alone where event_day not in ({_dates(again)})
        union all select {columns} from ({of_again} and not {said}) as unaltered
        union all select {columns} from mended_{shape.name}"""


def _dates(days: Collection[str]) -> str:
    return ", ".join(f"date {literal(day)}" for day in sorted(days))


def with_segment(
    engine: Engine, shelf: Shelf, shape: RollupShape, segments: Sequence[Segment], select: str
) -> tuple[Segment, ...]:
    """The segments with one more, merged where the new one has grown to the size of those before it."""
    added = put_segment(engine, shelf, shape, select)
    if segments and not added.rows:
        return tuple(segments)
    grown = [*segments, added]
    first, rows = len(grown) - 1, added.rows
    while first > 0 and grown[first - 1].rows <= 2 * rows and rows + grown[first - 1].rows <= MERGED_AT_MOST:
        first -= 1
        rows += grown[first].rows
    if first == len(grown) - 1:
        return tuple(grown)
    return (*grown[:first], put_segment(engine, shelf, shape, shape.of_segments(shelf, grown[first:])))


def put_segment(engine: Engine, shelf: Shelf, shape: RollupShape, select: str) -> Segment:
    """Keep the rows of a select as one segment."""
    put = shelf.put(engine, shape.name, shape.ordered(select))
    return replace(put, days=days_of(engine, shelf.sql([put.path])))
