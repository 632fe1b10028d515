"""What each feature says by itself: a single one that nearly tells the outcome has probably seen it.

A whole model may stay below every suspicion while one feature carries the future. In credit no honest single feature
ranks like a good model, and a leak is one column, so it is asked for column by column, out of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.scorer.protocol import FloatArray
from models.validation.discrimination import Estimate, RankedRows, Resampling, discrimination
from models.validation.sample import Sample

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Alone:
    """One feature as if it were the model.

    Attributes
    ----------
    auc:
        In the better direction, empty values on the better side; at least one half. With an interval.
    """

    feature: str
    auc: Estimate


def strongest_alone(
    sample: Sample, features: pd.DataFrame, names: Sequence[str], resampling: Resampling
) -> tuple[Alone, ...]:
    """The features that rank best by themselves, strongest first.

    Parameters
    ----------
    sample:
        Outcomes, weights and owners of the rows; its margins are not used.
    features, names:
        The rows' features in the order of the sample, and those the model reads.
    resampling:
        How the intervals are drawn.
    """
    if not 0 < sample.outcome.sum() < len(sample.outcome):
        return ()
    best = {name: _best_ranking(features[name].to_numpy(dtype=np.float64), sample) for name in names}
    strongest = sorted(best, key=lambda name: (-best[name][0], name))[:_SHOWN]
    return tuple(
        Alone(name, discrimination(replace(sample, margins=best[name][1]), resampling).auc) for name in strongest
    )


def _best_ranking(values: FloatArray, sample: Sample) -> tuple[float, FloatArray]:
    """The largest AUC among both directions and both places for empty values, and the ranking that has it."""
    empty = np.isnan(values)
    known = values[~empty]
    low, high = (known.min() - 1.0, known.max() + 1.0) if len(known) else (0.0, 0.0)
    rankings = [sign * np.where(empty, place, values) for sign in (1.0, -1.0) for place in (low, high)]
    return max(
        ((RankedRows(one, sample.outcome).auc(sample.weight), one) for one in rankings), key=lambda pair: pair[0]
    )
