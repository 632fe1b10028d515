"""An additive model of points per bin: how an expert scorecard is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from expectations.vocabulary.digest import sha256_of
from models.scorer.files import write_model
from models.scorer.protocol import FloatArray, Levels, feature_matrix, log_odds_of, probability_of


@dataclass(frozen=True, slots=True)
class BinnedPoints:
    """Points of one feature, in log-odds.

    Attributes
    ----------
    edges:
        Ascending inner borders. A value equal to a border belongs to the bin above it.
    points:
        One more than there are edges.
    missing:
        Points of an empty value. Experts give none: missing is not bad. A fitted card may have learnt some.
    """

    edges: tuple[float, ...]
    points: tuple[float, ...]
    missing: float = 0.0

    def of(self, values: FloatArray) -> FloatArray:
        """Points of each value, shape (n,)."""
        chosen = np.asarray(self.points)[np.searchsorted(np.asarray(self.edges), values, side="right")]
        points: FloatArray = np.where(np.isnan(values), self.missing, chosen)
        return points

    @property
    def spread(self) -> float:
        """How far this feature can move a margin."""
        return max(*self.points, self.missing) - min(*self.points, self.missing)


@dataclass(frozen=True)
class PointsScorer:
    """Base log-odds plus points per feature.

    Attributes
    ----------
    bins:
        In the order of the contributions.
    base_margin:
        Log-odds of an enterprise with no points.
    levels:
        Common levels of the columns of words, in the order of their risk. A rare word counts as an empty value.
    training:
        Where the points come from, as plain JSON values.
    """

    bins: Mapping[str, BinnedPoints]
    base_margin: float
    base_rate: float
    catalogue_digest: str = ""
    levels: Levels = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["scorecard"]:
        """Says which reader opens the stored files."""
        return "scorecard"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(self.bins)

    @cached_property
    def importances(self) -> Mapping[str, float]:
        """Share of each feature in the sum of all spreads of points."""
        total = sum(points.spread for points in self.bins.values())
        return {name: points.spread / total for name, points in self.bins.items()}

    @property
    def metadata(self) -> dict[str, Any]:
        """The whole model as plain JSON values."""
        return {
            "format": 1,
            "kind": self.kind,
            "bins": [
                {
                    "feature": name,
                    "edges": list(points.edges),
                    "points": list(points.points),
                    "missing": points.missing,
                }
                for name, points in self.bins.items()
            ],
            "base_margin": self.base_margin,
            "base_rate": self.base_rate,
            "catalogue_digest": self.catalogue_digest,
            "levels": {name: list(common) for name, common in self.levels.items()},
            "training": dict(self.training),
        }

    @cached_property
    def digest(self) -> str:
        """Hexadecimal sha256 over the whole model."""
        return sha256_of({"trees": None, "metadata": self.metadata})

    def margins(self, frame: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n,); added column by column, so a row's bits do not depend on its batch."""
        return self.explained(frame)[0]

    def probabilities(self, frame: pd.DataFrame) -> FloatArray:
        """Probability of an adverse event within the whole horizon, shape (n,)."""
        return probability_of(self.margins(frame))

    def margin_contributions(self, frame: pd.DataFrame) -> FloatArray:
        """Points per feature, the base last, shape (n, k + 1)."""
        matrix = feature_matrix(frame, self.feature_names, self.levels)
        for place, name in enumerate(self.feature_names):
            if name in self.levels:
                matrix[matrix[:, place] == 0, place] = np.nan
        contributions = np.empty((len(frame), len(self.bins) + 1))
        for position, points in enumerate(self.bins.values()):
            contributions[:, position] = points.of(matrix[:, position])
        contributions[:, -1] = self.base_margin
        return contributions

    def explained(self, frame: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Margins and contributions of the same rows."""
        contributions = self.margin_contributions(frame)
        margins = contributions[:, -1].copy()
        for column in contributions.T[:-1]:
            margins += column
        return margins, contributions

    def at_base_rate(self, base_rate: float, base_margin: float | None = None) -> PointsScorer:
        """The same points over another population; the base is the population's log-odds unless given."""
        base = log_odds_of(base_rate) if base_margin is None else base_margin
        return replace(self, base_rate=base_rate, base_margin=base)

    def save(self, directory: Path) -> None:
        """Write ``model.json`` into the directory."""
        write_model(directory, self.metadata, self.digest)


def points_scorer_from(metadata: Mapping[str, Any]) -> PointsScorer:
    """The scorer that wrote this metadata."""
    return PointsScorer(
        bins={
            entry["feature"]: BinnedPoints(tuple(entry["edges"]), tuple(entry["points"]), entry["missing"])
            for entry in metadata["bins"]
        },
        base_margin=metadata["base_margin"],
        base_rate=metadata["base_rate"],
        catalogue_digest=metadata["catalogue_digest"],
        levels={name: tuple(common) for name, common in metadata["levels"].items()},
        training=metadata["training"],
    )
