"""Whether probabilities mean what they say: per grade, over all, and in the order of the grades.

Jeffreys: with a Beta(1/2, 1/2) prior the rate behind D events among N rows is Beta(D + 1/2, N - D + 1/2) (ECB,
Instructions for reporting the validation results of internal models, 2019, 2.5.3.1; Brown, Cai and DasGupta,
Statistical Science 16, 2001). Hosmer-Lemeshow: sum of (O - E)^2 / (E (1 - E / n)); on rows the model did not learn
from, chi-squared with as many degrees of freedom as groups (Hosmer, Lemeshow and Sturdivant, Applied Logistic
Regression, 3rd ed., 2013, 5.2.2). Order: Fisher's exact test between neighbouring grades.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from expectations.vocabulary.grade import Grade
from models.scorer.calibration import logistic_line
from models.scorer.protocol import FloatArray
from models.validation.sample import GRADES, Sample

_LEAST_EXPECTED = 5


@dataclass(frozen=True, slots=True)
class RateTest:
    """Events expected and seen among some rows, and the two-sided Jeffreys p-value of the expectation."""

    rows: int
    events: int
    expected: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class GradeRate:
    """One grade's test, with the name of the grade."""

    grade: Grade
    test: RateTest


@dataclass(frozen=True, slots=True)
class Inversion:
    """Two neighbouring grades; ``p_value``: how likely luck alone gives the better one so many of the events."""

    better: Grade
    worse: Grade
    rate_better: float
    rate_worse: float
    p_value: float

    @property
    def is_inverted(self) -> bool:
        """Whether the better grade had the higher rate."""
        return self.rate_better > self.rate_worse


@dataclass(frozen=True, slots=True)
class HosmerLemeshow:
    """The statistic, its degrees of freedom and its p-value."""

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of one model on one sample.

    Attributes
    ----------
    expected_to_observed:
        Over all rows; None without an event.
    slope, intercept:
        Of a logistic line through the outcomes over the margins, all rows; 1 and 0 are perfect.
    per_grade, hosmer_lemeshow, order:
        On one row per enterprise, since these tests take rows for independent.
    """

    expected_to_observed: float | None
    slope: float | None
    intercept: float | None
    whole: RateTest
    per_grade: tuple[GradeRate, ...]
    hosmer_lemeshow: HosmerLemeshow
    order: tuple[Inversion, ...]


def calibration(sample: Sample, level: float) -> Calibration:
    """Test a model's probabilities against what was seen."""
    events = float(sample.weight @ sample.outcome)
    both = 0 < sample.outcome.sum() < len(sample.outcome)
    slope, intercept = (
        logistic_line(sample.margins, sample.outcome, np.log(sample.exposure), sample.weight, pull_to_one=0.0)
        if both
        else (None, None)
    )
    single = sample.one_row_each()
    return Calibration(
        expected_to_observed=float(sample.weight @ sample.expected) / events if events else None,
        slope=slope,
        intercept=intercept,
        whole=rate_test(single.outcome, single.expected, level),
        per_grade=_per_grade(single, level),
        hosmer_lemeshow=hosmer_lemeshow(single.outcome, single.expected),
        order=_order(single),
    )


def rate_test(outcome: FloatArray, expected: FloatArray, level: float) -> RateTest:
    """Jeffreys' interval of the rate and the p-value of the mean expectation."""
    rows, events = len(outcome), int(outcome.sum())
    posterior = stats.beta(events + 0.5, rows - events + 0.5)
    below = float(posterior.cdf(expected.mean())) if rows else 0.5
    low, high = posterior.interval(level)
    return RateTest(rows, events, float(expected.sum()), float(low), float(high), min(1.0, 2 * min(below, 1 - below)))


def hosmer_lemeshow(outcome: FloatArray, expected: FloatArray, groups: int = 10) -> HosmerLemeshow:
    """Over groups in the order of expectation that expect equally many events, at least five each.

    Below five the chi-squared no longer holds (Cochran, Biometrics 10, 1954), and groups of equal size would put the
    best enterprises into groups that expect a tenth of an event.
    """
    count = max(1, min(groups, int(expected.sum() / _LEAST_EXPECTED)))
    order = np.argsort(expected, kind="stable")
    middle = np.cumsum(expected[order]) - expected[order] / 2
    places = np.minimum((middle / expected.sum() * count).astype(int), count - 1)
    statistic = sum(_term(outcome[order[places == one]], expected[order[places == one]]) for one in range(count))
    return HosmerLemeshow(float(statistic), count, float(stats.chi2.sf(statistic, count)))


def _term(outcome: FloatArray, expected: FloatArray) -> float:
    total = float(expected.sum())
    spread = total * (1 - total / len(expected)) if len(expected) else 0.0
    return float((outcome.sum() - total) ** 2 / spread) if spread > 0 else 0.0


def _per_grade(sample: Sample, level: float) -> tuple[GradeRate, ...]:
    found = []
    for grade in GRADES:
        rows = sample.grades == grade
        if rows.any():
            found.append(GradeRate(grade, rate_test(sample.outcome[rows], sample.expected[rows], level)))
    return tuple(found)


def _order(sample: Sample) -> tuple[Inversion, ...]:
    """Neighbouring grades that have rows, best first. Rates are events over observed time."""
    present = [grade for grade in GRADES if (sample.grades == grade).any()]
    found = []
    for better, worse in pairwise(present):
        first, second = sample.grades == better, sample.grades == worse
        table = [_counts(sample.outcome[first]), _counts(sample.outcome[second])]
        _, p_value = stats.fisher_exact(table, alternative="greater")
        rates = [float(sample.outcome[rows].sum() / sample.exposure[rows].sum()) for rows in (first, second)]
        found.append(Inversion(better, worse, rates[0], rates[1], float(p_value)))
    return tuple(found)


def _counts(outcome: FloatArray) -> tuple[int, int]:
    events = int(outcome.sum())
    return events, len(outcome) - events
