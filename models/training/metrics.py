"""How good a probability was, on rows the model never saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from models.scorer.calibration import logistic_line
from models.scorer.protocol import FloatArray, probability_of

_CLOSEST = 1e-12


@dataclass(frozen=True)
class Metrics:
    """Figures on one set of rows. None where the rows hold one outcome only.

    Attributes
    ----------
    auc, ks, ap:
        Ranking by margin: area under the ROC, largest gap between the two classes, average precision.
    brier, log_loss:
        Of the probability within each row's observed share of the horizon; lower is better.
    slope, intercept:
        Of a logistic line through the outcomes over the margins; 1 and 0 are perfect.
    expected:
        Events the model expected; ``events`` were seen.
    """

    n: int
    events: int
    expected: float
    auc: float | None
    ks: float | None
    ap: float | None
    brier: float
    log_loss: float
    slope: float | None
    intercept: float | None

    def as_dict(self) -> dict[str, float]:
        """The figures that exist, by name, for a log."""
        return {name: float(value) for name, value in asdict(self).items() if value is not None}


def measure(margins: FloatArray, outcome: FloatArray, exposure: FloatArray, weight: FloatArray) -> Metrics:
    """Figures of margins (whole horizon) against outcomes seen in part of it. All arguments have shape (n,)."""
    offset = np.log(exposure)
    expected = probability_of(margins + offset)
    safe = np.clip(expected, _CLOSEST, 1 - _CLOSEST)
    share = weight / weight.sum()
    both = 0 < outcome.sum() < len(outcome)
    slope, intercept = logistic_line(margins, outcome, offset, weight, pull_to_one=0.0) if both else (None, None)
    return Metrics(
        n=len(outcome),
        events=int(outcome.sum()),
        expected=float(expected @ weight),
        auc=float(roc_auc_score(outcome, margins, sample_weight=weight)) if both else None,
        ks=_largest_gap(outcome, margins, weight) if both else None,
        ap=float(average_precision_score(outcome, margins, sample_weight=weight)) if both else None,
        brier=float(share @ (expected - outcome) ** 2),
        log_loss=float(-share @ (outcome * np.log(safe) + (1 - outcome) * np.log(1 - safe))),
        slope=slope,
        intercept=intercept,
    )


def _largest_gap(outcome: FloatArray, margins: FloatArray, weight: FloatArray) -> float:
    false_share, true_share, _ = roc_curve(outcome, margins, sample_weight=weight)
    return float(np.max(true_share - false_share))
