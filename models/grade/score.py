"""From a probability to points."""

from __future__ import annotations

from math import exp2, log2

from expectations.vocabulary.money import round_half_up
from models.policy.inforce import Scale


def score_of(p: float, p0: float, scale: Scale) -> int:
    """Points (0 to the scale's top) of a probability, against the population rate.

    ``anchor - points_to_double * log2(odds(p) / odds(p0))``, rounded half up. Both probabilities are held off 0 and 1
    by the scale's margin, so that a certain model cannot leave the scale.
    """
    points = scale.anchor - scale.points_to_double * log2(_odds(p, scale.p_margin) / _odds(p0, scale.p_margin))
    return max(0, min(scale.top, round_half_up(points)))


def probability_of(score: float, p0: float, scale: Scale) -> float:
    """The probability that gives a score: the inverse of ``score_of`` inside the scale."""
    odds = _odds(p0, scale.p_margin) * exp2((scale.anchor - score) / scale.points_to_double)
    return odds / (1.0 + odds)


def _odds(p: float, margin: float) -> float:
    held = max(margin, min(1.0 - margin, p))
    return held / (1.0 - held)
