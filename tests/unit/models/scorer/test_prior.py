"""Trees on top of expert points: exact reasons, the same bits after storage, the expert where nothing is to learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.scorer import CreditClassifier, load_scorer
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.protocol import log_odds_of

ROWS = 1200
EXPERT = PointsScorer({"known": BinnedPoints((0.0,), (-1.0, 1.0))}, base_margin=log_odds_of(0.1), base_rate=0.1)


def sample(seed: int, learnable: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Outcomes that follow the expert's points, and another feature as strongly as asked; some values are empty."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame({"known": chance.normal(size=ROWS), "hidden": chance.normal(size=ROWS)})
    margins = np.where(frame["known"] >= 0, 1.0, -1.0) + learnable * frame["hidden"] + log_odds_of(0.1)
    outcome = chance.random(ROWS) < 1 / (1 + np.exp(-margins))
    frame.loc[frame.index % 17 == 0, "known"] = np.nan
    return frame, outcome.astype(int)


@pytest.fixture(scope="module")
def corrected() -> CreditClassifier:
    frame, outcome = sample(1, learnable=1.5)
    return CreditClassifier(prior=EXPERT).fit(frame, outcome)


def test_points_and_trees_together_add_up_to_the_margin(corrected: CreditClassifier) -> None:
    frame, _ = sample(2, learnable=1.5)
    contributions = corrected.scorer_.margin_contributions(frame)
    assert np.abs(contributions.sum(axis=1) - corrected.scorer_.margins(frame)).max() < 1e-9


def test_the_expert_is_corrected_where_the_data_knows_more(corrected: CreditClassifier) -> None:
    frame, outcome = sample(3, learnable=1.5)
    mine, experts = corrected.scorer_.margins(frame), EXPERT.margins(frame)
    losses = [np.logaddexp(0, margins) - outcome * margins for margins in (mine, experts)]
    assert losses[0].mean() < losses[1].mean() - 0.01


def test_a_value_the_trees_never_split_on_still_carries_the_experts_points() -> None:
    frame, outcome = sample(4, learnable=0.0)
    scorer = CreditClassifier(prior=EXPERT).fit(frame, outcome).scorer_
    low, high = (scorer.margins(pd.DataFrame({"known": [value], "hidden": [0.0]}))[0] for value in (-1.0, 1.0))
    assert high - low > 1.0


def test_a_stored_model_with_a_prior_gives_the_same_bits(corrected: CreditClassifier, tmp_path: Path) -> None:
    frame, _ = sample(5, learnable=1.5)
    corrected.scorer_.save(tmp_path)
    loaded = load_scorer(tmp_path)
    assert loaded.digest == corrected.scorer_.digest
    assert np.array_equal(loaded.margins(frame), corrected.scorer_.margins(frame))
