"""Pictures of a comparison, drawn to bytes without a display. Same figures, same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from models.scorer.protocol import FloatArray, probability_of

_BINS = 10


def comparison_plots(
    margins: Mapping[str, FloatArray], outcome: FloatArray, exposure: FloatArray, importances: Mapping[str, float]
) -> dict[str, bytes]:
    """PNG files by name: ``roc.png``, ``calibration.png`` and ``importance.png``.

    Parameters
    ----------
    margins:
        Per model name, margins of the same rows, shape (n,).
    outcome, exposure:
        Of those rows, shape (n,).
    importances:
        Of the model worth showing.
    """
    return {
        "roc.png": _roc(margins, outcome),
        "calibration.png": _calibration(margins, outcome, exposure),
        "importance.png": _importance(importances),
    }


def _roc(margins: Mapping[str, FloatArray], outcome: FloatArray) -> bytes:
    figure = Figure(figsize=(5, 5))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.8")
    if 0 < outcome.sum() < len(outcome):
        for name, scores in margins.items():
            false_share, true_share, _ = roc_curve(outcome, scores)
            axes.plot(false_share, true_share, label=name)
        axes.legend()
    axes.set(
        xlabel="share of good enterprises flagged", ylabel="share of adverse events caught", title="ROC, out of time"
    )
    return _png(figure)


def _calibration(margins: Mapping[str, FloatArray], outcome: FloatArray, exposure: FloatArray) -> bytes:
    """Observed against expected in tenths of the rows, ordered by expectation."""
    figure = Figure(figsize=(5, 5))
    axes = figure.add_subplot()
    highest = 0.0
    for name, scores in margins.items():
        expected = probability_of(scores + np.log(exposure))
        parts = [part for part in np.array_split(np.argsort(expected, kind="stable"), _BINS) if len(part)]
        points = np.array([(expected[part].mean(), outcome[part].mean()) for part in parts])
        axes.plot(points[:, 0], points[:, 1], marker="o", label=name)
        highest = max(highest, float(points.max()))
    axes.plot([0, highest], [0, highest], color="0.8")
    axes.set(xlabel="expected", ylabel="observed", title="Calibration by tenths, out of time")
    axes.legend()
    return _png(figure)


def _importance(importances: Mapping[str, float]) -> bytes:
    largest = sorted(importances.items(), key=lambda item: (-item[1], item[0]))[:20]
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.add_subplot()
    axes.barh([name for name, _ in reversed(largest)], [share for _, share in reversed(largest)])
    axes.set(xlabel="share of the spread of margins", title="Features that move the model most")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    FigureCanvasAgg(figure)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    return stream.getvalue()
