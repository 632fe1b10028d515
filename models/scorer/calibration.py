"""Platt's sigmoid: two numbers between a raw margin and honest log-odds.

Isotonic calibration is not offered: it leaves ties, and ties fall on the borders of grades. A sigmoid keeps the order
of enterprises and scales exact contributions into exact contributions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.scorer.protocol import FloatArray, probability_of

_SMALLEST_SLOPE = 0.05
_EVENTS_FOR_SLOPE = 20
_ROUNDS = 50
_TOLERANCE = 1e-12
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated margin = ``slope`` * raw margin + ``intercept``. The slope is positive, so order is kept."""

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, margins: FloatArray) -> FloatArray:
        """Raw to calibrated log-odds."""
        return self.slope * margins + self.intercept


def logistic_line(
    margins: FloatArray, outcome: FloatArray, offset: FloatArray, weight: FloatArray, pull_to_one: float
) -> tuple[float, float]:
    """Slope and intercept that minimise the weighted log loss of ``slope * margins + intercept + offset``.

    ``pull_to_one`` is the strength of a normal prior on the slope around 1, in units of 1 / variance; 0 for none.
    Newton's method on a convex function, with halved steps where a full one overshoots.
    """
    slope, intercept = 1.0, 0.0

    def loss(slope: float, intercept: float) -> float:
        scores = slope * margins + intercept + offset
        per_row = weight * (np.logaddexp(0.0, scores) - outcome * scores)
        return float(per_row.sum() + 0.5 * pull_to_one * (slope - 1.0) ** 2)

    current = loss(slope, intercept)
    for _ in range(_ROUNDS):
        probability = probability_of(slope * margins + intercept + offset)
        along, across = _newton_step(margins, weight, probability, outcome, (pull_to_one, slope - 1.0))
        scale = 1.0
        while (proposed := loss(slope - scale * along, intercept - scale * across)) > current and scale > 1e-6:
            scale /= 2
        slope, intercept = slope - scale * along, intercept - scale * across
        if current - proposed < _TOLERANCE * (1.0 + abs(current)):
            break
        current = proposed
    return slope, intercept


def _newton_step(
    margins: FloatArray, weight: FloatArray, probability: FloatArray, outcome: FloatArray, prior: tuple[float, float]
) -> tuple[float, float]:
    """Hessian's inverse times gradient, in slope and intercept; ``prior`` is its strength and the slope's distance.

    Sums are numpy's own: a matrix product would add in as many parts as the machine has threads, and the last bits of a
    calibration, and so a model's digest, would depend on the machine.
    """
    strength, distance = prior
    residual, curvature = weight * (probability - outcome), weight * probability * (1.0 - probability)
    down_slope, down_intercept = float((residual * margins).sum()) + strength * distance, float(residual.sum())
    mixed = float((curvature * margins).sum())
    first = float((curvature * margins * margins).sum()) + strength + _RIDGE
    second = float(curvature.sum()) + _RIDGE
    determinant = first * second - mixed * mixed
    return (
        (second * down_slope - mixed * down_intercept) / determinant,
        (first * down_intercept - mixed * down_slope) / determinant,
    )


def intercept_only(margins: FloatArray, outcome: FloatArray, offset: FloatArray, weight: FloatArray) -> float:
    """The shift that makes expected and observed events equal."""
    _, intercept = logistic_line(np.zeros_like(margins), outcome, offset + margins, weight, pull_to_one=1.0)
    return intercept


def fit_sigmoid(margins: FloatArray, outcome: FloatArray, exposure: FloatArray, weight: FloatArray) -> Calibration:
    """Calibrate margins of rows the model has not seen.

    Below 20 events (or 20 non-events) a slope is noise: only the intercept is fitted. Above, the slope is pulled to 1
    by a prior worth a few events. A slope that turns negative is held at a small positive number: a model without
    signal then says the base rate for everyone.
    """
    offset = np.log(exposure)
    rarer = min(outcome.sum(), len(outcome) - outcome.sum())
    if rarer < _EVENTS_FOR_SLOPE:
        return Calibration(1.0, intercept_only(margins, outcome, offset, weight))
    slope, intercept = logistic_line(margins, outcome, offset, weight, pull_to_one=4.0)
    if slope < _SMALLEST_SLOPE:
        slope = _SMALLEST_SLOPE
        intercept = intercept_only(slope * margins, outcome, offset, weight)
    return Calibration(slope, intercept)
