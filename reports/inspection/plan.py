"""Who an office looks at on a day: the lot first, then what the law demands, then where most can be recovered.

The lot is drawn over everybody, before and regardless of what is suspected: what it finds measures how much the rest
misses. What the law demands is a share of a grade, filled up by the same lot. What is left goes by expected value,
probability times exposed amount. Only the lot is left to chance, so everybody's probability follows from it exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from reports.inspection.lottery import Allocation, allocations, chance_of_room, drawn_allocation, order_of


class Why(StrEnum):
    """What a slot is for."""

    RANDOM = "random"
    LAW = "law"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be looked at.

    Attributes
    ----------
    p:
        Probability of an adverse event.
    amount_fen:
        What could be recovered: the exposed amount of the open alerts that ask something of the office.
    """

    uscc: str
    name: str
    grade: str
    p: float
    amount_fen: int

    @property
    def expected_fen(self) -> float:
        """Expected value of a look, in hundredths of a yuan."""
        return self.p * self.amount_fen


@dataclass(frozen=True, slots=True)
class Rules:
    """What shapes a plan. ``law_shares``: by grade, the least share that the law wants looked at."""

    slots: int
    random_share: float
    law_shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Chances:
    """With what probability somebody is looked at at all, and by lot."""

    overall: Fraction
    by_lot: Fraction


@dataclass(frozen=True)
class OfficePlan:
    """One office's plan. ``law_short``: how many the law wants that no slot is left for."""

    office: str
    chosen: tuple[tuple[Candidate, Why], ...]
    chances: Mapping[str, Chances]
    law_short: int


@dataclass(frozen=True)
class _Field:
    """Everybody, laid out for the questions that a plan asks."""

    sizes: Mapping[str, int]
    law: Mapping[str, int]
    ranked: Sequence[Candidate]
    lawful: Sequence[Candidate]
    slots: int
    lots: int

    def law_places(self, drawn: Mapping[str, int]) -> dict[str, int]:
        """By grade, the slots that go to the law after a lot; more than it wants where nobody else is left."""
        left = self.slots - self.lots
        found = {}
        for grade, want in self.law.items():
            found[grade] = min(left, max(want - drawn[grade], 0))
            left -= found[grade]
        spare = left - sum(self.sizes[grade] - drawn[grade] for grade in self.sizes if grade not in self.law)
        for grade in self.law:
            more = max(min(spare, self.sizes[grade] - drawn[grade] - found[grade]), 0)
            found[grade] += more
            spare -= more
        return found

    def value_places(self, drawn: Mapping[str, int]) -> int:
        """The slots that go by expected value after a lot."""
        return self.slots - self.lots - sum(self.law_places(drawn).values())


def plan_office(office: str, rules: Rules, candidates: Sequence[Candidate], seed: str) -> OfficePlan:
    """The plan of one office. The same seed and candidates give the same plan, in whatever order they come."""
    everybody = sorted(candidates, key=lambda one: order_of(seed, office, one.uscc))
    field = _field(rules, everybody)
    drawn = drawn_allocation(field.sizes, field.lots, seed, office) if field.lots else dict.fromkeys(field.sizes, 0)
    by_grade = {grade: [one for one in everybody if one.grade == grade] for grade in field.sizes}
    chosen = [(one, Why.RANDOM) for grade, places in drawn.items() for one in by_grade[grade][:places]]
    for grade, places in field.law_places(drawn).items():
        chosen += [(one, Why.LAW) for one in by_grade[grade][drawn[grade] : drawn[grade] + places]]
    taken = {one.uscc for one, _ in chosen}
    free = [one for one in field.ranked if one.uscc not in taken]
    chosen += [(one, Why.VALUE) for one in free[: field.value_places(drawn)]]
    short = sum(max(want - drawn[grade] - field.law_places(drawn)[grade], 0) for grade, want in field.law.items())
    return OfficePlan(office, tuple(sorted(chosen, key=_as_worked)), dict(_chances(field)), short)


def _as_worked(one: tuple[Candidate, Why]) -> tuple[int, float, str]:
    candidate, why = one
    return [Why.LAW, Why.VALUE, Why.RANDOM].index(why), -candidate.expected_fen, candidate.uscc


def _field(rules: Rules, everybody: Sequence[Candidate]) -> _Field:
    sizes = dict(sorted(Counter(one.grade for one in everybody).items()))
    slots = min(rules.slots, len(everybody))
    lots = min(slots, max(1, round(rules.random_share * slots))) if slots else 0
    # Through text, since 0.8 * 5 as binary fractions is more than 4.
    law = {
        grade: ceil(Fraction(str(share)) * sizes[grade])
        for grade, share in sorted(rules.law_shares.items(), reverse=True)
        if grade in sizes
    }
    ranked = sorted(
        (one for one in everybody if one.grade not in law), key=lambda one: (-one.expected_fen, -one.p, one.uscc)
    )
    return _Field(sizes, law, ranked, [one for one in everybody if one.grade in law], slots, lots)


def _chances(field: _Field) -> Iterator[tuple[str, Chances]]:
    """Everybody's probabilities: over every way the lot can fall, that of being drawn, and of being taken if not."""
    if not field.slots:
        yield from ((one.uscc, Chances(Fraction(0), Fraction(0))) for one in (*field.ranked, *field.lawful))
        return
    ways = allocations(field.sizes, field.lots)
    by_lot = Fraction(field.lots, sum(field.sizes.values()))
    for grade in field.law:
        places = sum((way.probability * field.law_places(way.places)[grade] for way in ways), Fraction(0))
        same = Chances(by_lot + places / field.sizes[grade], by_lot)
        yield from ((one.uscc, same) for one in field.lawful if one.grade == grade)
    better: Counter[str] = Counter()
    for rank, one in enumerate(field.ranked):
        yield one.uscc, Chances(by_lot + _by_value(field, ways, one.grade, rank, better), by_lot)
        better[one.grade] += 1


def _by_value(field: _Field, ways: Sequence[Allocation], grade: str, rank: int, better: Mapping[str, int]) -> Fraction:
    """The probability of not being drawn and still being taken, with so many better ones."""
    taken = Fraction(0)
    for way in ways:
        size, places = field.sizes[grade], way.places[grade]
        if size > places:
            taken += way.probability * Fraction(size - places, size) * _room(field, way, grade, rank, better)
    return taken


def _room(field: _Field, way: Allocation, grade: str, rank: int, better: Mapping[str, int]) -> Fraction:
    slots = field.value_places(way.places)
    if rank < slots:
        return Fraction(1)
    if rank - field.lots >= slots:
        return Fraction(0)
    others = {name: size - (name == grade) for name, size in field.sizes.items()}
    return chance_of_room({name: better.get(name, 0) for name in others}, others, way.places, slots)
