"""What is kept between two runs: rollups as segments of signed rows, window sums, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from expectations.contracts.schema import Contract
from features.engine import Engine
from features.state.files import Look


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of signed rows of a rollup: what one run added and took away, or several of them merged.

    Attributes
    ----------
    days:
        The event days it has rows of, in ISO 8601.
    """

    path: str
    rows: int
    days: Sequence[str] = ()


@dataclass(frozen=True)
class Kept:
    """The state of one (D, K).

    Attributes
    ----------
    snapshot:
        Identifies the files that the state was made from.
    definition:
        Digest of everything its meaning hangs on: the texts of the steps, contracts, law, and the zone's feeds. A state
        of another definition is of no use.
    ahead:
        Per table the files with rows of a later event or stage than D.
    rollups, windows:
        Per rollup its segments; per window table the file with its sums as of D.
    arrivals:
        The file that says when what arrived.
    """

    business_date: date
    known_at: datetime
    snapshot: str
    definition: str
    ahead: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rollups: Mapping[str, Sequence[Segment]] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    arrivals: str = ""

    @property
    def paths(self) -> frozenset[str]:
        """Every file it needs."""
        segments = (segment.path for rollup in self.rollups.values() for segment in rollup)
        return frozenset(segments) | frozenset(self.windows.values()) | {self.arrivals}

    @property
    def times(self) -> tuple[date, datetime]:
        """(D, K)."""
        return self.business_date, self.known_at

    def is_of(self, look: Look) -> bool:
        """Whether it was made of this very look."""
        return self.snapshot == look.snapshot and self.times == (look.as_of.business_date, look.as_of.known_at)


@dataclass(frozen=True)
class Workplace:
    """What a state is made with: the engine, the contracts of all tables, and the shelf."""

    engine: Engine
    contracts: Mapping[str, Contract]
    shelf: Shelf


class Shelf(Protocol):
    """Where the files lie."""

    def put(self, engine: Engine, name: str, select: str) -> Segment:
        """Keep the rows of a select, in the order it gives them, under a name made of their content."""
        ...

    def sql(self, paths: Iterable[str]) -> str:
        """A select over the rows of one or more files of the same columns."""
        ...
