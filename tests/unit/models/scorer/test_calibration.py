from __future__ import annotations

import numpy as np
import pytest

from models.scorer.calibration import fit_sigmoid, intercept_only, logistic_line
from models.scorer.protocol import FloatArray, probability_of


def draws(margins: FloatArray, seed: int = 0) -> FloatArray:
    return (np.random.default_rng(seed).random(len(margins)) < probability_of(margins)).astype(float)


def test_overconfident_margins_are_drawn_in() -> None:
    truth = np.random.default_rng(1).normal(-1, 1, 20_000)
    ones = np.ones_like(truth)
    calibration = fit_sigmoid(2 * truth + 1, draws(truth), ones, ones)
    assert calibration.slope == pytest.approx(0.5, abs=0.03)
    assert calibration.intercept == pytest.approx(-0.5, abs=0.05)


def test_the_line_matches_a_published_solution() -> None:
    # One binary regressor: the maximum likelihood estimate is the table's own log-odds (3/10 against 6/10).
    margins = np.r_[np.zeros(10), np.ones(10)]
    outcome = np.r_[np.ones(3), np.zeros(7), np.ones(6), np.zeros(4)]
    slope, intercept = logistic_line(margins, outcome, np.zeros(20), np.ones(20), pull_to_one=0.0)
    assert intercept == pytest.approx(np.log(3 / 7), abs=1e-6)
    assert slope == pytest.approx(np.log(6 / 4) - np.log(3 / 7), abs=1e-6)


def test_with_few_events_only_the_level_is_fitted() -> None:
    margins = np.random.default_rng(2).normal(-2, 1, 200)
    outcome = np.r_[np.ones(10), np.zeros(190)]
    calibration = fit_sigmoid(margins, outcome, np.ones(200), np.ones(200))
    assert calibration.slope == 1.0
    assert probability_of(calibration.apply(margins)).sum() == pytest.approx(10, abs=1e-3)


def test_a_reversed_model_keeps_its_order_and_says_nearly_nothing() -> None:
    truth = np.random.default_rng(3).normal(-1, 1, 5000)
    ones = np.ones_like(truth)
    calibration = fit_sigmoid(-truth, draws(truth), ones, ones)
    assert calibration.slope == 0.05
    assert probability_of(calibration.apply(-truth)).mean() == pytest.approx(draws(truth).mean(), abs=1e-3)


def test_the_level_counts_what_was_observed() -> None:
    margins = np.full(4000, -3.0)
    shift = intercept_only(margins, draws(margins + np.log(0.5)), np.log(np.full(4000, 0.5)), np.ones(4000))
    assert shift == pytest.approx(0.0, abs=0.25)


def test_probability_does_not_overflow() -> None:
    assert probability_of(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
