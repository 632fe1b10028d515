"""Labelled rows, ready to learn from, and the folds by which a fit looks at rows it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from models.scorer.errors import FittingError
from models.scorer.levels import levels_of
from models.scorer.points import PointsScorer
from models.scorer.protocol import FloatArray, Levels, feature_matrix, log_odds_of
from models.scorer.trees import points_by_column

IntArray = npt.NDArray[np.int64]
Fold = tuple[IntArray, IntArray]

_ROWS_FOR_ONE_FOLD = 50_000
_EARLIER_SHARE = 0.7
_EVENTS_PER_SIDE = 20


@dataclass(frozen=True)
class Sample:
    """Rows to learn from.

    Attributes
    ----------
    matrix:
        Shape (n, k), NaN where there is no value, level numbers where a column holds words.
    outcome:
        1.0 where an adverse event was seen, else 0.0.
    exposure:
        Share of the horizon that was observed, in (0, 1].
    weight:
        Positive; how many rows of the population this row stands for.
    groups:
        Rows of one group never fall on both sides of a fold; None when rows are independent.
    period:
        When each row was, in any unit that orders; None when that is unknown or does not matter.
    levels:
        Of the columns of words.
    prior:
        Expert points that the trees start from and correct; their features are among ``names``. None: the base rate.
    """

    matrix: FloatArray
    outcome: FloatArray
    exposure: FloatArray
    weight: FloatArray
    groups: npt.NDArray[Any] | None
    names: tuple[str, ...]
    monotone: tuple[int, ...]
    period: FloatArray | None = None
    levels: Levels = field(default_factory=dict)
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
    def categorical(self) -> list[int]:
        """Places of the columns of words."""
        return [place for place, name in enumerate(self.names) if name in self.levels]

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
        rate = float((self.weight * self.outcome).sum() / (self.weight * self.exposure).sum())
        return min(max(rate, 1e-6), 1 - 1e-6)


def sample_of(
    frame: pd.DataFrame, outcome: FloatArray, monotone: Mapping[str, int] | None = None, **given: Any
) -> Sample:
    """A sample of a frame's columns of numbers and words; further fields by name, ones where rows have no others.

    Raises
    ------
    FeatureMismatchError
        When a column holds something else.
    """
    levels = levels_of(frame)
    names = tuple(str(name) for name in frame.columns)
    wanted = monotone or {}
    ones = np.ones(len(frame))
    fields = {"exposure": ones, "weight": ones, "groups": None, **given}
    return Sample(
        matrix=feature_matrix(frame, names, levels),
        outcome=np.asarray(outcome, dtype=np.float64),
        names=names,
        monotone=tuple(wanted.get(name, 0) for name in names),
        levels=levels,
        **fields,
    )


@dataclass(frozen=True)
class Folds:
    """Pairs of (rows to fit, rows to look at).

    Attributes
    ----------
    are_later:
        Whether the rows to look at lie in a later period than the rows to fit.
    """

    pairs: tuple[Fold, ...]
    are_later: bool

    def __iter__(self) -> Iterator[Fold]:
        return iter(self.pairs)


def folds_of(sample: Sample, most: int, seed: int) -> Folds:
    """Stratified by outcome, whole groups at a time; as many as the rarer class can fill.

    Where rows have a period, each fold is fitted on the earlier part of its own groups and looked at on the later part
    of the others: how long to learn is then decided by what lasts. Where one part would hold too few events of either
    kind for that, periods are mixed.

    Raises
    ------
    FittingError
        When one of the two classes has fewer than two rows (or groups).
    """
    count = min(most, _fillable(sample))
    if count < 2:
        raise FittingError(
            f"{len(sample.outcome)} rows hold {sample.events} events: too few on one side to learn a difference.",
            "Give a longer period or more enterprises; the scorecard needs no training.",
        )
    later = _later(sample)
    if later is not None and sample.groups is None:
        return Folds(((np.flatnonzero(~later), np.flatnonzero(later)),), are_later=True)
    pairs = _shuffled(sample, count, seed)
    if later is not None:
        ahead = tuple((fitted[~later[fitted]], seen[later[seen]]) for fitted, seen in pairs)
        if all(_holds_both(sample, rows, 2) for pair in ahead for rows in pair):
            return Folds(ahead, are_later=True)
    return Folds(pairs[:1] if len(sample.outcome) > _ROWS_FOR_ONE_FOLD else pairs, are_later=False)


def _shuffled(sample: Sample, count: int, seed: int) -> tuple[Fold, ...]:
    kind = StratifiedKFold if sample.groups is None else StratifiedGroupKFold
    splitter = kind(count, shuffle=True, random_state=seed)
    return tuple(
        (np.asarray(fitted, dtype=np.int64), np.asarray(seen, dtype=np.int64))
        for fitted, seen in splitter.split(sample.matrix, sample.outcome, sample.groups)
    )


def _later(sample: Sample) -> npt.NDArray[np.bool_] | None:
    """Rows of the later part of the time; None when there is no time, or a part says too little. Blind to outcomes."""
    if sample.period is None:
        return None
    cut = np.quantile(sample.period, _EARLIER_SHARE, method="higher")
    later: npt.NDArray[np.bool_] = sample.period >= cut
    enough = all(_holds_both(sample, np.flatnonzero(side), _EVENTS_PER_SIDE) for side in (later, ~later))
    return later if enough else None


def _holds_both(sample: Sample, rows: IntArray, fewest: int) -> bool:
    events = int(sample.outcome[rows].sum())
    return min(events, len(rows) - events) >= fewest


def _fillable(sample: Sample) -> int:
    if sample.groups is None:
        return sample.rarer_class
    return min(len(np.unique(sample.groups[sample.outcome == side])) for side in (0.0, 1.0))
