"""Columns of words, and a later period to stop by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.scorer import CreditClassifier, load_scorer
from models.scorer.errors import FeatureMismatchError, FittingError
from models.scorer.protocol import FloatArray, level_numbers
from models.scorer.sample import folds_of, sample_of


def orders(rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """A carrier that decides, a weight that helps; both are empty at times."""
    random = np.random.default_rng(seed)
    carrier, weight = random.choice(["sea", "air", "rail", "road"], rows), random.normal(size=rows)
    margin = weight + np.where(np.isin(carrier, ["sea", "rail"]), 2.0, -2.0)
    outcome = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    frame = pd.DataFrame({"weight": weight, "carrier": carrier})
    return frame.mask(random.random(frame.shape) < 0.05), outcome


def test_words_are_learnt_from_like_numbers() -> None:
    model = CreditClassifier(threads=1, folds=3).fit(*orders(600))
    frame, outcome = orders(600, seed=1)
    assert roc_auc_score(outcome, model.predict_proba(frame)[:, 1]) > 0.85
    assert list(model.feature_names_in_) == ["weight", "carrier"]
    assert model.scorer_.importances["carrier"] > 0.4
    contributions = model.margin_contributions(frame)
    assert np.abs(contributions.sum(axis=1) - model.decision_function(frame)).max() < 1e-9


def test_the_kind_of_column_that_holds_the_words_does_not_matter() -> None:
    frame, outcome = orders(300)
    as_category = frame.assign(carrier=frame["carrier"].astype("category"))
    as_object = frame.assign(carrier=frame["carrier"].astype(object))
    fits = [CreditClassifier(threads=1, folds=2).fit(one, outcome).scorer_ for one in (frame, as_category, as_object)]
    assert len({fit.digest for fit in fits}) == 1
    assert np.array_equal(fits[0].margins(as_category), fits[0].margins(frame))


def test_a_rare_and_an_unknown_word_are_one_and_neither_is_an_empty_value() -> None:
    numbers = level_numbers(pd.Series(["air", "sea", "mule", None, "balloon"]), ("sea", "air"))
    assert numbers[[0, 1, 2, 4]].tolist() == [2.0, 1.0, 0.0, 0.0]
    assert np.isnan(numbers[3])


def test_a_model_with_words_comes_back_from_its_files(tmp_path: Path) -> None:
    frame, outcome = orders(300)
    scorer = CreditClassifier(threads=1, folds=2).fit(frame, outcome).scorer_
    scorer.save(tmp_path)
    assert np.array_equal(load_scorer(tmp_path).margins(frame), scorer.margins(frame))


def test_words_where_the_model_wants_numbers_are_refused() -> None:
    frame, outcome = orders(300)
    scorer = CreditClassifier(threads=1, folds=2).fit(frame, outcome).scorer_
    with pytest.raises(FeatureMismatchError, match="'weight'"):
        scorer.margins(frame.assign(weight="heavy"))


def test_a_direction_on_a_column_of_words_is_refused() -> None:
    with pytest.raises(FittingError, match="'carrier'"):
        CreditClassifier(monotone={"carrier": 1}, threads=1).fit(*orders(100))


def test_rows_to_stop_by_lie_in_a_later_period_and_in_other_groups() -> None:
    frame, outcome = orders(900)
    groups, period = np.arange(900) % 90, np.repeat(np.arange(10.0), 90)
    folds = folds_of(sample_of(frame, outcome, groups=groups, period=period), 5, 0)
    assert folds.are_later
    for fitted, seen in folds:
        assert period[fitted].max() < period[seen].min()
        assert not set(groups[fitted]) & set(groups[seen])


def test_without_groups_the_later_part_of_the_time_is_the_one_fold() -> None:
    frame, outcome = orders(900)
    ((fitted, seen),) = folds_of(sample_of(frame, outcome, period=np.arange(900.0)), 5, 0)
    assert fitted.max() < seen.min()
    assert len(fitted) + len(seen) == 900


def test_periods_are_mixed_where_the_later_one_holds_too_few_events() -> None:
    frame, outcome = orders(200)
    outcome[120:] = 0.0
    folds = folds_of(sample_of(frame, outcome, period=np.arange(200.0)), 5, 0)
    assert not folds.are_later
    assert len(folds.pairs) == 5


def test_what_stops_to_hold_in_a_later_period_is_not_learnt_to_the_end() -> None:
    random = np.random.default_rng(0)
    fashion, lasting = random.normal(size=2000), random.normal(size=2000)
    early = np.arange(2000) < 1300
    outcome = (lasting + np.where(early, 2 * fashion, 0.0) + random.normal(size=2000) > 1).astype(int)
    frame = pd.DataFrame({"fashion": fashion, "lasting": lasting})
    blind = CreditClassifier(threads=1).fit(frame, outcome).scorer_
    warned = CreditClassifier(threads=1).fit(frame, outcome, period=np.arange(2000)).scorer_
    assert warned.training["unseen_rows_are_later"]
    assert warned.calibration.slope < 0.8 * blind.calibration.slope
