"""How a model behaves where there are no outcomes to compare with: its directions, and a feed that falls silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue.schema import Catalogue, Feature
from models.policy.inforce import Policy
from models.scorer.protocol import FloatArray, Scorer, probability_of
from models.training.panel import Labelled
from models.validation.discrimination import RankedRows
from models.validation.sample import grades_of

_LARGEST_GRID = 24
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Direction:
    """One feature with a direction, moved over a grid for a number of rows.

    Attributes
    ----------
    against:
        Largest move of the margin against the direction, in log-odds; 0 where there is none.
    """

    feature: str
    direction: str
    steps: int
    against: float


@dataclass(frozen=True, slots=True)
class FeedLoss:
    """What happens when one connected feed says nothing.

    Attributes
    ----------
    features:
        How many of the model's features go empty.
    auc:
        Without the feed; None where the rows hold one outcome only.
    mean_move:
        Mean absolute move of the margin, in log-odds.
    regraded, fallen:
        Shares of the rows whose grade by score changes, or gets worse.
    """

    table: str
    features: int
    auc: float | None
    mean_move: float
    regraded: float
    fallen: float


def directions(scorer: Scorer, frame: pd.DataFrame, catalogue: Catalogue) -> tuple[Direction, ...]:
    """Move every feature of the model that has a direction over its own values, everything else as it is."""
    rows = frame.iloc[:: max(1, len(frame) // _MOST_ROWS)].reset_index(drop=True)
    named = set(scorer.feature_names)
    return tuple(
        _moved(scorer, rows, frame[feature.name], feature)
        for feature in catalogue.features
        if feature.name in named and feature.monotone and frame[feature.name].nunique() > 1
    )


def _moved(scorer: Scorer, rows: pd.DataFrame, values: pd.Series, feature: Feature) -> Direction:
    grid = _grid(values.dropna().to_numpy(dtype=np.float64))
    stacked = pd.concat([rows.assign(**{feature.name: value}) for value in grid], ignore_index=True)
    margins = scorer.margins(stacked).reshape(len(grid), len(rows))
    steps = np.diff(margins, axis=0) * feature.monotone
    return Direction(feature.name, feature.direction, len(grid), float(max(0.0, -steps.min())) if steps.size else 0.0)


def _grid(values: FloatArray) -> FloatArray:
    """The values themselves where they are few, else quantiles; the extremes are always among them."""
    distinct = np.unique(values)
    if len(distinct) <= _LARGEST_GRID:
        return distinct
    return np.unique(np.quantile(values, np.linspace(0, 1, _LARGEST_GRID)))


def feed_losses(
    scorer: Scorer, rows: Labelled, catalogue: Catalogue, policy: Policy, connected: Iterable[str]
) -> tuple[FeedLoss, ...]:
    """Empty what each connected feed tells, one feed at a time, in the order of the tables' names."""
    named = [feature for feature in catalogue.features if feature.name in set(scorer.feature_names)]
    silenced = _Silenced(scorer, rows, policy, scorer.margins(rows.features))
    return tuple(
        silenced.without(table, told)
        for table in sorted(connected)
        if (told := [feature.name for feature in named if _falls_silent(feature, table, connected)])
    )


def _falls_silent(feature: Feature, table: str, connected: Iterable[str]) -> bool:
    return table in feature.sources and not feature.is_known_with(frozenset(connected) - {table})


@dataclass(frozen=True)
class _Silenced:
    scorer: Scorer
    rows: Labelled
    policy: Policy
    margins: FloatArray

    def without(self, table: str, told: list[str]) -> FeedLoss:
        """The same rows with some features empty."""
        margins = self.scorer.margins(self.rows.features.assign(**dict.fromkeys(told, np.nan)))
        auc = RankedRows(margins, self.rows.outcome).auc(self.rows.weight)
        before, after = self._ranks(self.margins), self._ranks(margins)
        return FeedLoss(
            table=table,
            features=len(told),
            auc=None if np.isnan(auc) else auc,
            mean_move=float(np.abs(margins - self.margins).mean()),
            regraded=float((after != before).mean()),
            fallen=float((after > before).mean()),
        )

    def _ranks(self, margins: FloatArray) -> npt.NDArray[np.int64]:
        grades = grades_of(probability_of(margins), self.scorer.base_rate, self.policy)
        return np.array([grade.rank for grade in grades])
