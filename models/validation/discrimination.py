"""How well a model ranks: area under the ROC, KS, cumulative accuracy profile, and how sure each figure is.

Intervals come from drawing whole enterprises (a cluster bootstrap: Cameron, Gelbach and Miller, Review of Economics
and Statistics 90, 2008), percentile method. The accuracy ratio is 2 AUC - 1 (Engelmann, Hayden and Tasche, Risk 16,
2003).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.scorer.protocol import FloatArray
from models.validation.sample import Sample


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are drawn. ``level`` is their coverage, in (0, 1)."""

    draws: int = 400
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; all None where the rows hold one outcome only."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Ranking figures of one model on one sample.

    Attributes
    ----------
    cap:
        Points of the cumulative accuracy profile: share of rows from the riskiest down, share of events among them.
    """

    auc: Estimate
    ks: Estimate
    accuracy_ratio: Estimate
    cap: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """First model's AUC less the second's on the same draws, and the share of draws in which it is above."""

    value: float | None
    low: float | None
    high: float | None
    share_better: float


class RankedRows:
    """Rows ordered once by margin, so that a weighted AUC or KS costs one pass. Ties count half."""

    def __init__(self, margins: FloatArray, outcome: FloatArray) -> None:
        self._order = np.argsort(margins, kind="stable")
        ordered = margins[self._order]
        self._ties = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(margins) else np.empty(0, int)
        self._outcome = outcome[self._order]

    def _by_tie(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weight of events and of the others per distinct margin, from the lowest up."""
        ordered = weight[self._order]
        bad = np.add.reduceat(ordered * self._outcome, self._ties)
        return bad, np.add.reduceat(ordered * (1 - self._outcome), self._ties)

    def auc(self, weight: FloatArray) -> float:
        """Weighted area under the ROC; NaN when one side has no weight."""
        bad, good = self._by_tie(weight)
        total = float(bad.sum() * good.sum())
        return float(bad @ (np.cumsum(good) - good / 2)) / total if total > 0 else float("nan")

    def ks(self, weight: FloatArray) -> float:
        """Largest gap between the two distribution functions of the margin; NaN when one side has no weight."""
        bad, good = self._by_tie(weight)
        if not (bad.sum() > 0 and good.sum() > 0):
            return float("nan")
        return float(np.abs(np.cumsum(good) / good.sum() - np.cumsum(bad) / bad.sum()).max())

    def cap(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shares of all rows and of the events, from the highest margin down, both starting at 0."""
        bad, good = self._by_tie(weight)
        every = np.cumsum((bad + good)[::-1])
        caught = np.cumsum(bad[::-1])
        return np.r_[0.0, every / every[-1]], np.r_[0.0, caught / max(caught[-1], np.finfo(float).tiny)]


def discrimination(sample: Sample, resampling: Resampling) -> Discrimination:
    """Ranking figures with intervals clustered by enterprise."""
    ranked = RankedRows(sample.margins, sample.outcome)
    pairs = np.array([(ranked.auc(drawn), ranked.ks(drawn)) for drawn in draws_of(sample, resampling)])
    auc = _estimate(ranked.auc(sample.weight), pairs[:, 0], resampling.level)
    return Discrimination(
        auc=auc,
        ks=_estimate(ranked.ks(sample.weight), pairs[:, 1], resampling.level),
        accuracy_ratio=Estimate(*(None if one is None else 2 * one - 1 for one in (auc.value, auc.low, auc.high))),
        cap=_thinned(*ranked.cap(sample.weight)),
    )


def auc_difference(first: Sample, second: Sample, resampling: Resampling) -> Difference:
    """Compare two models on the same rows; draws without both outcomes count as not better."""
    mine, theirs = RankedRows(first.margins, first.outcome), RankedRows(second.margins, second.outcome)
    drawn = list(draws_of(first, resampling))
    differences = np.array([mine.auc(weight) - theirs.auc(weight) for weight in drawn])
    value = _estimate(mine.auc(first.weight) - theirs.auc(second.weight), differences, resampling.level)
    return Difference(value.value, value.low, value.high, float((differences > 0).mean()))


def draws_of(sample: Sample, resampling: Resampling) -> Iterator[FloatArray]:
    """Weights of the rows in each draw of enterprises with replacement."""
    owner = sample.owner
    count = int(owner.max()) + 1
    random = np.random.default_rng(resampling.seed)
    for _ in range(resampling.draws):
        times = np.bincount(random.integers(0, count, count), minlength=count)
        yield sample.weight * times[owner]


def _estimate(value: float, draws: FloatArray, level: float) -> Estimate:
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(known):
        return Estimate(None, None, None)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(value), float(low), float(high))


def _thinned(shares: FloatArray, caught: FloatArray, points: int = 101) -> tuple[tuple[float, float], ...]:
    grid = np.linspace(0.0, 1.0, points)
    return tuple((float(at), float(value)) for at, value in zip(grid, np.interp(grid, shares, caught), strict=True))
