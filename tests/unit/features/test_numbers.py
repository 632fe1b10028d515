"""What heaps of numbers share or repeat is exactly what sets of them say, whatever passes the filter by chance."""

from __future__ import annotations

from collections import Counter

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.engine import DuckdbEngine
from features.numbers import Numbers, common_values, create_repeated, create_shared, repeated_values

# Few bits differ, so that many pass the filter and only some of them are shared.
HEAPS = st.lists(st.lists(st.integers(-8, 40).map(lambda number: number * (1 << 40)), max_size=30), max_size=4)


def pieces(heap: list[list[int]]) -> list[Numbers]:
    return [np.array(piece, dtype=np.int64) for piece in heap]


def flat(heap: list[list[int]]) -> list[int]:
    return [number for piece in heap for number in piece]


@settings(deadline=None)
@given(left=HEAPS, right=HEAPS)
def test_what_two_heaps_share_is_the_intersection_of_their_sets(left: list[list[int]], right: list[list[int]]) -> None:
    assert common_values(pieces(left), pieces(right)).tolist() == sorted(set(flat(left)) & set(flat(right)))


@settings(deadline=None)
@given(heap=HEAPS, times=st.integers(2, 5))
def test_a_number_is_repeated_from_so_many_occurrences_on(heap: list[list[int]], times: int) -> None:
    counted = Counter(flat(heap))
    assert repeated_values(pieces(heap), times).tolist() == sorted(one for one, n in counted.items() if n >= times)


def test_nothing_of_a_hundred_thousand_strangers_is_taken_for_shared() -> None:
    drawn = np.random.default_rng(7).integers(0, 2**62, 200_001)
    shared = common_values([drawn[:100_001]], [drawn[100_000:]])
    assert shared.tolist() == [drawn[100_000]]


@pytest.mark.parametrize(("times", "found"), [(2, [3, 5]), (3, [5])])
def test_a_table_of_repeated_values_is_made_of_a_select(times: int, found: list[int]) -> None:
    with duckdb.connect() as connection:
        engine = DuckdbEngine(connection)
        create_repeated(engine, "again", "number", "select unnest([5, 3, 5, 1, 3, 5]) as number", times)
        assert engine.rows("select number from again order by number") == [(number,) for number in found]


def test_a_table_of_shared_values_is_made_of_selects() -> None:
    with duckdb.connect() as connection:
        engine = DuckdbEngine(connection)
        create_shared(engine, "shared", "number", ["select 1 as n", "select 2 as n"], ["select unnest([2, 3]) as n"])
        assert engine.rows("select number from shared") == [(2,)]
