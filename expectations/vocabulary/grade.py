"""The six grades and the five statuses, with their order defined on the word itself."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Grade(StrEnum):
    """A credit grade (信用等级), best first. ``rank`` 0 is the best."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def rank(self) -> int:
        """Distance from the best grade."""
        return _RANK[self]

    def is_better_than(self, other: Grade) -> bool:
        """Whether this grade stands above the other."""
        return self.rank < other.rank

    def capped_at(self, ceiling: Grade) -> Grade:
        """The worse of this grade and a ceiling."""
        return self if self.rank >= ceiling.rank else ceiling

    def one_better(self) -> Grade:
        """The next grade up; AAA stays AAA."""
        return _ORDER[max(self.rank - 1, 0)]


_ORDER = tuple(Grade)
_RANK = {grade: rank for rank, grade in enumerate(_ORDER)}


def lowest(grades: Iterable[Grade]) -> Grade:
    """The worst of some grades: the lowest cap wins."""
    return max(grades, key=lambda grade: grade.rank)


class Status(StrEnum):
    """How far a grade can be relied on."""

    NORMAL = "normal"
    PROVISIONAL = "provisional"
    INSUFFICIENT_DATA = "insufficient_data"
    STALE = "stale"
    INACTIVE = "inactive"


class Severity(StrEnum):
    """How urgent an alert is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return tuple(Severity).index(self)
