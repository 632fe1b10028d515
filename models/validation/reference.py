"""What a model's inputs and scores looked like when it was made: the yardstick of drift, kept beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.scorer.protocol import FloatArray, Scorer
from models.validation.stability import Shift, bin_edges, counts_in, shift

MARGIN = "margin"
"""The name under which the score's own distribution stands."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts over bins; missing values are the last count."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Reference:
    """Distributions by feature, and of the margin.

    Attributes
    ----------
    enterprises:
        Independent units behind the counts, which may be rows of several dates.
    """

    enterprises: int
    distributions: Mapping[str, Distribution]

    @classmethod
    def of(cls, scorer: Scorer, frame: pd.DataFrame, enterprises: int) -> Reference:
        """What a model sees, and says, on the rows it was made from."""
        columns = {name: frame[name].to_numpy(dtype=np.float64) for name in scorer.feature_names}
        columns[MARGIN] = scorer.margins(frame)
        return cls(enterprises, {name: _distribution(values) for name, values in columns.items()})

    def drift(self, scorer: Scorer, frame: pd.DataFrame, enterprises: int, level: float) -> dict[str, Shift]:
        """Stability index per feature and of the margin, against the rows of another day."""
        columns: dict[str, FloatArray] = {name: frame[name].to_numpy(dtype=np.float64) for name in scorer.feature_names}
        columns[MARGIN] = scorer.margins(frame)
        return {
            name: shift(told.counts, counts_in(columns[name], told.edges), level, (self.enterprises, enterprises))
            for name, told in self.distributions.items()
            if name in columns
        }

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        told = {
            name: {"edges": list(one.edges), "counts": list(one.counts)} for name, one in self.distributions.items()
        }
        return {"enterprises": self.enterprises, "distributions": told}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Reference:
        """The reference that was written."""
        return cls(
            content["enterprises"],
            {
                name: Distribution(tuple(one["edges"]), tuple(one["counts"]))
                for name, one in content["distributions"].items()
            },
        )


def _distribution(values: FloatArray) -> Distribution:
    edges = bin_edges(values)
    return Distribution(tuple(map(float, edges)), tuple(counts_in(values, edges)))
