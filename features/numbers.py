"""What large heaps of whole numbers share or repeat, at a tenth of what grouping or joining them costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.compiled import compiled
from features.engine import Engine

Numbers = npt.NDArray[np.int64]

BITS_PER_NUMBER = 16
"""Of the filter: with two bits set per number about one stranger in a hundred passes, and is found out later."""

FEWEST_BITS = 1 << 16


def common_values(left: Iterable[Numbers], right: Iterable[Numbers]) -> Numbers:
    """The distinct values that occur on both sides, in order.

    The left side is held in memory, eight bytes a number; of the right side only what passes a filter made of the left.
    """
    held = [piece for piece in left if piece.size]
    if not held:
        return np.empty(0, dtype=np.int64)
    candidates = np.unique(_passing(_filter_of(held), right))
    if not candidates.size:
        return candidates
    return np.intersect1d(candidates, _passing(_filter_of([candidates]), held))


def repeated_values(numbers: Iterable[Numbers], times: int = 2) -> Numbers:
    """The distinct values that occur so many times or more, in order."""
    pieces = [piece for piece in numbers if piece.size]
    if not pieces:
        return np.empty(0, dtype=np.int64)
    ordered = np.sort(np.concatenate(pieces))
    last = ordered[times - 1 :]
    return np.unique(last[last == ordered[: last.size]])


def create_repeated(engine: Engine, name: str, column: str, select: str, times: int = 2) -> None:
    """Create a table with the values that occur so many times in the one column of a select, none of them empty."""
    values = repeated_values(engine.numbers(select), times)
    engine.create_table_of(name, pd.DataFrame({column: pd.Series(values, dtype="int64")}))


def create_shared(engine: Engine, name: str, column: str, left: Iterable[str], right: Iterable[str]) -> None:
    """Create a table with the values that some selects of one column share with some others, none of them empty.

    The left ones are held in memory.
    """
    values = common_values(
        (piece for select in left for piece in engine.numbers(select)),
        (piece for select in right for piece in engine.numbers(select)),
    )
    engine.create_table_of(name, pd.DataFrame({column: pd.Series(values, dtype="int64")}))


def _filter_of(pieces: list[Numbers]) -> npt.NDArray[np.uint64]:
    wanted = max(BITS_PER_NUMBER * sum(piece.size for piece in pieces), FEWEST_BITS)
    marks = np.zeros(1 << (int(wanted - 1).bit_length() - 6), dtype=np.uint64)
    for piece in pieces:
        _mark(marks, piece)
    return marks


def _passing(marks: npt.NDArray[np.uint64], pieces: Iterable[Numbers]) -> Numbers:
    passed = [piece[_are_marked(marks, piece)] for piece in pieces]
    return np.concatenate(passed) if passed else np.empty(0, dtype=np.int64)


@compiled
def _mark(marks: npt.NDArray[np.uint64], numbers: Numbers) -> None:
    """Set the two bits of every number: its low bits say which the one is, its high bits which the other."""
    last = np.uint64(marks.size * 64 - 1)
    for number in numbers:
        value = np.uint64(number)
        for place in (value & last, (value >> np.uint64(31)) & last):
            marks[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))


@compiled
def _are_marked(marks: npt.NDArray[np.uint64], numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Whether both bits of every number are set."""
    last = np.uint64(marks.size * 64 - 1)
    found = np.empty(numbers.size, dtype=np.bool_)
    for position, number in enumerate(numbers):
        value = np.uint64(number)
        first, second = value & last, (value >> np.uint64(31)) & last
        found[position] = (
            marks[first >> np.uint64(6)] >> (first & np.uint64(63))
            & marks[second >> np.uint64(6)] >> (second & np.uint64(63))
            & np.uint64(1)
        ) != 0
    return found
