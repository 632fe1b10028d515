"""How long scores and their reasons take, against LightGBM's own prediction and its own contributions in the same run.

The enterprises are made up; the trees are fitted on them, so that their shape is that of a real model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

import lightgbm
import numpy as np
import pandas as pd

from models.scorer.calibration import Calibration
from models.scorer.protocol import FloatArray
from models.scorer.trees import TreeScorer, trees_text
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured

Result = TypeVar("Result")
Lap = tuple[float, float]

SCORE_GOAL = "scoring at most 1.1 x LightGBM's own predict"
REASONS_GOAL = "exact contributions at most 1 x LightGBM's own pred_contrib, 1/3 wanted"
SIZES = ((63, 300), (15, 200))
"""Leaves and trees."""
_FEATURES = 100
_ROWS_TO_FIT = 20_000
_MISSING = 0.05
_WORDS = 40
_AGREE = 1e-9


def scoring(rows: int, seed: int) -> Report:
    """Probabilities of so many enterprises by the stored model, against LightGBM's own predict on a ready matrix."""
    figure, (laps, digests) = measured("whole", score_both_ways, rows, seed)
    if digests[0] != digests[1]:
        raise BenchmarkError("The model's raw margins are not LightGBM's to the bit.")
    figures = tuple(Figure(name, *lap, figure.peak_mib) for name, lap in laps.items())
    floor, ours = (next(one for one in figures if one.name == name) for name in ("lightgbm predict", "score"))
    leaves, trees = SIZES[0]
    details = {"rows": rows, "features": _FEATURES, "leaves": leaves, "trees": trees, "seed": seed}
    return Report("score", figures, floor.name, round(ours.cpu_seconds / floor.cpu_seconds, 3), SCORE_GOAL, details)


def score_both_ways(rows: int, seed: int, size: tuple[int, int] = SIZES[0]) -> tuple[dict[str, Lap], tuple[str, str]]:
    """Laps of both, and digests of both sets of raw margins."""
    booster, scorer = model_of(*size, seed)
    matrix = enterprises(rows, seed + 1)
    frame = pd.DataFrame(matrix, columns=list(scorer.feature_names))
    scorer.probabilities(frame.head(2))
    laps: dict[str, Lap] = {}
    raw = _lap(laps, "lightgbm predict", lambda: np.asarray(booster.predict(matrix, raw_score=True, num_threads=0)))
    margins = _lap(laps, "score", lambda: scorer.margins(frame))
    return laps, (_digest(raw), _digest(margins))


def reasons(rows: int, lightgbm_rows: int, seed: int) -> Report:
    """Exact contributions per row at two sizes of model, against LightGBM's own on some of the rows.

    Raises
    ------
    BenchmarkError
        When the two do not agree within 1e-9 of the margins' scale.
    """
    figures: list[Figure] = []
    details: dict[str, Any] = {"rows": rows, "lightgbm_rows": lightgbm_rows, "features": _FEATURES, "seed": seed}
    ratios: dict[str, float] = {}
    for leaves, trees in SIZES:
        size = f"{trees} trees of {leaves} leaves"
        whole, (laps, apart, scale) = measured(size, explain_both_ways, (leaves, trees), rows, lightgbm_rows, seed)
        if apart > _AGREE * scale:
            raise BenchmarkError(f"{size}: contributions differ by {apart:.3g} where margins reach {scale:.3g}.")
        theirs, ours = laps["lightgbm pred_contrib"][1] / lightgbm_rows, laps["contributions"][1] / rows
        ratios[size] = round(ours / theirs, 4)
        figures += [Figure(f"{name}, {size}", *lap, whole.peak_mib) for name, lap in laps.items()]
        details[size] = {
            "microseconds_per_row": round(1e6 * ours, 2),
            "lightgbm_microseconds_per_row": round(1e6 * theirs, 2),
            "times_faster": round(theirs / ours, 1),
            "largest_difference": apart,
        }
    return Report("reasons", tuple(figures), "", max(ratios.values()), REASONS_GOAL, details)


def explain_both_ways(
    size: tuple[int, int], rows: int, lightgbm_rows: int, seed: int
) -> tuple[dict[str, Lap], float, float]:
    """Laps of both on one thread, the largest difference, and the largest margin."""
    booster, scorer = model_of(*size, seed)
    matrix = enterprises(rows, seed + 1)
    frame = pd.DataFrame(matrix, columns=list(scorer.feature_names))
    scorer.margin_contributions(frame.head(2))
    laps: dict[str, Lap] = {}
    few = matrix[:lightgbm_rows]
    theirs = _lap(
        laps, "lightgbm pred_contrib", lambda: np.asarray(booster.predict(few, pred_contrib=True, num_threads=1))
    )
    ours = _lap(laps, "contributions", lambda: scorer.margin_contributions(frame))
    scale = float(np.abs(theirs.sum(axis=1)).max())
    return laps, float(np.abs(ours[:lightgbm_rows] - theirs).max()), scale


def model_of(leaves: int, trees: int, seed: int) -> tuple[lightgbm.Booster, TreeScorer]:
    """Trees fitted on made-up enterprises, as LightGBM holds them and as a scorer without calibration."""
    matrix = enterprises(_ROWS_TO_FIT, seed)
    random = np.random.default_rng(seed)
    risk = np.nan_to_num(matrix[:, :20]).sum(axis=1) + np.nan_to_num(matrix[:, 0] * matrix[:, 1])
    outcome = risk + random.normal(scale=3.0, size=len(risk)) > np.quantile(risk, 0.9)
    settings: dict[str, Any] = {
        "objective": "binary",
        "verbosity": -1,
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "feature_fraction": 0.5,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
    }
    data = lightgbm.Dataset(matrix, outcome.astype(np.float64), categorical_feature=[_FEATURES - 1])
    text = trees_text(lightgbm.train(settings, data, num_boost_round=trees))
    names = tuple(f"f{place}" for place in range(_FEATURES))
    scorer = TreeScorer(text, names, 0.0, Calibration(), 0.1, (0,) * _FEATURES, {})
    return lightgbm.Booster(model_str=text), scorer


def enterprises(rows: int, seed: int) -> FloatArray:
    """Values of shape (rows, 100), skewed as amounts are, the last column a category; a few of them empty."""
    random = np.random.default_rng(seed)
    values = random.gamma(1.0, 1.0, size=(rows, _FEATURES))
    values[:, -1] = random.integers(0, _WORDS, rows)
    values[random.random(values.shape) < _MISSING] = np.nan
    return values


def _digest(values: FloatArray) -> str:
    return sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def _lap(laps: dict[str, Lap], name: str, work: Callable[[], Result]) -> Result:
    began, used = time.perf_counter(), time.process_time()
    result = work()
    laps[name] = time.perf_counter() - began, time.process_time() - used
    return result
