"""Each figure against a published example or a closed form."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from models.validation.discrimination import RankedRows, Resampling, auc_difference, discrimination
from models.validation.sample import Sample

MakeSample = Callable[..., Sample]
# Hanley and McNeil, Radiology 143 (1982), table I: ratings 1 to 5 of 58 normal and 51 abnormal CT images.
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)


def ct_images() -> tuple[np.ndarray, np.ndarray]:
    ratings = np.repeat([1, 2, 3, 4, 5], NORMAL), np.repeat([1, 2, 3, 4, 5], ABNORMAL)
    return np.concatenate(ratings).astype(float), np.repeat([0.0, 1.0], [58, 51])


def test_the_area_of_the_published_ct_ratings_is_893() -> None:
    margins, outcome = ct_images()
    assert RankedRows(margins, outcome).auc(np.ones(109)) == pytest.approx(0.893, abs=0.0005)


def test_the_interval_of_the_published_ct_ratings_has_the_published_standard_error(sample: MakeSample) -> None:
    found = discrimination(sample(*ct_images()), Resampling(draws=2000)).auc
    assert found.low is not None
    assert found.high is not None
    # Published standard error .032: an interval of 2 * 1.96 * .032 = .125, give or take a tenth for 2000 draws.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.032, rel=0.12)


def test_the_accuracy_ratio_is_the_area_between_the_profile_and_chance_over_that_of_a_perfect_model(
    sample: MakeSample,
) -> None:
    margins, outcome = ct_images()
    shares, caught = RankedRows(margins, outcome).cap(np.ones(109))
    area = float(np.trapezoid(caught, shares))
    perfect = 1 - outcome.mean() / 2
    ratio = discrimination(sample(margins, outcome), Resampling(draws=2)).accuracy_ratio.value
    assert ratio == pytest.approx((area - 0.5) / (perfect - 0.5), abs=1e-12)


def test_two_normals_a_distance_apart_have_their_closed_form_area_and_gap() -> None:
    # Quantiles of N(0, 1) and N(d, 1): AUC = Phi(d / sqrt 2), KS = 2 Phi(d / 2) - 1.
    distance, normal = 1.2, NormalDist()
    grid = [normal.inv_cdf((place + 0.5) / 4000) for place in range(4000)]
    margins = np.r_[grid, np.asarray(grid) + distance]
    ranked = RankedRows(margins, np.repeat([0.0, 1.0], 4000))
    weight = np.ones(8000)
    assert ranked.auc(weight) == pytest.approx(normal.cdf(distance / 2**0.5), abs=1e-3)
    assert ranked.ks(weight) == pytest.approx(2 * normal.cdf(distance / 2) - 1, abs=1e-3)


def test_a_weight_of_two_counts_like_the_row_twice() -> None:
    margins, outcome = np.array([0.1, 0.4, 0.4, 0.9]), np.array([0.0, 1.0, 0.0, 1.0])
    twice = RankedRows(np.r_[margins, 0.4], np.r_[outcome, 0.0])
    weighted = RankedRows(margins, outcome)
    assert weighted.auc(np.array([1.0, 1, 2, 1])) == pytest.approx(twice.auc(np.ones(5)))
    assert weighted.ks(np.array([1.0, 1, 2, 1])) == pytest.approx(twice.ks(np.ones(5)))


def test_months_of_the_same_enterprises_make_no_interval_narrower(sample: MakeSample) -> None:
    random = np.random.default_rng(1)
    outcome = np.repeat([0.0, 1.0], [60, 20])
    margins = random.normal(size=80) + outcome
    codes = [f"E{number}" for number in range(80)]
    once = discrimination(sample(margins, outcome, enterprises=codes), Resampling())
    many = discrimination(sample(np.tile(margins, 6), np.tile(outcome, 6), enterprises=np.tile(codes, 6)), Resampling())
    assert (many.auc.low, many.auc.high) == pytest.approx((once.auc.low, once.auc.high))
    assert (many.ks.low, many.ks.high) == pytest.approx((once.ks.low, once.ks.high))


def test_a_model_does_not_differ_from_itself_and_differs_from_its_reverse(sample: MakeSample) -> None:
    margins, outcome = ct_images()
    model, reverse = sample(margins, outcome), sample(-margins, outcome)
    same = auc_difference(model, model, Resampling())
    assert (same.value, same.low, same.high, same.share_better) == (0.0, 0.0, 0.0, 0.0)
    other = auc_difference(model, reverse, Resampling())
    assert other.value == pytest.approx(2 * 0.893 - 1, abs=0.001)
    assert other.share_better == 1.0


def test_one_outcome_alone_has_no_figure(sample: MakeSample) -> None:
    found = discrimination(sample([0.1, 0.2, 0.3], [0, 0, 0]), Resampling(draws=5))
    assert found.auc.value is None
    assert found.ks.low is None
