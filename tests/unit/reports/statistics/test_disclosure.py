"""Nobody's trade can be read off a bulletin, nor worked out from it."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.statistics.disclosure import TOTAL, hidden_cells

CUTS = ("mode", "country")
LEAST = 3


def rows_of(*told: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(told, columns=["uscc", *CUTS, "gross_fen"])


MANY = [(f"e{number}", "9610", "KZ", 100) for number in range(4)]


def test_a_cell_of_two_enterprises_is_hidden() -> None:
    rows = rows_of(*MANY, ("a", "1210", "KZ", 9), ("b", "1210", "KZ", 9))
    assert ("mode", "1210") in hidden_cells(rows, CUTS, LEAST)


def test_a_cell_of_three_enterprises_is_shown_when_all_others_are() -> None:
    rows = rows_of(*MANY, *((who, "1210", "KZ", 9) for who in "abc"))
    assert hidden_cells(rows, CUTS, LEAST) == frozenset()


def test_the_smallest_other_cell_goes_too_since_the_total_gives_the_hidden_one_away() -> None:
    rows = rows_of(*MANY, *((who, "9710", "KZ", 50) for who in "uvw"), ("a", "1210", "KZ", 9))
    assert hidden_cells(rows, CUTS, LEAST) == {("mode", "1210"), ("mode", "9710")}


def test_two_hidden_cells_with_two_enterprises_between_them_still_give_each_away_to_the_other() -> None:
    rows = rows_of(*MANY, ("a", "1210", "KZ", 9), ("b", "9810", "KZ", 9))
    assert ("mode", "9610") in hidden_cells(rows, CUTS, LEAST)


def test_a_cut_that_is_shown_gives_away_nothing_of_another() -> None:
    # Everything to Mongolia is mode 1210 and the other way round, so that either name gives the other's figure away.
    others = [(f"m{number}", "9710", "RU", 70) for number in range(3)]
    rows = rows_of(*MANY, *others, ("a", "1210", "MN", 9), ("b", "1210", "MN", 9))
    hidden = hidden_cells(rows, CUTS, LEAST)
    assert {("mode", "1210"), ("country", "MN")} <= hidden
    assert given_away(rows, hidden) == []


def test_with_fewer_than_three_enterprises_nothing_is_shown() -> None:
    rows = rows_of(("a", "9610", "KZ", 1), ("b", "9610", "KZ", 1))
    assert hidden_cells(rows, CUTS, LEAST) == {TOTAL, ("mode", "9610"), ("country", "KZ")}


def test_of_nothing_nothing_is_hidden() -> None:
    assert hidden_cells(rows_of(), CUTS, LEAST) == frozenset()


def given_away(rows: pd.DataFrame, hidden: frozenset[tuple[str, str]]) -> list[tuple[str, str]]:
    """Hidden cells that are a combination of shown ones, by elimination in exact fractions over every single row."""
    cells = [TOTAL, *((cut, value) for cut in CUTS for value in sorted(set(rows[cut])))]
    vectors = {
        cell: [Fraction(int(cell == TOTAL or row[cell[0]] == cell[1])) for _, row in rows.iterrows()] for cell in cells
    }
    shown = [vectors[cell] for cell in cells if cell not in hidden]
    return [cell for cell in cells if cell in hidden and rank([*shown, vectors[cell]]) == rank(shown)]


def rank(vectors: list[list[Fraction]]) -> int:
    left, found = [list(vector) for vector in vectors], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for place in range(found + 1, len(left)):
            factor = left[place][column] / pivot[column]
            left[place] = [one - factor * two for one, two in zip(left[place], pivot, strict=True)]
        found += 1
    return found


TRADES = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"), st.sampled_from(("9610", "1210", "9710")), st.sampled_from(("KZ", "RU", "MN"))
    ),
    min_size=1,
    max_size=14,
    unique=True,
)


@settings(deadline=None, max_examples=60)
@given(TRADES, st.data())
def test_no_hidden_cell_follows_from_what_is_shown(trades: list[tuple[str, str, str]], data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.integers(0, 10**6), min_size=len(trades), max_size=len(trades)))
    rows = rows_of(*((*one, amount) for one, amount in zip(trades, amounts, strict=True)))
    hidden = hidden_cells(rows, CUTS, LEAST)
    cells = [TOTAL, *itertools.chain.from_iterable([(cut, value) for value in set(rows[cut])] for cut in CUTS)]
    for cell in cells:
        behind = rows if cell == TOTAL else rows[rows[cell[0]] == cell[1]]
        assert cell in hidden or behind["uscc"].nunique() >= LEAST
    assert given_away(rows, hidden) == []
    for cut in CUTS:
        unsaid = rows[[(cut, value) in hidden for value in rows[cut]]]
        assert TOTAL in hidden or unsaid.empty or unsaid["uscc"].nunique() >= LEAST
