"""From labelled rows to frozen trees: choose size and length on unseen rows, calibrate on them, fit once more on all.

A row whose horizon was observed only in part carries an *exposure* e in (0, 1]: the share that was observed. The event
is assumed to be equally likely in every part of the horizon (constant hazard), so the log-odds of seeing it are those
of the whole horizon plus log(e). That is exact for rare events; at a rate of 20 % and half a horizon it overstates
the observed log-odds by about 0.1. The offset is given to LightGBM as initial score and never predicted.

Where rows are few, several members are fitted with different draws and averaged into one model. What calibrates it are
margins averaged in the same way: every row's from as many fits that did not see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np

from models.scorer.calibration import Calibration, fit_sigmoid
from models.scorer.capacity import Capacity, affordable, members
from models.scorer.forest.contributions import ForestExplainer
from models.scorer.forest.text import average_of
from models.scorer.protocol import FloatArray
from models.scorer.sample import Folds, Sample, folds_of
from models.scorer.trees import TreeScorer, points_by_column, threads_for, trees_text

_STEP = 10
_PATIENCE = 60
"""Rounds between two looks at unseen rows; rounds without gain after which boosting stops."""
_BINS = 255
_ROWS_FOR_IMPORTANCE = 5_000
_CLOSER = 1e-7
"""A smaller gain in mean loss is none: it may be the rounding of another machine."""


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
    """One size, boosted until unseen rows stop to gain from it; ``margins`` are theirs, NaN for rows in no fold."""

    capacity: Capacity
    rounds: int
    loss: float
    margins: FloatArray


def fit_trees(sample: Sample, settings: Settings, catalogue_digest: str = "") -> TreeScorer:
    """Fit, calibrate and freeze.

    Raises
    ------
    FittingError
        When one of the two classes has fewer than two rows (or groups).
    """
    fitter = _Fitter(sample, settings)
    folds = folds_of(sample, settings.folds, settings.seed)
    trials = fitter.ladder(folds)
    best = min(trials, key=lambda trial: trial.loss)
    calibration = fitter.calibrated(best)
    trees = average_of([fitter.fitted(best, member) for member in range(members(len(sample.outcome)))])
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
        levels=sample.levels,
        training=_record(sample, settings, folds, trials, best),
    )


class _Fitter:
    """LightGBM over one sample; the binned data are made once."""

    def __init__(self, sample: Sample, settings: Settings) -> None:
        self._sample = sample
        self._settings = settings
        self._start = sample.start
        self._threads = settings.threads or threads_for(sample.matrix)
        self._data = self._dataset()

    def ladder(self, folds: Folds) -> list[_Trial]:
        """Trials of growing size, until two in a row are no better than the best before them.

        Not one: where only two features together say something, a single step up the ladder shows no gain yet.
        """
        trials: list[_Trial] = []
        for capacity in affordable(self._sample.rarer_class):
            trials.append(self._trial(capacity, folds))
            losses = [trial.loss for trial in trials]
            if len(losses) > 2 and min(losses[:-2]) <= min(losses[-2:]):
                break
        return trials

    def calibrated(self, best: _Trial) -> Calibration:
        """The sigmoid through margins of rows that were not seen, averaged over as many draws as the model has."""
        sample, settings = self._sample, self._settings
        margins = [best.margins]
        for member in range(1, members(len(sample.outcome))):
            folds = folds_of(sample, settings.folds, settings.seed + member)
            *_, (_, unseen) = self._course(best.capacity, folds, best.rounds, member)
            margins.append(unseen)
        return self._sigmoid(np.mean(margins, axis=0))

    def fitted(self, best: _Trial, member: int) -> str:
        """One member, fitted on all rows."""
        parameters = self._parameters(best.capacity, member)
        return trees_text(lightgbm.train(parameters, self._data, num_boost_round=best.rounds))

    def _trial(self, capacity: Capacity, folds: Folds) -> _Trial:
        """Boost until the loss of unseen rows, calibrated as the model will be, no longer falls.

        Before calibration a margin grows too large long before it stops to rank better, and boosting would end there.
        """
        best = _Trial(capacity, 0, np.inf, np.empty(0))
        for rounds, margins in self._course(capacity, folds, capacity.most_rounds(len(self._sample.outcome))):
            loss = self._loss(margins)
            if loss < best.loss - _CLOSER:
                best = _Trial(capacity, rounds, loss, margins.copy())
            elif rounds - best.rounds >= _PATIENCE:
                break
        return best

    def _course(self, capacity: Capacity, folds: Folds, most: int, member: int = 0) -> Iterator[tuple[int, FloatArray]]:
        """Boost on every fold side by side; after every few rounds their number, and the margins of unseen rows."""
        sample = self._sample
        margins = np.full(len(sample.outcome), np.nan)
        boosters = []
        for fitted, seen in folds:
            part = self._data.subset(np.sort(fitted).tolist())
            boosters.append((lightgbm.Booster(self._parameters(capacity, member), part), seen))
            margins[seen] = self._start[seen]
        for done in range(0, most, _STEP):
            step = min(_STEP, most - done)
            for booster, seen in boosters:
                for _ in range(step):
                    booster.update()
                added = booster.predict(
                    sample.matrix[seen],
                    raw_score=True,
                    start_iteration=done,
                    num_iteration=step,
                    num_threads=self._threads,
                )
                margins[seen] += np.asarray(added, dtype=np.float64)
            yield done + step, margins

    def _loss(self, margins: FloatArray) -> float:
        """Weighted mean log loss of unseen rows after calibration."""
        sample, seen = self._sample, ~np.isnan(margins)
        scores = self._sigmoid(margins).apply(margins[seen]) + np.log(sample.exposure[seen])
        per_row = np.logaddexp(0.0, scores) - sample.outcome[seen] * scores
        return float((sample.weight[seen] * per_row).sum() / sample.weight[seen].sum())

    def _sigmoid(self, margins: FloatArray) -> Calibration:
        sample, seen = self._sample, ~np.isnan(margins)
        weight = sample.weight[seen] / sample.weight.mean()
        return fit_sigmoid(margins[seen], sample.outcome[seen], sample.exposure[seen], weight)

    def _dataset(self) -> lightgbm.Dataset:
        """Binned once. LightGBM tells the parameters apart that need other bins, and refuses to mix them."""
        sample = self._sample
        return lightgbm.Dataset(
            sample.matrix,
            label=sample.outcome,
            weight=sample.weight / sample.weight.mean(),
            init_score=self._start + np.log(sample.exposure),
            # Names of features are ours alone: its text format dislikes some characters.
            feature_name=[f"f{position}" for position in range(len(sample.names))],
            categorical_feature=sample.categorical,
            params=self._parameters(affordable(sample.rarer_class)[0], 0),
            free_raw_data=False,
        )

    def _parameters(self, capacity: Capacity, member: int) -> dict[str, Any]:
        """Everything LightGBM is told."""
        sample, settings = self._sample, self._settings
        constrained = any(sample.monotone)
        return {
            "objective": "binary",
            "metric": "binary_logloss",
            "verbosity": -1,
            "deterministic": True,
            "force_row_wise": True,
            "max_bin": _BINS,
            "feature_pre_filter": False,
            "seed": settings.seed + 1000 * member,
            "num_threads": self._threads,
            **({"monotone_constraints": list(sample.monotone)} if constrained else {}),
            **({"monotone_constraints_method": settings.monotone_method} if constrained else {}),
            **capacity.parameters(len(sample.outcome), len(sample.names)),
        }


def _record(sample: Sample, settings: Settings, folds: Folds, trials: list[_Trial], best: _Trial) -> dict[str, Any]:
    """Facts of the fit that a reader of the model may want."""
    return {
        "rows": len(sample.outcome),
        "events": sample.events,
        "groups": len(np.unique(sample.groups)) if sample.groups is not None else len(sample.outcome),
        "mean_exposure": float(sample.exposure.mean()),
        "capacity": best.capacity.name,
        "rounds": best.rounds,
        "members": members(len(sample.outcome)),
        "loss_on_unseen_rows": {trial.capacity.name: trial.loss for trial in trials},
        "unseen_rows_are_later": folds.are_later,
        "seed": settings.seed,
        "folds": len(folds.pairs),
        "monotone_method": settings.monotone_method,
        "lightgbm": lightgbm.__version__,
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
