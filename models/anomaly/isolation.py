"""Isolation forests over robust distances: how quickly chance sets an enterprise apart, and which feature helps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

TREES = 100
SAMPLE = 256
SEED = 20_260_101
EVERYTHING = "everything"
"""The view over all features, beside those over one dimension each."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Isolation:
    """Forests grown on one group of peers.

    Attributes
    ----------
    scores:
        Per enterprise and view the anomaly score of Liu, Ting and Zhou (2008): near 1 odd, 0.5 and less ordinary.
    forests:
        By view, with the columns it looks at.
    """

    matrix: pd.DataFrame
    scores: pd.DataFrame
    forests: Mapping[str, tuple[IsolationForest, tuple[str, ...]]]

    def highest(self) -> pd.DataFrame:
        """Per enterprise the highest ``score`` over the views, and the ``view`` it comes from."""
        return pd.DataFrame({"score": self.scores.max(axis=1), "view": self.scores.idxmax(axis=1)})

    def contributions(self, uscc: str, view: str) -> pd.Series:
        """How much the score of a view would fall were one feature in the middle of the peers; largest first."""
        forest, columns = self.forests[view]
        row = self.matrix.loc[uscc, list(columns)].to_numpy(dtype="float64")
        one_calmed = np.where(np.eye(len(columns), dtype=bool), 0.0, row)
        falls = self.scores[view][uscc] - _scores(forest, one_calmed)
        told: pd.Series = pd.Series(falls, index=list(columns))[row != 0]
        return told.sort_values(ascending=False, kind="stable")


def isolate(matrix: pd.DataFrame, views: Mapping[str, Sequence[str]]) -> Isolation:
    """Grow a forest per view over distances without empty values. The same rows in the same order, the same scores."""
    forests, scores = {}, {}
    for view, wanted in {**views, EVERYTHING: list(matrix.columns)}.items():
        columns = tuple(name for name in wanted if name in matrix.columns)
        if not columns:
            continue
        values = matrix.loc[:, list(columns)].to_numpy(dtype="float64")
        forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(values)), random_state=SEED)
        forests[view] = (forest.fit(values), columns)
        scores[view] = _scores(forest, values)
    return Isolation(matrix, pd.DataFrame(scores, index=matrix.index), forests)


def _scores(forest: IsolationForest, values: Floats) -> Floats:
    scores: Floats = -forest.score_samples(values)
    return scores
