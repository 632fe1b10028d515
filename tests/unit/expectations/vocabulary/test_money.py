"""Money adds up to the fen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.vocabulary.money import from_fen, round_half_up, to_fen


@given(st.integers(-(10**17), 10**17))
def test_fen_to_amount_and_back_is_the_same(fen: int) -> None:
    assert to_fen(from_fen(fen)) == fen


@given(st.lists(st.integers(-(10**12), 10**12), max_size=20))
def test_a_sum_in_fen_is_the_sum_of_the_amounts(parts: list[int]) -> None:
    assert from_fen(sum(parts)) == sum(map(from_fen, parts), Decimal(0))


@pytest.mark.parametrize(
    ("amount", "fen"), [("515.50", 51550), ("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("1E+2", 10000)]
)
def test_an_amount_finer_than_a_fen_is_rounded_half_away_from_zero(amount: str, fen: int) -> None:
    assert to_fen(Decimal(amount)) == fen


@pytest.mark.parametrize(("value", "whole"), [(699.5, 700), (2.5, 3), (0.5, 1), (699.4999, 699), (Decimal("2.5"), 3)])
def test_a_half_point_goes_up(value: float | Decimal, whole: int) -> None:
    assert round_half_up(value) == whole


@given(st.floats(0, 1000))
def test_a_rounded_score_is_never_further_than_half_a_point(value: float) -> None:
    assert abs(round_half_up(value) - value) <= 0.5
