"""Exact contributions against LightGBM's own, and against the definition of Shapley's value on small trees."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorer.errors import ModelFileError
from models.scorer.forest.contributions import ForestExplainer
from models.scorer.forest.text import Tree, average_of, read_forest
from models.scorer.protocol import FloatArray
from models.scorer.trees import trees_text

CLOSE = 1e-9


def rows_of(seed: int, rows: int = 400) -> tuple[FloatArray, FloatArray]:
    """Numbers with empty values and zeros, a category in column 2, and an outcome that mixes them."""
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=(rows, 6)), 1)
    values[:, 2] = random.integers(0, 40, rows)
    values[:, 3] = np.where(random.random(rows) < 0.5, 0.0, values[:, 3])
    noise = random.normal(size=rows)
    outcome = values[:, 0] * values[:, 1] + (values[:, 2] % 3) - values[:, 3] + noise > 0.5
    values[random.random(values.shape) < 0.1] = np.nan
    return values, outcome.astype(np.float64)


def booster_of(data_seed: int, rounds: int = 12, **settings: Any) -> tuple[lightgbm.Booster, FloatArray]:
    values, outcome = rows_of(data_seed)
    chosen = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3, **settings}
    data = lightgbm.Dataset(values, outcome, categorical_feature=[2], params=chosen)
    return lightgbm.train(chosen, data, num_boost_round=rounds), values


def lightgbms(booster: lightgbm.Booster, values: FloatArray) -> FloatArray:
    return np.asarray(booster.predict(values, pred_contrib=True, num_threads=1), dtype=np.float64)


def scale_of(booster: lightgbm.Booster, values: FloatArray) -> float:
    return float(np.abs(np.asarray(booster.predict(values, raw_score=True))).max())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 3, 7, 31, 63]),
    missing=st.sampled_from([{}, {"zero_as_missing": True}, {"use_missing": False}]),
    sampling=st.sampled_from([{}, {"bagging_fraction": 0.5, "bagging_freq": 1}, {"extra_trees": True}]),
    one_hot=st.sampled_from([4, 64]),
)
def test_contributions_are_lightgbms_own_whatever_is_missing_categorical_or_sampled(
    seed: int, leaves: int, missing: dict[str, Any], sampling: dict[str, Any], one_hot: int
) -> None:
    booster, values = booster_of(seed, num_leaves=leaves, max_cat_to_onehot=one_hot, seed=seed, **missing, **sampling)
    ours = ForestExplainer(trees_text(booster)).contributions(values)
    assert np.abs(ours - lightgbms(booster, values)).max() <= CLOSE * scale_of(booster, values)


def test_values_never_seen_in_training_go_where_lightgbm_sends_them() -> None:
    booster, _ = booster_of(5, num_leaves=31)
    odd = np.array([np.nan, 0.0, -0.0, 1e-36, -1e-35, 1e300, -1e300, np.inf, -np.inf, -1.0, -0.5, 0.5, 39.0, 40.0, 1e9])
    values = np.column_stack([np.roll(odd, shift) for shift in range(6)])
    ours = ForestExplainer(trees_text(booster)).contributions(values)
    assert np.abs(ours - lightgbms(booster, values)).max() <= CLOSE * scale_of(booster, values)


def test_deep_paths_that_ask_for_one_feature_again_and_again_keep_their_digits() -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=(3000, 12))
    outcome = (np.sin(9 * values[:, 0]) + values[:, 1:].sum(axis=1) > 0).astype(np.float64)
    chosen = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 255, "min_data_in_leaf": 2}
    booster = lightgbm.train(chosen, lightgbm.Dataset(values, outcome), num_boost_round=10)
    ours = ForestExplainer(trees_text(booster)).contributions(values[:200])
    assert np.abs(ours - lightgbms(booster, values[:200])).max() <= CLOSE * scale_of(booster, values)


def coalition_value(tree: Tree, row: FloatArray, known: frozenset[int]) -> float:
    """What a tree expects when it knows some features of a row: it goes both ways, by training rows, on the others."""

    def below(child: int) -> float:
        if child < 0:
            return float(tree.leaf_value[~child])
        left, right = int(tree.left[child]), int(tree.right[child])
        feature = int(tree.feature[child])
        if feature in known:
            return below(left if row[feature] <= tree.threshold[child] else right)
        rows = [int(tree.split_rows[c] if c >= 0 else tree.leaf_rows[~c]) for c in (left, right)]
        return (rows[0] * below(left) + rows[1] * below(right)) / int(tree.split_rows[child])

    return below(0)


def shapley(tree: Tree, row: FloatArray, features: int) -> list[float]:
    """The definition: a feature's marginal value averaged over all orders in which features become known."""
    values = []
    for feature in range(features):
        others = [other for other in range(features) if other != feature]
        total = 0.0
        for size in range(features):
            weight = factorial(size) * factorial(features - size - 1) / factorial(features)
            for chosen in combinations(others, size):
                known = frozenset(chosen)
                with_it = coalition_value(tree, row, known | {feature})
                total += weight * (with_it - coalition_value(tree, row, known))
        values.append(total)
    return values


