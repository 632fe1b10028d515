"""From labelled rows to frozen trees: choose size and length on unseen rows, calibrate on them, fit once more on all.

A row whose horizon was observed only in part carries an *exposure* e in (0, 1]: the share that was observed. The event
is assumed to be equally likely in every part of the horizon (constant hazard), so the log-odds of seeing it are those
of the whole horizon plus log(e). That is exact for rare events; at a rate of 20 % and half a horizon it overstates
the observed log-odds by about 0.1. The offset is given to LightGBM as initial score and never predicted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from models.scorer.calibration import Calibration, fit_sigmoid
from models.scorer.capacity import Capacity, affordable
from models.scorer.errors import FittingError
from models.scorer.forest.contributions import ForestExplainer
from models.scorer.points import PointsScorer
from models.scorer.protocol import FloatArray, log_odds_of
from models.scorer.trees import TreeScorer, points_by_column, threads_for, trees_text

IntArray = npt.NDArray[np.int64]
Fold = tuple[IntArray, IntArray]

_PATIENCE = 50
_BINS = 127
_ROWS_FOR_ONE_FOLD = 50_000
_ROWS_FOR_IMPORTANCE = 5_000
_DIGITS_OF_LOSS = 10
"""LightGBM sums its metric in as many parts as there are threads, so the last digits differ between machines."""


@dataclass(frozen=True)
class Sample:
    """Rows to learn from.

    Attributes
    ----------
    matrix:
        Shape (n, k), NaN where there is no value.
    outcome:
        1.0 where an adverse event was seen, else 0.0.
    exposure:
        Share of the horizon that was observed, in (0, 1].
    weight:
        Positive; how many rows of the population this row stands for.
    prior:
        Expert points that the trees start from and correct; their features are among ``names``. None: the base rate.
    groups:
        Rows of one group never fall on both sides of a fold; None when rows are independent.
    """

    matrix: FloatArray
    outcome: FloatArray
    exposure: FloatArray
    weight: FloatArray
    groups: npt.NDArray[Any] | None
    names: tuple[str, ...]
    monotone: tuple[int, ...]
    prior: PointsScorer | None = None

    @property
    def start(self) -> FloatArray:
        """Log-odds per row that boosting starts from, shape (n,), the share of the horizon left out."""
        if self.prior is None:
            return np.full(len(self.outcome), log_odds_of(self.base_rate))
        points = points_by_column(self.prior, self.names, self.matrix)
        started: FloatArray = self.prior.base_margin + points.sum(axis=1)
        return started

    @property
    def base_margin(self) -> float:
        """The part of ``start`` that is the same for every row."""
        return log_odds_of(self.base_rate) if self.prior is None else self.prior.base_margin

    @property
    def events(self) -> int:
        """Rows with an adverse event."""
        return int(self.outcome.sum())

    @property
    def rarer_class(self) -> int:
        """Rows of the class that limits what can be learnt."""
        return min(self.events, len(self.outcome) - self.events)

    @property
    def base_rate(self) -> float:
        """Events per fully observed horizon, weighted; held inside (0, 1) where whole horizons are rare."""
        rate = float(self.weight @ self.outcome / (self.weight @ self.exposure))
        return min(max(rate, 1e-6), 1 - 1e-6)


@dataclass(frozen=True)
class Settings:
    """What does not depend on the data.

    Attributes
    ----------
    monotone_method:
        ``basic`` or ``intermediate``; LightGBM's ``advanced`` is known to break its own constraints.
    threads:
        Changes the speed and nothing else; 0 chooses by the size of the data.
    """

    seed: int = 0
    folds: int = 5
    monotone_method: str = "basic"
    threads: int = 0


@dataclass(frozen=True)
class _Trial:
    capacity: Capacity
    rounds: int
    loss: float
    margins: FloatArray
    """Of rows outside the fold that made them; NaN for rows in no test fold."""


def fit_trees(sample: Sample, settings: Settings, catalogue_digest: str = "") -> TreeScorer:
    """Fit, calibrate and freeze.

    Raises
    ------
    FittingError
        When one of the two classes has fewer than two rows (or groups).
    """
    folds = _folds(sample, settings)
    start = sample.start
    trials = _ladder(sample, settings, folds, start)
    best = min(trials, key=lambda trial: trial.loss)
    seen = ~np.isnan(best.margins)
    calibration = fit_sigmoid(
        best.margins[seen], sample.outcome[seen], sample.exposure[seen], sample.weight[seen] / sample.weight.mean()
    )
    booster = lightgbm.train(
        _parameters(best.capacity, sample, settings), _dataset(sample, start), num_boost_round=best.rounds
    )
    trees = trees_text(booster)
    return TreeScorer(
        trees=trees,
        feature_names=sample.names,
        base_margin=sample.base_margin,
        calibration=calibration,
        base_rate=sample.base_rate,
        monotone=sample.monotone,
        importances=_importances(trees, sample, calibration),
        catalogue_digest=catalogue_digest,
        prior=sample.prior,
        training={
            "rows": len(sample.outcome),
            "events": sample.events,
            "groups": len(np.unique(sample.groups)) if sample.groups is not None else len(sample.outcome),
            "mean_exposure": float(sample.exposure.mean()),
            "capacity": best.capacity.name,
            "rounds": best.rounds,
            "loss_on_unseen_rows": {trial.capacity.name: trial.loss for trial in trials},
            "seed": settings.seed,
            "folds": len(folds),
            "monotone_method": settings.monotone_method,
            "lightgbm": lightgbm.__version__,
        },
    )


def _folds(sample: Sample, settings: Settings) -> list[Fold]:
    """Stratified by outcome, whole groups at a time; as many as the rarer class can fill."""
    count = min(settings.folds, _fillable(sample))
    if count < 2:
        raise FittingError(
            f"{len(sample.outcome)} rows hold {sample.events} events: too few on one side to learn a difference.",
            "Give a longer period or more enterprises; the scorecard needs no training.",
        )
    kind = StratifiedKFold if sample.groups is None else StratifiedGroupKFold
    splitter = kind(count, shuffle=True, random_state=settings.seed)
    folds = [
        (np.asarray(train, dtype=np.int64), np.asarray(test, dtype=np.int64))
        for train, test in splitter.split(sample.matrix, sample.outcome, sample.groups)
    ]
    return folds[:1] if len(sample.outcome) > _ROWS_FOR_ONE_FOLD else folds


def _fillable(sample: Sample) -> int:
    if sample.groups is None:
        return sample.rarer_class
    return min(len(np.unique(sample.groups[sample.outcome == side])) for side in (0.0, 1.0))


def _ladder(sample: Sample, settings: Settings, folds: list[Fold], start: FloatArray) -> list[_Trial]:
    """Trials of growing size, until two in a row are no better than the best before them.

    Not one: where only two features together say something, a single step up the ladder shows no gain yet.
    """
    trials: list[_Trial] = []
    for capacity in affordable(sample.rarer_class):
        trials.append(_trial(capacity, sample, settings, folds, start))
        if len(trials) > 2 and min(trial.loss for trial in trials[:-2]) <= min(trial.loss for trial in trials[-2:]):
            break
    return trials


def _trial(capacity: Capacity, sample: Sample, settings: Settings, folds: list[Fold], start: FloatArray) -> _Trial:
    """Boost on every fold side by side until the mean loss on unseen rows stops falling."""
    course: dict[str, Any] = lightgbm.cv(
        _parameters(capacity, sample, settings),
        _dataset(sample, start),
        num_boost_round=capacity.most_rounds,
        folds=iter(folds),
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False, min_delta=1e-9)],
        return_cvbooster=True,
    )
    losses = np.round(course["valid binary_logloss-mean"], _DIGITS_OF_LOSS)
    rounds = int(np.argmin(losses)) + 1
    margins = np.full(len(sample.outcome), np.nan)
    for booster, (_, test) in zip(course["cvbooster"].boosters, folds, strict=True):
        margins[test] = booster.predict(sample.matrix[test], raw_score=True, num_iteration=rounds) + start[test]
    return _Trial(capacity, rounds, float(losses[rounds - 1]), margins)


def _dataset(sample: Sample, start: FloatArray) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        sample.matrix,
        label=sample.outcome,
        weight=sample.weight / sample.weight.mean(),
        init_score=start + np.log(sample.exposure),
        feature_name=[f"f{position}" for position in range(len(sample.names))],
    )


def _parameters(capacity: Capacity, sample: Sample, settings: Settings) -> dict[str, Any]:
    """Everything LightGBM is told. Names of features are ours alone: its text format dislikes some characters."""
    constrained = any(sample.monotone)
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "verbosity": -1,
        "deterministic": True,
        "force_row_wise": True,
        "max_bin": _BINS,
        "seed": settings.seed,
        "num_threads": settings.threads or threads_for(sample.matrix),
        **({"monotone_constraints": list(sample.monotone)} if constrained else {}),
        **({"monotone_constraints_method": settings.monotone_method} if constrained else {}),
        **capacity.parameters(len(sample.names)),
    }


def _importances(trees: str, sample: Sample, calibration: Calibration) -> dict[str, float]:
    """Share of each feature in the mean absolute contribution over evenly spaced training rows."""
    step = max(1, len(sample.matrix) // _ROWS_FOR_IMPORTANCE)
    rows = sample.matrix[::step]
    contributions = ForestExplainer(trees).contributions(rows)
    contributions[:, :-1] += points_by_column(sample.prior, sample.names, rows)
    spread = np.abs(contributions[:, :-1]).mean(axis=0) * calibration.slope
    total = float(spread.sum())
    shares = spread / total if total > 0 else np.full(len(spread), 1 / len(spread))
    return dict(zip(sample.names, map(float, shares), strict=True))
