from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.scorer import load_scorer
from models.scorer.points import BinnedPoints, PointsScorer


@pytest.fixture
def card() -> PointsScorer:
    bins = {"a": BinnedPoints((1.0, 3.0), (0.0, 0.5, 1.5)), "b": BinnedPoints((0.7,), (0.5, -0.5))}
    return PointsScorer(bins, base_margin=-3.0, base_rate=0.05)


def test_a_value_on_a_border_belongs_to_the_bin_above(card: PointsScorer) -> None:
    values = np.array([0.0, 0.999, 1.0, 2.999, 3.0, 99.0])
    assert card.bins["a"].of(values).tolist() == [0.0, 0.0, 0.5, 0.5, 1.5, 1.5]


def test_a_missing_value_has_no_points(card: PointsScorer) -> None:
    frame = pd.DataFrame({"a": [np.nan], "b": [np.nan]})
    assert card.margins(frame).tolist() == [-3.0]


def test_contributions_are_the_points_and_add_up(card: PointsScorer) -> None:
    frame = pd.DataFrame({"a": [2.0, 5.0], "b": [0.1, 0.9]})
    assert card.margin_contributions(frame).tolist() == [[0.5, 0.5, -3.0], [1.5, -0.5, -3.0]]
    assert card.margins(frame).tolist() == [-2.0, -2.0]
    assert card.probabilities(frame)[0] == pytest.approx(1 / (1 + np.exp(2)))


def test_importance_is_the_share_of_the_spread(card: PointsScorer) -> None:
    assert card.importances == {"a": pytest.approx(0.6), "b": pytest.approx(0.4)}


def test_another_population_moves_the_base_and_nothing_else(card: PointsScorer) -> None:
    moved = card.at_base_rate(0.2)
    assert moved.base_margin == pytest.approx(np.log(0.25))
    assert moved.bins == card.bins
    assert moved.digest != card.digest
    assert card.at_base_rate(0.2, base_margin=-1.0).base_margin == -1.0


def test_a_scorecard_is_loaded_as_it_was_saved(card: PointsScorer, tmp_path: Path) -> None:
    card.save(tmp_path)
    assert load_scorer(tmp_path) == card
