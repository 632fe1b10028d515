"""Indices against published examples and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import log

import numpy as np
import pytest

from expectations.vocabulary.grade import Grade
from models.validation.overrides import overrides_among
from models.validation.sample import Sample
from models.validation.stability import bin_edges, concentration, counts_in, migration, migration_of, shift


def test_the_index_is_the_sum_of_share_differences_times_their_log_ratio() -> None:
    # 50/50 to 80/20: 0.3 ln 1.6 - 0.3 ln 0.4
    found = shift([50, 50], [80, 20], 0.95, (100, 100))
    assert found.index == pytest.approx(0.3 * log(1.6) - 0.3 * log(0.4))


def test_the_bound_is_chi_squared_over_the_sample_sizes() -> None:
    # Three bins, two degrees of freedom: the quantile at .95 is -2 ln .05; (1/N + 1/M) = 1/200 + 1/50.
    found = shift([100, 50, 50], [20, 20, 10], 0.95, (200, 50))
    assert found.bound == pytest.approx(-2 * log(0.05) * (1 / 200 + 1 / 50))


def test_the_bound_is_exceeded_by_luck_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    draws = random.multinomial(400, [0.25] * 4, size=(2000, 2))
    beyond = np.mean([shift(before, after, 0.95, (400, 400)).is_beyond_luck for before, after in draws])
    assert beyond == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("size", [8, 30, 60])
def test_a_young_zone_moves_beyond_luck_no_more_often_than_it_should(size: int) -> None:
    random = np.random.default_rng(5)
    trained = random.gamma(1.0, size=300)
    edges = bin_edges(trained)
    before = counts_in(trained, edges)
    later = [counts_in(random.gamma(1.0, size=size), edges) for _ in range(300)]
    beyond = np.mean([shift(before, after, 0.99, (300, size)).is_beyond_luck for after in later])
    assert beyond <= 0.04, "chi-squared alone would say half at eight, and a third at thirty"


def test_a_young_zone_s_real_move_is_still_seen() -> None:
    random = np.random.default_rng(6)
    trained = random.gamma(1.0, size=300)
    edges = bin_edges(trained)
    moved = counts_in(3.0 + random.gamma(1.0, size=20), edges)
    assert shift(counts_in(trained, edges), moved, 0.99, (300, 20)).is_beyond_luck


def test_bins_hold_equal_shares_and_missing_values_have_one_of_their_own() -> None:
    values = np.r_[np.arange(100.0), [np.nan] * 7]
    edges = bin_edges(values)
    assert counts_in(values, edges) == [10] * 10 + [7]
    assert counts_in(np.array([5.0, 5.0]), bin_edges(np.array([5.0, 5.0]))) == [0, 2, 0]


def test_the_published_example_of_the_herfindahl_index() -> None:
    # US Department of Justice: four firms with 30, 30, 20 and 20 per cent have an index of 2,600.
    found = concentration({"a": 30, "b": 30, "c": 20, "d": 20})
    assert found.index == pytest.approx(0.26)
    assert found.normalised == pytest.approx((0.26 - 0.25) / 0.75)


def test_one_grade_for_all_is_full_concentration() -> None:
    assert concentration({"A": 9, "B": 0}).normalised == pytest.approx(1.0)


def test_nobody_moving_is_mobility_zero_and_forgetting_the_past_is_one() -> None:
    # Shorrocks (1978): (k - trace P) / (k - 1)
    assert migration_of(np.diag([5, 3, 2, 0, 0, 0])).mobility == pytest.approx(0.0)
    assert migration_of(np.full((6, 6), 4)).mobility == pytest.approx(1.0)


def test_moves_are_counted_from_each_date_to_the_next(sample: Callable[..., Sample]) -> None:
    days = [date(2026, 1, 31)] * 2 + [date(2026, 2, 28)] * 2 + [date(2026, 3, 31)]
    grades = [Grade.A, Grade.B, Grade.AA, Grade.B, Grade.B]
    found = migration(sample([0.0] * 5, [0] * 5, enterprises=["x", "y", "x", "y", "x"], dates=days, grades=grades))
    assert found.counts[Grade.A.rank][Grade.AA.rank] == 1
    assert found.counts[Grade.B.rank][Grade.B.rank] == 1
    assert found.counts[Grade.AA.rank][Grade.B.rank] == 1
    assert [found.rose, found.fell, found.stayed] == pytest.approx([1 / 3] * 3)


def test_overrides_are_counted_with_their_direction() -> None:
    def record(grade: str | None, rules: str | None, override: object = None) -> dict[str, object]:
        return {"grade": grade, "grade_rules": rules, "override": override}

    found = overrides_among(
        [record("A", "A"), record("A", "B", {}), record("C", "B", {}), record("B", "B", {}), record(None, None)]
    )
    assert (found.decisions, found.overridden, found.better, found.worse) == (4, 3, 1, 1)
    assert found.share == pytest.approx(0.75)
    assert overrides_among([]).share is None
