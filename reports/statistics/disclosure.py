"""Which figures must stay unsaid, so that nobody's trade can be read off a bulletin or worked out from it.

A cell of a cut (one mode, one country, ...) is hidden when fewer enterprises than the least stand behind it. That is
not enough: the total less the cells that are shown gives away the rest, and cells of different cuts may do so together.
So further cells are hidden, the smallest first, until

- what is left of every cut stands for enough enterprises, or for none, and
- no hidden cell is a linear combination of the figures that are shown.

The second is the linear audit of statistical disclosure control (Willenborg and de Waal, Elements of Statistical
Disclosure Control, 2001, chapter 6), with every figure taken as unknown. Bounds that follow from figures being
positive are not looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TOTAL = ("total", "")
"""The cell of everything."""

Cell = tuple[str, str]
"""A cut and a value of it."""

_NOTHING_LEFT = 1e-8


@dataclass(frozen=True)
class _Cells:
    """Every cell over groups of rows that fall into the same cells: which groups it holds, and whom."""

    names: list[Cell]
    holds: NDArray[np.float64]
    enterprises: list[frozenset[str]]
    size: list[int]

    @classmethod
    def of(cls, rows: pd.DataFrame, cuts: Sequence[str]) -> _Cells:
        group, firsts = _groups(rows, cuts)
        names, holds, enterprises, size = [TOTAL], [np.ones(len(firsts))], [frozenset(rows["uscc"])], [len(rows)]
        for cut in cuts:
            for value, found in rows.groupby(cut, sort=True):
                names.append((cut, str(value)))
                held = np.zeros(len(firsts))
                held[group[rows.index.get_indexer(found.index)]] = 1.0
                holds.append(held)
                enterprises.append(frozenset(found["uscc"]))
                size.append(int(found["gross_fen"].sum()))
        return cls(names, np.array(holds), enterprises, size)


def _groups(rows: pd.DataFrame, cuts: Sequence[str]) -> tuple[NDArray[np.int64], list[int]]:
    numbers = np.asarray(rows.groupby(list(cuts), sort=False).ngroup(), dtype=np.int64)
    return numbers, sorted(set(numbers.tolist()))


def hidden_cells(rows: pd.DataFrame, cuts: Sequence[str], least: int) -> frozenset[Cell]:
    """The cells that are not shown.

    Parameters
    ----------
    rows:
        What every figure is added up of: ``uscc``, ``gross_fen`` (whole hundredths), and a column of text per cut.
    cuts:
        The columns that the bulletin is cut by, one at a time. ``TOTAL`` is shown beside them.
    least:
        Enterprises that must stand behind a figure.
    """
    if not len(rows):
        return frozenset()
    cells = _Cells.of(rows.reset_index(drop=True), cuts)
    if len(cells.enterprises[0]) < least:
        return frozenset(cells.names)
    hidden = {place for place, who in enumerate(cells.enterprises) if len(who) < least}
    while True:
        more = _left_over(cells, hidden, least)
        if more is None:
            more = _worked_out(cells, hidden)
        if more is None:
            return frozenset(cells.names[place] for place in hidden)
        hidden.add(more)


def _left_over(cells: _Cells, hidden: set[int], least: int) -> int | None:
    """The next cell to hide of a cut whose hidden cells together stand for too few; None when there is no such cut."""
    for cut in dict.fromkeys(name for name, _ in cells.names[1:]):
        places = [place for place, name in enumerate(cells.names) if name[0] == cut]
        unsaid = [place for place in places if place in hidden]
        behind: frozenset[str] = frozenset().union(*(cells.enterprises[place] for place in unsaid))
        if unsaid and len(behind) < least:
            return _smallest(cells, [place for place in places if place not in hidden])
    return None


def _worked_out(cells: _Cells, hidden: set[int]) -> int | None:
    """The next cell to hide because the shown ones give a hidden one away; None when they give none away."""
    shown = [place for place in range(len(cells.names)) if place not in hidden]
    for place in sorted(hidden):
        weights, *_ = np.linalg.lstsq(cells.holds[shown].T, cells.holds[place], rcond=None)
        if np.abs(cells.holds[shown].T @ weights - cells.holds[place]).max() < _NOTHING_LEFT:
            used = [
                where for where, weight in zip(shown, weights, strict=True) if where and abs(weight) > _NOTHING_LEFT
            ]
            return _smallest(cells, used)
    return None


def _smallest(cells: _Cells, places: Sequence[int]) -> int | None:
    return min(places, key=lambda place: (cells.size[place], cells.names[place]), default=None)
