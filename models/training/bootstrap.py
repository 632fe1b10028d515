"""How sure a difference is: the same comparison on enterprises drawn again and again.

Whole enterprises are drawn, not rows: an enterprise's months are nearly copies of each other, and counting them as
independent would make any difference look certain.
"""

from __future__ import annotations

import numpy as np

from models.scorer.protocol import FloatArray
from models.training.panel import Labelled


class RankedRows:
    """Rows ordered once by margin, so that a weighted AUC costs one pass. Ties count half."""

    def __init__(self, margins: FloatArray, outcome: FloatArray) -> None:
        self._order = np.argsort(margins, kind="stable")
        ordered = margins[self._order]
        self._ties = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        self._outcome = outcome[self._order]

    def auc(self, weight: FloatArray) -> float:
        """Weighted area under the ROC; NaN when one side has no weight."""
        ordered = weight[self._order]
        bad = np.add.reduceat(ordered * self._outcome, self._ties)
        good = np.add.reduceat(ordered * (1 - self._outcome), self._ties)
        total = float(bad.sum() * good.sum())
        return float(bad @ (np.cumsum(good) - good / 2)) / total if total > 0 else float("nan")


def share_of_draws_better(
    challenger: FloatArray, champion: FloatArray, rows: Labelled, *, draws: int = 400, seed: int = 0
) -> float:
    """Share of draws of enterprises in which the challenger's AUC is above the champion's, in [0, 1].

    The two arrays are margins of the rows, shape (n,). Draws without both outcomes count as not better.
    """
    _, owner = np.unique(rows.enterprises.astype(str), return_inverse=True)
    count = int(owner.max()) + 1
    random = np.random.default_rng(seed)
    mine, theirs = RankedRows(challenger, rows.outcome), RankedRows(champion, rows.outcome)
    better = 0
    for _ in range(draws):
        times = np.bincount(random.integers(0, count, count), minlength=count)
        drawn = rows.weight * times[owner]
        better += mine.auc(drawn) > theirs.auc(drawn)
    return better / draws
