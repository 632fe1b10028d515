"""A frozen LightGBM model: native text, calibration, exact contributions. Nothing in it is pickled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import lightgbm
import numpy as np
import pandas as pd

from expectations.errors import IntegrityError
from expectations.vocabulary.digest import sha256_of, sha256_text
from models.scorer.calibration import Calibration
from models.scorer.files import write_model
from models.scorer.forest.contributions import ForestExplainer
from models.scorer.points import PointsScorer, points_scorer_from
from models.scorer.protocol import FloatArray, Levels, feature_matrix, probability_of

_ADDS_UP_TO = 1e-9
_CELLS_WORTH_THREADS = 1_000_000


def threads_for(matrix: FloatArray) -> int:
    """One thread where several would only wait for each other; else 0, LightGBM's own choice. Never changes a bit."""
    return 1 if matrix.size < _CELLS_WORTH_THREADS else 0


def trees_text(booster: lightgbm.Booster) -> str:
    """The booster's native text up to its last tree.

    What follows holds the number of threads, so two equal models would differ in it; prediction does not need it.
    """
    text: str = booster.model_to_string()
    return text.partition("end of trees")[0] + "end of trees\n"


@dataclass(frozen=True)
class TreeScorer:
    """LightGBM trees, on top of expert points where there are any, under a sigmoid calibration.

    Attributes
    ----------
    trees:
        LightGBM's native text without the parameter block.
    base_margin:
        Log-odds the boosting started from; LightGBM's own prediction does not include it.
    monotone:
        Constraint per feature: 1 rising, -1 falling, 0 none.
    prior:
        Expert points that the trees correct: what a small zone cannot teach is taken from people who know. Their
        features are among ``feature_names``; their own base is not used.
    levels:
        Common levels of the columns of words.
    training:
        Facts of the fit that a reader of the model may want: rows, events, profile, rounds. Plain JSON values.
    """

    trees: str
    feature_names: tuple[str, ...]
    base_margin: float
    calibration: Calibration
    base_rate: float
    monotone: tuple[int, ...]
    importances: Mapping[str, float]
    catalogue_digest: str = ""
    prior: PointsScorer | None = None
    levels: Levels = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["lightgbm"]:
        """Says which reader opens the stored files."""
        return "lightgbm"

    @property
    def metadata(self) -> dict[str, Any]:
        """Everything but the trees, as plain JSON values."""
        return {
            "format": 1,
            "kind": self.kind,
            "feature_names": list(self.feature_names),
            "catalogue_digest": self.catalogue_digest,
            "monotone": list(self.monotone),
            "base_margin": self.base_margin,
            "calibration": {"slope": self.calibration.slope, "intercept": self.calibration.intercept},
            "base_rate": self.base_rate,
            "importances": dict(self.importances),
            "prior": self.prior.metadata if self.prior else None,
            "levels": {name: list(common) for name, common in self.levels.items()},
            "training": dict(self.training),
        }

    @cached_property
    def digest(self) -> str:
        """Hexadecimal sha256 over the trees and the metadata."""
        return sha256_of({"trees": sha256_text(self.trees), "metadata": self.metadata})

    @cached_property
    def _booster(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self.trees)

    @cached_property
    def _explainer(self) -> ForestExplainer:
        return ForestExplainer(self.trees)

    def _matrix(self, frame: pd.DataFrame) -> FloatArray:
        return feature_matrix(frame, self.feature_names, self.levels)

    def _raw(self, matrix: FloatArray) -> FloatArray:
        if not len(matrix):
            return np.empty(0)
        predicted = self._booster.predict(matrix, raw_score=True, num_threads=threads_for(matrix))
        raw: FloatArray = np.asarray(predicted, dtype=np.float64) + self.base_margin
        for column in self._prior_points(matrix).T:
            raw += column
        return raw

    def _prior_points(self, matrix: FloatArray) -> FloatArray:
        """Expert points by column of the matrix, shape (n, k); zeros without a prior."""
        return points_by_column(self.prior, self.feature_names, matrix)

    def margins(self, frame: pd.DataFrame) -> FloatArray:
        """Calibrated log-odds, shape (n,)."""
        return self.calibration.apply(self._raw(self._matrix(frame)))

    def probabilities(self, frame: pd.DataFrame) -> FloatArray:
        """Probability of an adverse event within the whole horizon, shape (n,)."""
        return probability_of(self.margins(frame))

    def margin_contributions(self, frame: pd.DataFrame) -> FloatArray:
        """Exact Shapley values of the calibrated margin, shape (n, k + 1), the base last.

        Raises
        ------
        IntegrityError
            When a row does not add up to its margin within 1e-9. The margin is LightGBM's own, the contributions are
            ours: a reason that does not add up must not reach a decision.
        """
        return self.explained(frame)[1]

    def explained(self, frame: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Margins and contributions of the same rows; raises as ``margin_contributions`` does."""
        matrix = self._matrix(frame)
        margins = self.calibration.apply(self._raw(matrix))
        contributions = self._explainer.contributions(matrix)
        contributions[:, :-1] += self._prior_points(matrix)
        contributions *= self.calibration.slope
        contributions[:, -1] += self.calibration.slope * self.base_margin + self.calibration.intercept
        worst = np.abs(contributions.sum(axis=1) - margins).max(initial=0.0)
        if worst > _ADDS_UP_TO:
            raise IntegrityError(
                f"Contributions of model {self.digest[:12]} miss their margin by {worst:.3g}.",
                "Do not use this model; compare LightGBM's version with the one it was trained with.",
            )
        return margins, contributions

    def save(self, directory: Path) -> None:
        """Write ``trees.txt`` and ``model.json`` into the directory."""
        write_model(directory, self.metadata, self.digest, self.trees)


def points_by_column(prior: PointsScorer | None, names: tuple[str, ...], matrix: FloatArray) -> FloatArray:
    """Expert points of each value of a matrix whose columns are named, shape (n, k)."""
    points = np.zeros_like(matrix)
    for name, bins in prior.bins.items() if prior else ():
        place = names.index(name)
        points[:, place] = bins.of(matrix[:, place])
    return points


def tree_scorer_from(metadata: Mapping[str, Any], trees: str) -> TreeScorer:
    """The scorer that wrote this metadata and these trees."""
    return TreeScorer(
        trees=trees,
        feature_names=tuple(metadata["feature_names"]),
        base_margin=metadata["base_margin"],
        calibration=Calibration(**metadata["calibration"]),
        base_rate=metadata["base_rate"],
        monotone=tuple(metadata["monotone"]),
        importances=metadata["importances"],
        catalogue_digest=metadata["catalogue_digest"],
        prior=points_scorer_from(metadata["prior"]) if metadata["prior"] else None,
        levels={name: tuple(common) for name, common in metadata["levels"].items()},
        training=metadata["training"],
    )
