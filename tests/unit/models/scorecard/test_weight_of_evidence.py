"""The fitted scorecard: bins that keep their direction, weights by hand, empty values and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.scorecard.weight_of_evidence import fit_woe_scorecard
from models.scorer import load_scorer
from models.scorer.errors import FittingError
from models.scorer.protocol import FloatArray
from models.scorer.sample import sample_of


def applicants(rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Debt that raises risk, a trade that tells it, noise, and debts left out by those who would rather not say."""
    random = np.random.default_rng(seed)
    debt, trade = random.normal(size=rows), random.choice(["grain", "toys", "wine"], rows)
    silent = random.random(rows) < 0.2
    margin = -1.5 + 1.2 * debt + np.where(trade == "wine", 1.5, 0.0) + silent
    outcome = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    frame = pd.DataFrame({"debt": np.where(silent, np.nan, debt), "trade": trade, "noise": random.normal(size=rows)})
    return frame, outcome


def test_points_rise_with_the_risk_and_only_with_it() -> None:
    frame, outcome = applicants(2000)
    card = fit_woe_scorecard(sample_of(frame, outcome))
    debt = card.bins["debt"]
    assert len(debt.points) > 3
    assert list(debt.points) == sorted(debt.points)
    assert "noise" not in card.bins


def test_a_direction_that_is_asserted_is_kept_even_against_the_rows() -> None:
    frame, outcome = applicants(2000)
    card = fit_woe_scorecard(sample_of(frame, outcome, {"debt": -1}))
    assert "debt" not in card.bins or list(card.bins["debt"].points) == sorted(card.bins["debt"].points, reverse=True)


def test_an_empty_value_has_the_weight_that_its_rows_show() -> None:
    frame, outcome = applicants(4000)
    card = fit_woe_scorecard(sample_of(frame[["debt"]], outcome))
    silent = frame["debt"].isna().to_numpy()
    log_odds = np.log(outcome[silent].mean() / (1 - outcome[silent].mean()))
    asked = card.margins(pd.DataFrame({"debt": [np.nan]}))[0]
    assert asked == pytest.approx(log_odds, abs=0.1)


def test_few_empty_values_say_nothing() -> None:
    frame, outcome = applicants(2000)
    few = frame.fillna({"debt": 0.0})
    few.loc[:5, "debt"] = np.nan
    assert fit_woe_scorecard(sample_of(few, outcome)).bins["debt"].missing == 0.0


def test_levels_of_words_are_binned_by_their_risk_and_an_unknown_word_counts_as_none() -> None:
    frame, outcome = applicants(2000)
    card = fit_woe_scorecard(sample_of(frame, outcome))
    asked = frame.iloc[[0, 0, 0, 0]].assign(trade=pd.Series(["wine", "toys", "ships", None], dtype=object).array)
    points = card.margin_contributions(asked)[:, list(card.bins).index("trade")]
    assert points[0] > points[1] + 0.8
    assert points[2] == points[3] == 0.0


def test_it_ranks_and_is_calibrated_on_rows_it_has_not_seen() -> None:
    card = fit_woe_scorecard(sample_of(*applicants(3000)))
    frame, outcome = applicants(3000, seed=1)
    assert roc_auc_score(outcome, card.margins(frame)) > 0.75
    assert card.probabilities(frame).mean() == pytest.approx(outcome.mean(), abs=0.02)


def test_rows_seen_for_part_of_the_horizon_teach_the_rate_of_the_whole() -> None:
    random = np.random.default_rng(5)
    debt = random.normal(size=4000)
    exposure = random.choice([0.25, 1.0], size=4000)
    hazard = np.exp(-3 + debt)
    outcome = (random.random(4000) < -np.expm1(-hazard * exposure)).astype(np.float64)
    card = fit_woe_scorecard(sample_of(pd.DataFrame({"debt": debt}), outcome, exposure=exposure))
    assert card.probabilities(pd.DataFrame({"debt": debt})).mean() == pytest.approx(-np.expm1(-hazard).mean(), rel=0.15)


def test_two_fits_and_a_way_through_a_file_give_one_digest(tmp_path: Path) -> None:
    frame, outcome = applicants(600)
    card, again = (fit_woe_scorecard(sample_of(frame, outcome)) for _ in range(2))
    card.save(tmp_path)
    loaded = load_scorer(tmp_path)
    assert card.digest == again.digest == loaded.digest
    assert np.array_equal(loaded.margins(frame), card.margins(frame))


@pytest.mark.parametrize("outcome", [np.zeros(300), np.r_[1.0, np.zeros(299)]])
def test_an_outcome_nothing_can_be_learnt_from_is_refused(outcome: FloatArray) -> None:
    frame = pd.DataFrame({"noise": np.random.default_rng(1).normal(size=300)})
    with pytest.raises(FittingError):
        fit_woe_scorecard(sample_of(frame, outcome))


def test_features_that_say_nothing_are_refused() -> None:
    with pytest.raises(FittingError, match="tells events"):
        fit_woe_scorecard(sample_of(pd.DataFrame({"same": np.ones(300)}), np.tile([0.0, 1.0], 150)))
