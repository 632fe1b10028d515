"""How good the estimator is on public data, with nothing tuned, beside the baselines on the very same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from models.scorecard.weight_of_evidence import fit_woe_scorecard
from models.scorer.classifier import CreditClassifier
from models.scorer.levels import levels_of
from models.scorer.protocol import FloatArray, feature_matrix, log_odds_of
from models.scorer.sample import sample_of
from models.training.metrics import Metrics, measure
from pipelines.benchmarks.measuring import Figure, Report, measured
from pipelines.benchmarks.public_data import PublicData, Rows, public_data

GOAL = "Polish bankruptcy: AUC at least .963 and slope within .9 to 1.1; German credit: AUC at least .785; no tuning"


@dataclass(frozen=True)
class Part:
    """Rows to learn from and rows to be judged on."""

    features: pd.DataFrame
    outcome: FloatArray
    period: FloatArray | None
    asked: pd.DataFrame
    answer: FloatArray


Contestant = Callable[[Part], FloatArray]
"""Learns from a part and gives the log-odds of the rows to be judged on."""


def _xinji(part: Part) -> FloatArray:
    model = CreditClassifier(threads=1).fit(part.features, part.outcome, period=part.period)
    return model.decision_function(part.asked)


def _woe(part: Part) -> FloatArray:
    card = fit_woe_scorecard(sample_of(part.features, part.outcome, period=part.period))
    return card.margins(part.asked)


def _lightgbm(part: Part) -> FloatArray:
    levels = levels_of(part.features)
    names = tuple(str(name) for name in part.features.columns)
    words = [place for place, name in enumerate(names) if name in levels]
    data = lightgbm.Dataset(feature_matrix(part.features, names, levels), part.outcome, categorical_feature=words)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True}
    booster = lightgbm.train(settings, data, num_boost_round=100)
    return np.asarray(booster.predict(feature_matrix(part.asked, names, levels), raw_score=True), dtype=np.float64)


CONTESTANTS: Mapping[str, Contestant] = {"xinji": _xinji, "woe": _woe, "lightgbm defaults": _lightgbm}


def models(folder: Path, wanted: list[str]) -> Report:
    """Every contestant on every data set asked for; what is not there is named as skipped."""
    figures: list[Figure] = []
    found: dict[str, Any] = {}
    skipped = []
    for data in public_data(folder, wanted):
        if isinstance(data, str):
            skipped.append(data)
            continue
        contest = {}
        for name in CONTESTANTS:
            figure, margins = measured(f"{data.name}: {name}", margins_of, name, data)
            figures.append(figure)
            contest[name] = margins
        found[data.name] = judged_contest(data, contest)
    aucs = [found[name]["models"] for name in found]
    ratio = float(np.mean([one["xinji"]["auc"] / one["lightgbm defaults"]["auc"] for one in aucs])) if aucs else 0.0
    details = {"data": found, "skipped": skipped, "ratio_is": "mean AUC of xinji over LightGBM's defaults"}
    return Report("model", tuple(figures), "", round(ratio, 4), GOAL, details)


def margins_of(name: str, data: PublicData) -> list[FloatArray]:
    """Margins of the judged rows of every split."""
    contestant = CONTESTANTS[name]
    return [contestant(_part(data, learnt, judged)) for learnt, judged in data.splits]


def _part(data: PublicData, learnt: Rows, judged: Rows) -> Part:
    return Part(
        features=data.features.iloc[learnt].reset_index(drop=True),
        outcome=data.outcome[learnt],
        period=None if data.period is None else data.period[learnt],
        asked=data.features.iloc[judged].reset_index(drop=True),
        answer=data.outcome[judged],
    )


def judged_contest(data: PublicData, contest: Mapping[str, Sequence[FloatArray]]) -> dict[str, Any]:
    """Figures of every contestant; where a table could remember the answers, that table and the rows it cannot know."""
    found: dict[str, Any] = {
        "protocol": data.protocol,
        "reference": data.reference,
        "rows": len(data.outcome),
        "events": int(data.outcome.sum()),
        "models": {name: _figures(data, margins) for name, margins in contest.items()},
    }
    if data.lookup is not None:
        (learnt, judged) = data.splits[0]
        known, table = _remembered(data, learnt, judged)
        found["models"]["lookup table"] = _figures(data, [table])
        unseen = np.flatnonzero(~known)
        found["unseen_rows"] = len(unseen)
        found["models_on_unseen_rows"] = {
            name: _figures(data, [margins[unseen]], [judged[unseen]]) for name, (margins,) in contest.items()
        }
    return found


def _remembered(data: PublicData, learnt: Rows, judged: Rows) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], FloatArray]:
    """Which judged rows repeat a key that was learnt, and the log-odds a table of keys gives everybody."""
    assert data.lookup is not None  # noqa: S101 - the caller asked
    rate = float(data.outcome[learnt].mean())
    table = pd.Series(data.outcome[learnt]).groupby(data.lookup[learnt]).agg(["sum", "count"])
    smoothed = (table["sum"] + rate) / (table["count"] + 1.0)
    share = pd.Series(data.lookup[judged]).map(smoothed)
    return share.notna().to_numpy(), share.fillna(rate).map(log_odds_of).to_numpy(dtype=np.float64)


def _figures(
    data: PublicData, margins: Sequence[FloatArray], rows: Sequence[Rows] | None = None
) -> dict[str, float | None]:
    """Means over the splits, the spread of the AUC, and the calibration line through all judged rows together."""
    places = rows or [judged for _, judged in data.splits]
    each = [_measured(one, data.outcome[place]) for one, place in zip(margins, places, strict=True)]
    together = _measured(np.concatenate(margins), data.outcome[np.concatenate(list(places))])
    aucs = np.array([one.auc for one in each], dtype=np.float64)
    return {
        "auc": round(float(aucs.mean()), 4),
        "auc_sd": round(float(aucs.std()), 4),
        "ks": _mean(each, "ks"),
        "ap": _mean(each, "ap"),
        "brier": _mean(each, "brier"),
        "log_loss": _mean(each, "log_loss"),
        "slope": together.slope and round(together.slope, 3),
        "intercept": together.intercept and round(together.intercept, 3),
    }


def _measured(margins: FloatArray, outcome: FloatArray) -> Metrics:
    ones = np.ones(len(outcome))
    return measure(margins, outcome, ones, ones)


def _mean(each: Sequence[Metrics], name: str) -> float:
    return round(float(np.mean([getattr(one, name) for one in each])), 4)
