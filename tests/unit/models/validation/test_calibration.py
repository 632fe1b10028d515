"""Each test statistic against a published example or a closed form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import asin, exp, pi, sqrt

import numpy as np
import pytest

from expectations.vocabulary.grade import Grade
from models.validation.calibration import calibration, hosmer_lemeshow, rate_test
from models.validation.sample import Sample

MakeSample = Callable[..., Sample]


def test_jeffreys_p_value_without_rows_to_speak_of_is_that_of_the_arcsine_law() -> None:
    # One row without an event: Beta(1/2, 3/2), whose distribution is 2/pi (asin sqrt x + sqrt(x (1 - x))).
    expected = 0.9
    below = 2 / pi * (asin(sqrt(expected)) + sqrt(expected * (1 - expected)))
    assert rate_test(np.zeros(1), np.full(1, expected), 0.95).p_value == pytest.approx(2 * (1 - below))


def test_jeffreys_interval_holds_the_middle_of_its_beta_posterior() -> None:
    # Brown, Cai and DasGupta (2001), section 4.3: Beta(5.5, 5.5) for 5 of 10, symmetric around a half.
    half = rate_test(np.repeat([0.0, 1.0], [5, 5]), np.full(10, 0.5), 0.95)
    assert half.low == pytest.approx(1 - half.high)
    assert (half.low, half.high) == pytest.approx((0.224, 0.776), abs=0.001)
    assert half.p_value == pytest.approx(1.0)


def test_hosmer_lemeshow_of_two_groups_follows_its_closed_form() -> None:
    # 150 rows at .1 with 20 events, 50 at .3 with 10: both expect 15. (20-15)^2/13.5 + (10-15)^2/10.5; p = exp(-x/2)
    # at two degrees of freedom.
    outcome = np.r_[np.repeat([1.0, 0.0], [20, 130]), np.repeat([1.0, 0.0], [10, 40])]
    expected = np.repeat([0.1, 0.3], [150, 50])
    found = hosmer_lemeshow(outcome, expected, groups=2)
    statistic = 25 / 13.5 + 25 / 10.5
    assert found.statistic == pytest.approx(statistic)
    assert found.degrees == 2
    assert found.p_value == pytest.approx(exp(-statistic / 2))


def test_hosmer_lemeshow_forms_no_group_that_expects_fewer_than_five_events() -> None:
    assert hosmer_lemeshow(np.zeros(200), np.full(200, 0.08)).degrees == 3
    assert hosmer_lemeshow(np.zeros(20), np.full(20, 0.08)).degrees == 1


def test_hosmer_lemeshow_rejects_honest_probabilities_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    expected = random.beta(0.5, 4, 600)
    draws = (random.random((1500, 600)) < expected).astype(float)
    rejected = np.mean([hosmer_lemeshow(outcome, expected).p_value < 0.05 for outcome in draws])
    assert rejected == pytest.approx(0.05, abs=0.025)


def test_an_inversion_is_judged_by_fishers_exact_test_as_with_the_lady_tasting_tea(sample: MakeSample) -> None:
    # Fisher (1935): 3 of 4 against 1 of 4, one-sided p = 17/70.
    grades = [Grade.A] * 4 + [Grade.B] * 4
    found = calibration(sample([0.0] * 8, [1, 1, 1, 0, 1, 0, 0, 0], grades=grades), 0.95)
    (pair,) = found.order
    assert pair.p_value == pytest.approx(17 / 70)
    assert pair.is_inverted


def test_honest_probabilities_have_slope_one_and_a_ratio_of_one(sample: MakeSample) -> None:
    # Each cell holds exactly its expected share of events.
    margins = np.log(np.repeat([0.1, 0.5], 100) / np.repeat([0.9, 0.5], 100))
    outcome = np.r_[np.repeat([1.0, 0.0], [10, 90]), np.repeat([1.0, 0.0], [50, 50])]
    found = calibration(sample(margins, outcome), 0.95)
    assert found.expected_to_observed == pytest.approx(1.0)
    assert [found.slope, found.intercept] == pytest.approx([1.0, 0.0], abs=1e-9)


def test_what_was_seen_for_part_of_the_horizon_is_expected_for_that_part(sample: MakeSample) -> None:
    found = sample([0.0], [1], exposure=[0.5])
    assert found.expected[0] == pytest.approx(1 / 3)  # odds 1, of which half was seen


def test_tests_take_one_row_per_enterprise_the_longest_observed_and_then_the_earliest(sample: MakeSample) -> None:
    months = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    found = sample(
        [1.0, 2.0, 3.0], [0, 0, 1], enterprises=["E"] * 3, dates=months, exposure=[0.5, 1.0, 1.0]
    ).one_row_each()
    assert list(found.margins) == [2.0]
