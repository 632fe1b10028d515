"""The random share: a lot over everybody, by grade, whose every probability can be written down beforehand.

Each grade gets its whole part of the places; the parts of a place that are left go to grades by one systematic draw,
so that a grade's expected places are exactly its share. Within a grade all orders are equally likely. So everybody, the
best included, is drawn with the same probability, places over everybody. All arithmetic is in fractions: probabilities
add up exactly, and the same seed gives the same lot on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from math import ceil, comb, floor

_WHOLE = 2**256


@dataclass(frozen=True, slots=True)
class Allocation:
    """Places per grade, and the probability of this way to give out the places that are left."""

    probability: Fraction
    places: Mapping[str, int]


def order_of(seed: str, office: str, name: str) -> str:
    """Where somebody stands in an office's lot: as good as random, and the same for the same seed."""
    return sha256(f"{seed}|{office}|{name}".encode()).hexdigest()


def allocations(sizes: Mapping[str, int], places: int) -> list[Allocation]:
    """Every way in which places can fall on grades of these sizes. Probabilities add up to 1."""
    whole, parts = _shares(sizes, places)
    edges = sorted({Fraction(0), Fraction(1), *(sum(parts[:n], Fraction(0)) % 1 for n in range(len(parts) + 1))})
    found = []
    for low, high in pairwise(edges):
        extra = _drawn(parts, (low + high) / 2)
        places_of = {grade: whole[grade] + (n in extra) for n, grade in enumerate(sizes)}
        found.append(Allocation(high - low, places_of))
    return found


def drawn_allocation(sizes: Mapping[str, int], places: int, seed: str, office: str) -> Mapping[str, int]:
    """The way that the seed chooses."""
    start = Fraction(int(sha256(f"{seed}|{office}".encode()).hexdigest(), 16), _WHOLE)
    whole, parts = _shares(sizes, places)
    extra = _drawn(parts, start)
    return {grade: whole[grade] + (n in extra) for n, grade in enumerate(sizes)}


def chance_of_room(
    better: Mapping[str, int], others: Mapping[str, int], places: Mapping[str, int], slots: int
) -> Fraction:
    """The probability that the lot leaves fewer than ``slots`` of the better ones undrawn.

    Parameters
    ----------
    better, others:
        By grade, how many come first, and how many there are beside the one who asks and was not drawn.
    places:
        By grade, how many of the others are drawn.
    slots:
        How many are taken of those that are left.
    """
    ways: dict[int, Fraction] = {0: Fraction(1)}
    for grade, taken in places.items():
        ways = _convolved(ways, list(_hypergeometric(better[grade], others[grade], taken)))
    ahead = sum(better.values())
    return sum((chance for drawn, chance in ways.items() if ahead - drawn < slots), Fraction(0))


def _shares(sizes: Mapping[str, int], places: int) -> tuple[dict[str, int], list[Fraction]]:
    everybody = sum(sizes.values())
    exact = {grade: Fraction(size * places, everybody) for grade, size in sizes.items()}
    whole = {grade: floor(share) for grade, share in exact.items()}
    return whole, [exact[grade] - whole[grade] for grade in sizes]


def _drawn(parts: Sequence[Fraction], start: Fraction) -> set[int]:
    """Which parts hold one of the points start, start + 1, ...: each with a probability that is its length."""
    found, reached = set(), Fraction(0)
    for number, part in enumerate(parts):
        first = max(ceil(reached - start), 0)
        if reached <= start + first < reached + part:
            found.add(number)
        reached += part
    return found


def _hypergeometric(some: int, everybody: int, taken: int) -> Iterator[tuple[int, Fraction]]:
    """How many of some are among so many taken, with its probability."""
    all_ways = comb(everybody, taken)
    for among in range(max(0, taken - (everybody - some)), min(some, taken) + 1):
        yield among, Fraction(comb(some, among) * comb(everybody - some, taken - among), all_ways)


def _convolved(ways: Mapping[int, Fraction], more: Sequence[tuple[int, Fraction]]) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for drawn, chance in ways.items():
        for among, likely in more:
            found[drawn + among] = found.get(drawn + among, Fraction(0)) + chance * likely
    return found
