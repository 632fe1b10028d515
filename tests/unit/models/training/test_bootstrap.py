from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.training.bootstrap import RankedRows, share_of_draws_better
from models.training.panel import Labelled


def rows(outcome: np.ndarray, owner: np.ndarray) -> Labelled:
    ones = np.ones(len(outcome))
    names = owner.astype(object)
    return Labelled(pd.DataFrame(), names, names, outcome, ones, ones, date(2026, 1, 1), {})


def test_the_area_equals_scikit_learns_with_weights_and_ties() -> None:
    random = np.random.default_rng(0)
    margins, outcome = random.integers(0, 9, 300).astype(float), random.integers(0, 2, 300).astype(float)
    weight = random.integers(0, 4, 300).astype(float)
    expected = roc_auc_score(outcome, margins, sample_weight=weight)
    assert RankedRows(margins, outcome).auc(weight) == pytest.approx(expected)


def test_months_of_one_enterprise_are_no_independent_evidence() -> None:
    random = np.random.default_rng(1)
    outcome = (np.arange(20) % 4 == 0).astype(float)
    good = outcome + random.normal(scale=1.0, size=20)
    poor = outcome + random.normal(scale=1.1, size=20)
    poor[np.argsort(poor)[::3]] *= 0.5
    months, owner = np.repeat(outcome, 50), np.repeat(np.arange(20), 50)
    margins = np.repeat(good, 50), np.repeat(poor, 50)
    clustered = share_of_draws_better(*margins, rows(months, owner))
    loose = share_of_draws_better(*margins, rows(months, np.arange(1000)))
    assert abs(loose - 0.5) > abs(clustered - 0.5)
    assert clustered == share_of_draws_better(good, poor, rows(outcome, np.arange(20)))


def test_a_model_is_never_better_than_itself() -> None:
    margins = np.random.default_rng(2).normal(size=50)
    outcome = (margins > 0).astype(float)
    assert share_of_draws_better(margins, margins, rows(outcome, np.arange(50))) == 0.0
