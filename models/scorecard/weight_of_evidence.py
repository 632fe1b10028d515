"""The scorecard that a credit analyst would fit: monotone bins, weight of evidence, a logistic line through them.

The baseline every learnt model must beat. Weight of evidence and its logistic scorecard follow N. Siddiqi, Credit Risk
Scorecards (2006): a bin's weight is its log-odds less the population's, and a feature's points are its weights times
one coefficient. Here bins start as quantiles and neighbours are merged until risk only rises, or only falls; an empty
value has a bin of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models.scorer.calibration import Calibration, fit_sigmoid
from models.scorer.errors import FittingError
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.protocol import FloatArray, log_odds_of
from models.scorer.sample import Folds, IntArray, Sample, folds_of

_MOST_BINS = 12
_EVENTS_PER_BIN = 8
_FEWEST_MISSING = 20
_PRIOR_EVENTS = 2.0
"""A bin's weight is that of its rows and so many events at the population's rate: bins of a few rows stay modest."""
_LEAST_INFORMATION = 0.02
"""Information value below which a feature is not used; Siddiqi calls it unpredictive."""
_RIDGE = 1.0
_FOLDS = 5
_DIGITS = 4


@dataclass(frozen=True)
class _Card:
    bins: dict[str, BinnedPoints]
    intercept: float

    def margins(self, sample: Sample) -> FloatArray:
        """Log-odds before calibration, shape (n,)."""
        columns = [points.of(sample.matrix[:, sample.names.index(name)]) for name, points in self.bins.items()]
        margins: FloatArray = self.intercept + np.sum(columns, axis=0)
        return margins


def fit_woe_scorecard(sample: Sample, seed: int = 0, catalogue_digest: str = "") -> PointsScorer:
    """Bin, weigh, fit and calibrate on unseen rows.

    Raises
    ------
    FittingError
        When one of the two classes is too small, or no feature says anything.
    """
    folds = folds_of(sample, _FOLDS, seed)
    ranked = _ranked(sample)
    calibration = _calibration(ranked, folds)
    card = _card(ranked, np.arange(len(ranked.outcome)))
    return PointsScorer(
        bins={name: _scaled(points, calibration.slope) for name, points in card.bins.items()},
        base_margin=round(calibration.slope * card.intercept + calibration.intercept, _DIGITS),
        base_rate=sample.base_rate,
        catalogue_digest=catalogue_digest,
        levels={name: common for name, common in ranked.levels.items() if name in card.bins},
        training={
            "method": "weight of evidence",
            "rows": len(sample.outcome),
            "events": sample.events,
            "features": len(card.bins),
            "offered": len(sample.names),
        },
    )


def _calibration(sample: Sample, folds: Folds) -> Calibration:
    margins = np.full(len(sample.outcome), np.nan)
    for fitted, seen in folds:
        margins[seen] = _card(sample, fitted).margins(_rows(sample, seen))
    seen = np.flatnonzero(~np.isnan(margins))
    weight = sample.weight[seen] / sample.weight.mean()
    return fit_sigmoid(margins[seen], sample.outcome[seen], sample.exposure[seen], weight)


def _card(sample: Sample, rows: IntArray) -> _Card:
    """Bins and coefficients from some of the rows."""
    part = _rows(sample, rows)
    found = {name: _bins(part, place) for place, name in enumerate(part.names)}
    used = {name: bins for name, (bins, information) in found.items() if information >= _LEAST_INFORMATION}
    weight = part.weight * part.exposure
    while used:
        columns = [bins.of(part.matrix[:, part.names.index(name)]) for name, bins in used.items()]
        line = LogisticRegression(C=_RIDGE, max_iter=1000)
        line.fit(np.column_stack(columns), part.outcome, sample_weight=weight / weight.mean())
        coefficients = dict(zip(used, line.coef_[0].tolist(), strict=True))
        # Below zero, a feature would speak against its own evidence: it only corrects another one.
        if min(coefficients.values()) > 0:
            points = {name: _scaled(bins, coefficients[name]) for name, bins in used.items()}
            return _Card(points, round(float(line.intercept_[0]), _DIGITS))
        used = {name: bins for name, bins in used.items() if coefficients[name] > 0}
    raise FittingError("No feature tells events from other rows.", "Connect a feed, or give a longer period.")


def _bins(sample: Sample, place: int) -> tuple[BinnedPoints, float]:
    """Weights of evidence of one feature, and its information value."""
    values = sample.matrix[:, place]
    known = ~np.isnan(values)
    events, exposed = sample.weight * sample.outcome, sample.weight * sample.exposure
    sign = sample.monotone[place] or (1 if sample.names[place] in sample.levels else 0)
    edges = _merged(values[known], events[known], exposed[known], sign) if known.any() else np.empty(0)
    where = np.where(known, np.searchsorted(edges, values, side="right"), len(edges) + 1)
    bad, exposure = _totals(where, events, len(edges) + 2), _totals(where, exposed, len(edges) + 2)
    weights = _evidence(bad, exposure)
    if np.count_nonzero(~known) < _FEWEST_MISSING:
        weights[-1] = 0.0
    share_bad, share_good = bad / events.sum(), (exposure - bad) / (exposed - events).sum()
    information = float((share_bad - share_good) @ weights)
    return BinnedPoints(tuple(edges.tolist()), tuple(weights[:-1].tolist()), float(weights[-1])), information


def _merged(values: FloatArray, events: FloatArray, exposed: FloatArray, sign: int) -> FloatArray:
    """Inner borders between bins whose rates only rise (1) or only fall (-1); 0 takes what fits better."""
    bins = int(np.clip(np.count_nonzero(events) // _EVENTS_PER_BIN, 2, _MOST_BINS))
    edges = np.unique(np.quantile(values, np.arange(1, bins) / bins, method="higher"))
    edges = edges[edges > values.min()]
    where = np.searchsorted(edges, values, side="right")
    exposure = _totals(where, exposed, len(edges) + 1)
    rates = _totals(where, events, len(edges) + 1) / np.maximum(exposure, 1e-12)
    fits = [_isotonic(rates, exposure, one) for one in ((sign,) if sign else (1, -1))]
    best = min(fits, key=lambda fitted: float((exposure * (fitted - rates) ** 2).sum()))
    kept: FloatArray = edges[np.diff(best) != 0]
    return kept


def _totals(where: IntArray, amounts: FloatArray, bins: int) -> FloatArray:
    totals: FloatArray = np.bincount(where, amounts, bins).astype(np.float64)
    return totals


def _isotonic(rates: FloatArray, exposed: FloatArray, sign: int) -> FloatArray:
    line = IsotonicRegression(increasing=sign > 0)
    fitted: FloatArray = line.fit_transform(np.arange(len(rates)), rates, sample_weight=exposed)
    return fitted


def _evidence(events: FloatArray, exposed: FloatArray) -> FloatArray:
    """Log-odds of each bin less those of all, shape (bins,); 0 for an empty bin."""
    rate = float(events.sum() / exposed.sum())
    share = (events + _PRIOR_EVENTS) / (exposed + _PRIOR_EVENTS / rate)
    share = np.clip(share, 1e-9, 1 - 1e-9)
    weights: FloatArray = np.log(share / (1 - share)) - log_odds_of(rate)
    return weights


def _ranked(sample: Sample) -> Sample:
    """Columns of words with their levels numbered by risk, so that bins of neighbours are bins of a kind."""
    matrix, levels = sample.matrix.copy(), dict(sample.levels)
    for place in sample.categorical:
        name = sample.names[place]
        matrix[:, place], levels[name] = _by_risk(sample, place, sample.levels[name])
    return replace(sample, matrix=matrix, levels=levels)


def _by_risk(sample: Sample, place: int, common: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """The column renumbered, rare words empty, and the levels in the order of their rates."""
    numbers = np.nan_to_num(sample.matrix[:, place]).astype(np.int64)
    events, exposed = sample.weight * sample.outcome, sample.weight * sample.exposure
    rates = _evidence(_totals(numbers, events, len(common) + 1)[1:], _totals(numbers, exposed, len(common) + 1)[1:])
    order = np.argsort(rates, kind="stable")
    renumbered: npt.NDArray[np.float64] = np.full(len(common) + 1, np.nan)
    renumbered[order + 1] = np.arange(1, len(common) + 1)
    return renumbered[numbers], tuple(common[level] for level in order)


def _rows(sample: Sample, rows: IntArray) -> Sample:
    return replace(
        sample,
        matrix=sample.matrix[rows],
        outcome=sample.outcome[rows],
        exposure=sample.exposure[rows],
        weight=sample.weight[rows],
        groups=None if sample.groups is None else sample.groups[rows],
        period=None if sample.period is None else sample.period[rows],
    )


def _scaled(bins: BinnedPoints, factor: float) -> BinnedPoints:
    """Points as a card prints them: the digits that a solver leaves to chance are cut off."""
    points = tuple(round(factor * one, _DIGITS) for one in bins.points)
    return BinnedPoints(bins.edges, points, round(factor * bins.missing, _DIGITS))
