from __future__ import annotations

import numpy as np
import pytest

from models.training.metrics import measure


def log_odds(*probabilities: float) -> np.ndarray:
    share = np.array(probabilities, dtype=np.float64)
    return np.log(share) - np.log(1 - share)


def test_figures_match_a_worked_example() -> None:
    # Pairs (event, no event): .8>.5, .8>.2, .4<.5, .4>.2: three of four. Gap: after .8 half the events, no good one.
    metrics = measure(log_odds(0.8, 0.5, 0.4, 0.2), np.array([1.0, 0, 1, 0]), np.ones(4), np.ones(4))
    assert metrics.auc == pytest.approx(0.75)
    assert metrics.ks == pytest.approx(0.5)
    assert metrics.ap == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert metrics.brier == pytest.approx((0.04 + 0.25 + 0.36 + 0.04) / 4)
    assert metrics.log_loss == pytest.approx(-np.log([0.8, 0.5, 0.4, 0.8]).mean())
    assert (metrics.n, metrics.events) == (4, 2)
    assert metrics.expected == pytest.approx(1.9)


def test_a_row_seen_for_half_the_horizon_is_expected_half_the_events() -> None:
    metrics = measure(np.full(100, -5.0), np.zeros(100), np.full(100, 0.5), np.ones(100))
    assert metrics.expected == pytest.approx(100 * 0.5 * np.exp(-5), rel=0.01)


def test_weights_count_rows_more_than_once() -> None:
    margins, outcome = log_odds(0.8, 0.5, 0.4, 0.2), np.array([1.0, 0, 1, 0])
    weighted = measure(margins, outcome, np.ones(4), np.array([1.0, 2, 1, 1]))
    again = np.array([0, 1, 1, 2, 3])
    repeated = measure(margins[again], outcome[again], np.ones(5), np.ones(5))
    assert weighted.as_dict() == pytest.approx({**repeated.as_dict(), "n": 4})


def test_true_probabilities_have_slope_one() -> None:
    random = np.random.default_rng(0)
    margins = random.normal(-1, 1, 20_000)
    outcome = (random.random(20_000) < 1 / (1 + np.exp(-margins))).astype(float)
    metrics = measure(margins, outcome, np.ones(20_000), np.ones(20_000))
    assert metrics.slope == pytest.approx(1.0, abs=0.06)
    assert metrics.intercept == pytest.approx(0.0, abs=0.06)


def test_with_one_outcome_only_there_is_no_ranking_to_speak_of() -> None:
    metrics = measure(np.zeros(5), np.zeros(5), np.ones(5), np.ones(5))
    assert metrics.auc is metrics.ks is metrics.ap is metrics.slope is None
    assert "auc" not in metrics.as_dict()