@pytest.mark.parametrize("leaves", [2, 5, 12])
def test_contributions_are_shapleys_value_by_its_definition(leaves: int) -> None:
    random = np.random.default_rng(leaves)
    values = random.normal(size=(300, 4))
    outcome = (values[:, 0] * values[:, 1] + values[:, 2] > 0).astype(np.float64)
    chosen = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": leaves, "min_data_in_leaf": 5}
    text = trees_text(lightgbm.train(chosen, lightgbm.Dataset(values, outcome), num_boost_round=1))
    (tree,) = read_forest(text)
    ours = ForestExplainer(text).contributions(values[:5])
    for row, found in zip(values[:5], ours, strict=True):
        np.testing.assert_allclose(found[:-1], shapley(tree, row, 4), atol=1e-13)
        assert found[-1] == pytest.approx(coalition_value(tree, row, frozenset()), abs=1e-13)


def test_a_row_has_the_bits_it_has_in_any_batch() -> None:
    booster, values = booster_of(1)
    explainer = ForestExplainer(trees_text(booster))
    together = explainer.contributions(values)
    alone = np.vstack([explainer.contributions(values[row : row + 1]) for row in range(70)])
    assert np.array_equal(together[:70], alone)


def test_trees_that_split_nothing_leave_everything_to_the_base() -> None:
    values = np.zeros((50, 2))
    chosen = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(chosen, lightgbm.Dataset(values, np.arange(50) % 2), num_boost_round=3)
    found = ForestExplainer(trees_text(booster)).contributions(values)
    assert np.array_equal(found[:, :-1], np.zeros((50, 2)))
    assert np.allclose(found[:, -1], np.asarray(booster.predict(values, raw_score=True)))


def test_the_average_of_models_predicts_and_explains_the_mean_of_their_margins() -> None:
    boosters = [booster_of(7, seed=seed, bagging_fraction=0.5, bagging_freq=1)[0] for seed in range(3)]
    values = rows_of(7)[0]
    text = average_of([trees_text(booster) for booster in boosters])
    mean = np.mean([np.asarray(booster.predict(values, raw_score=True)) for booster in boosters], axis=0)
    averaged = lightgbm.Booster(model_str=text)
    np.testing.assert_allclose(np.asarray(averaged.predict(values, raw_score=True)), mean, atol=1e-12)
    np.testing.assert_allclose(ForestExplainer(text).contributions(values).sum(axis=1), mean, atol=1e-12)


def test_a_branch_without_training_rows_is_refused() -> None:
    text = trees_text(booster_of(2)[0])
    line = next(line for line in text.splitlines() if line.startswith("leaf_count"))
    emptied = text.replace(line, "leaf_count=0 " + line.partition(" ")[2], 1)
    with pytest.raises(ModelFileError, match="no training row reached"):
        ForestExplainer(emptied)


def test_text_that_is_not_lightgbms_is_refused() -> None:
    with pytest.raises(ModelFileError, match="native text"):
        read_forest("<html>")


def test_linear_leaves_are_refused() -> None:
    text = trees_text(booster_of(2)[0]).replace("is_linear=0", "is_linear=1")
    with pytest.raises(ModelFileError, match="linear"):
        read_forest(text)
