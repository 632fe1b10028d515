from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.scorer.capacity import CAPACITIES
from models.scorer.classifier import CreditClassifier
from models.scorer.errors import FittingError


def population(rows: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Two features that matter and one that does not, the outcome, and its true log-odds."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, 3)), columns=["bad", "good", "noise"])
    margin = (-2 + 1.2 * frame["bad"] - 0.8 * frame["good"]).to_numpy()
    return frame, (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(int), margin


def test_two_fits_and_any_number_of_threads_give_one_digest() -> None:
    frame, outcome, _ = population(100)
    digests = {CreditClassifier(threads=threads, folds=2).fit(frame, outcome).scorer_.digest for threads in (1, 2)}
    assert len(digests) == 1


def test_another_seed_gives_another_model() -> None:
    frame, outcome, _ = population(400)
    digests = {CreditClassifier(threads=1, seed=seed).fit(frame, outcome).scorer_.digest for seed in (0, 1)}
    assert len(digests) == 2


def test_it_ranks_unseen_rows_and_is_calibrated_on_them() -> None:
    model = CreditClassifier(threads=1).fit(*population(3000)[:2])
    frame, outcome, margin = population(3000, seed=1)
    probabilities = model.predict_proba(frame)[:, 1]
    assert roc_auc_score(outcome, probabilities) > roc_auc_score(outcome, margin) - 0.02
    assert probabilities.mean() == pytest.approx(outcome.mean(), abs=0.02)
    assert np.polyfit(margin, model.decision_function(frame), 1)[0] == pytest.approx(1.0, abs=0.2)


def test_a_hundred_rows_are_enough_to_fit_and_stay_modest() -> None:
    frame, outcome, _ = population(100)
    model = CreditClassifier(threads=1).fit(frame, outcome)
    assert model.scorer_.training["capacity"] == "stumps"
    assert 0 < model.predict_proba(frame)[:, 1].min() < model.predict_proba(frame)[:, 1].max() < 0.95


def test_a_pattern_of_two_features_together_is_found() -> None:
    random = np.random.default_rng(2)
    crossed = random.normal(size=(1600, 2))
    outcome = (crossed[:, 0] * crossed[:, 1] + 0.3 * random.normal(size=1600) > 0).astype(int)
    model = CreditClassifier(threads=1, folds=3).fit(crossed[:800], outcome[:800])
    assert roc_auc_score(outcome[800:], model.predict_proba(crossed[800:])[:, 1]) > 0.9


def test_larger_models_are_not_tried_once_two_have_brought_nothing() -> None:
    frame, outcome, _ = population(800)
    tried = CreditClassifier(threads=1, folds=3).fit(frame, outcome).scorer_.training["loss_on_unseen_rows"]
    losses = list(tried.values())
    assert 2 < len(losses) < len(CAPACITIES)
    assert min(losses) == min(losses[:-2])


def test_without_signal_everyone_gets_about_the_base_rate() -> None:
    random = np.random.default_rng(3)
    outcome = (random.random(400) < 0.2).astype(int)
    model = CreditClassifier(threads=1).fit(random.normal(size=(400, 4)), outcome)
    probabilities = model.predict_proba(random.normal(size=(400, 4)))[:, 1]
    assert probabilities.std() < 0.05
    assert probabilities.mean() == pytest.approx(outcome.mean(), abs=0.03)


def test_rows_seen_for_part_of_the_horizon_still_teach_the_rate_of_the_whole() -> None:
    frame, _, margin = population(2000)
    random = np.random.default_rng(9)
    exposure = random.choice([0.2, 1.0], size=len(frame))
    hazard = -np.log1p(-1 / (1 + np.exp(-(margin - 1.0))))
    outcome = (random.random(len(frame)) < -np.expm1(-hazard * exposure)).astype(int)
    whole = float(-np.expm1(-hazard).mean())
    model = CreditClassifier(threads=1, folds=3).fit(frame, outcome, exposure=exposure)
    assert model.predict_proba(frame)[:, 1].mean() == pytest.approx(whole, rel=0.2)
    assert model.scorer_.base_rate == pytest.approx(whole, rel=0.2)


def test_a_feature_that_only_tells_how_long_a_row_was_observed_says_nothing() -> None:
    frame, _, margin = population(2000)
    random = np.random.default_rng(9)
    exposure = random.choice([0.1, 1.0], size=len(frame))
    hazard = -np.log1p(-1 / (1 + np.exp(-(margin - 1.0))))
    outcome = (random.random(len(frame)) < -np.expm1(-hazard * exposure)).astype(int)
    frame = frame.assign(noise=exposure)
    told = CreditClassifier(threads=1, folds=3).fit(frame, outcome, exposure=exposure).scorer_
    untold = CreditClassifier(threads=1, folds=3).fit(frame, outcome).scorer_
    assert told.importances["noise"] < 0.1
    assert untold.importances["noise"] > 0.2


def test_a_row_of_weight_zero_teaches_nothing() -> None:
    frame, outcome, _ = population(300)
    weight = np.r_[np.ones(250), np.zeros(50)]
    weighted = CreditClassifier(threads=1).fit(frame, outcome, sample_weight=weight)
    without = CreditClassifier(threads=1).fit(frame[:250], outcome[:250])
    assert weighted.scorer_.digest == without.scorer_.digest


def test_weights_move_the_base_rate() -> None:
    frame, outcome, _ = population(300)
    weight = np.where(outcome == 1, 3.0, 1.0)
    model = CreditClassifier(threads=1).fit(frame, outcome, sample_weight=weight)
    assert model.scorer_.base_rate == pytest.approx(3 * outcome.sum() / weight.sum())


def test_groups_keep_copies_of_a_row_from_flattering_the_calibration() -> None:
    random = np.random.default_rng(4)
    features = np.repeat(random.normal(size=(60, 4)), 10, axis=0)
    outcome = np.repeat((random.random(60) < 0.4).astype(int), 10)
    groups = np.repeat(np.arange(60), 10)
    grouped = CreditClassifier(threads=1).fit(features, outcome, groups=groups).predict_proba(features)[:, 1]
    loose = CreditClassifier(threads=1).fit(features, outcome).predict_proba(features)[:, 1]
    assert grouped.std() < 0.5 * loose.std()


def test_names_of_columns_are_kept_and_checked() -> None:
    frame, outcome, _ = population(100)
    model = CreditClassifier(threads=1).fit(frame, outcome)
    assert model.scorer_.feature_names == tuple(model.feature_names_in_) == ("bad", "good", "noise")
    with pytest.raises(ValueError, match="feature names"):
        model.predict_proba(frame[["good", "bad", "noise"]])


@pytest.mark.parametrize("outcome", [np.zeros(50), np.r_[np.ones(1), np.zeros(49)], np.arange(50) % 3])
def test_an_outcome_nothing_can_be_learnt_from_is_refused(outcome: np.ndarray) -> None:
    with pytest.raises(FittingError):
        CreditClassifier(threads=1).fit(np.random.default_rng(0).normal(size=(50, 2)), outcome)


@pytest.mark.parametrize("exposure", [np.full(100, 1.2), np.zeros(100), np.ones(99)])
def test_an_exposure_outside_its_range_is_refused(exposure: np.ndarray) -> None:
    frame, outcome, _ = population(100)
    with pytest.raises(FittingError, match="exposure"):
        CreditClassifier(threads=1).fit(frame, outcome, exposure=exposure)


def test_a_constraint_on_an_unknown_feature_is_refused() -> None:
    frame, outcome, _ = population(100)
    with pytest.raises(FittingError, match="'ugly'"):
        CreditClassifier(monotone={"ugly": 1}, threads=1).fit(frame, outcome)
