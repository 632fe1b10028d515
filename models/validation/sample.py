"""The rows a version is validated on, with what it says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectations.vocabulary.grade import Grade
from models.grade.score import score_of
from models.policy.inforce import Policy
from models.scorer.protocol import FloatArray, Scorer, probability_of
from models.training.panel import Labelled

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Rows with their outcome and a model's margin; every array has shape (n,).

    Attributes
    ----------
    margins:
        Calibrated log-odds over the whole horizon.
    outcome, exposure, weight:
        As in ``Labelled``: 1.0 where an event was seen, the observed share of the horizon, rows stood for.
    enterprises, dates:
        Whose row it is, and its D. Rows of one enterprise are one cluster.
    grades:
        By score alone, held at the floor, as ``grade_model`` of a decision without an official fact.
    """

    margins: FloatArray
    outcome: FloatArray
    exposure: FloatArray
    weight: FloatArray
    enterprises: npt.NDArray[np.object_]
    dates: npt.NDArray[np.object_]
    grades: npt.NDArray[np.object_]

    @classmethod
    def of(cls, rows: Labelled, scorer: Scorer, policy: Policy) -> Sample:
        """What a model says of labelled rows."""
        margins = scorer.margins(rows.features)
        return cls(
            margins=margins,
            outcome=rows.outcome,
            exposure=rows.exposure,
            weight=rows.weight,
            enterprises=rows.enterprises,
            dates=rows.dates,
            grades=grades_of(probability_of(margins), scorer.base_rate, policy),
        )

    @property
    def expected(self) -> FloatArray:
        """Probability of an event within the observed part of each row's horizon."""
        return probability_of(self.margins + np.log(self.exposure))

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        """The number of each row's enterprise, from 0."""
        _, owner = np.unique(self.enterprises.astype(str), return_inverse=True)
        return owner.astype(np.int64)

    def where(self, kept: BoolArray | npt.NDArray[np.int64]) -> Sample:
        """Some of the rows."""
        return Sample(**{name: getattr(self, name)[kept] for name in self.__dataclass_fields__})

    def one_row_each(self) -> Sample:
        """One row per enterprise, the one observed longest and then the earliest.

        An enterprise's months are nearly copies of each other: a test that takes them for independent calls ordinary
        scatter significant.
        """
        order = np.lexsort((self.dates.astype("datetime64[D]"), -self.exposure, self.enterprises.astype(str)))
        _, first = np.unique(self.enterprises.astype(str)[order], return_index=True)
        return self.where(order[first])


def grades_of(probabilities: FloatArray, base_rate: float, policy: Policy) -> npt.NDArray[np.object_]:
    """The grade by score of each probability, shape (n,), held at the floor that only an official fact lifts."""
    scores = (score_of(float(p), base_rate, policy.scale) for p in probabilities)
    return np.array([policy.scale.grade_of(max(score, policy.floor_score)) for score in scores], dtype=object)


GRADES = tuple(Grade)
"""Best first."""
