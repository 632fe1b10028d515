"""What every model of the platform can do, whether learnt or written down as policy.

A *margin* is the calibrated log-odds of an adverse event within the horizon. All models add: a margin is the sum of
one contribution per feature and a base, so that a reason is a number that can be checked and not a story.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.scorer.errors import FeatureMismatchError

FloatArray: TypeAlias = npt.NDArray[np.float64]
ScorerKind: TypeAlias = Literal["scorecard", "lightgbm"]
_ROWS_AT_ONCE = 512
Levels: TypeAlias = Mapping[str, tuple[str, ...]]
"""Common levels of each column of words; see ``models.scorer.levels``."""


class Scorer(Protocol):
    """A frozen model: same rows, same bits, on any number of threads and in any batch."""

    @property
    def kind(self) -> ScorerKind:
        """Which kind of model it is."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns it reads, in the order of its contributions. A frame may hold more."""
        ...

    @property
    def catalogue_digest(self) -> str:
        """The catalogue it was made for; empty without one."""
        ...

    @property
    def base_rate(self) -> float:
        """p0, what a score is measured against."""
        ...

    @property
    def digest(self) -> str:
        """Hexadecimal sha256 of everything that decides a number: trees or points, calibration, metadata."""
        ...

    @property
    def importances(self) -> Mapping[str, float]:
        """Share of each feature in the model's spread of margins; adds up to 1."""
        ...

    def margins(self, frame: pd.DataFrame) -> FloatArray:
        """Calibrated log-odds, shape (n,)."""
        ...

    def probabilities(self, frame: pd.DataFrame) -> FloatArray:
        """Probability of an adverse event within the horizon, shape (n,)."""
        ...

    def margin_contributions(self, frame: pd.DataFrame) -> FloatArray:
        """Shape (n, k + 1), in log-odds: one column per feature and the base last. A row adds up to its margin."""
        ...

    def explained(self, frame: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Margins and contributions of the same rows, for the price of reading the frame once."""
        ...

    def save(self, directory: Path) -> None:
        """Write the model as text. The directory is made; files of the same names are replaced."""
        ...


def feature_matrix(frame: pd.DataFrame, names: tuple[str, ...], levels: Levels | None = None) -> FloatArray:
    """The model's columns as a C-ordered float matrix, shape (n, k); an empty value is NaN, a word its level's number.

    Raises
    ------
    FeatureMismatchError
        When a column is absent, or holds something that is not a number and has no levels.
    """
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise FeatureMismatchError(
            f"The feature table lacks {len(absent)} columns of the model, first '{absent[0]}'.",
            "Use the model with the catalogue it was trained for, or train a new one.",
        )
    columns = [_column(frame[name], levels.get(name) if levels else None) for name in names]
    matrix = np.empty((len(frame), len(names)), dtype=np.float64)
    for first in range(0, len(frame), _ROWS_AT_ONCE):
        # As many rows as stay in the cache: writing whole columns across rows costs as much as a small model.
        block = matrix[first : first + _ROWS_AT_ONCE]
        for position, column in enumerate(columns):
            block[:, position] = column[first : first + _ROWS_AT_ONCE]
        endless = np.isinf(block)
        if endless.any():
            block[endless] = np.nan
    return matrix


def _column(column: pd.Series, common: tuple[str, ...] | None) -> FloatArray:
    if common is not None:
        return level_numbers(column, common)
    try:
        if column.dtype == np.float64:
            return column.to_numpy(dtype=np.float64)
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise FeatureMismatchError(
            f"Column '{column.name}' holds values that are not numbers.", "Features are numbers or empty."
        ) from error


def level_numbers(column: pd.Series, common: tuple[str, ...]) -> FloatArray:
    """Each word's place among the common levels, from 1; 0 for any other word, NaN for none. Shape (n,)."""
    codes, words = pd.factorize(column, use_na_sentinel=True)
    places = pd.Index(common, dtype=object).get_indexer(pd.Index([str(word) for word in words], dtype=object)) + 1.0
    return np.append(places, np.nan)[codes]


def probability_of(margins: FloatArray) -> FloatArray:
    """Log-odds to probability, without overflow at either end."""
    small = np.exp(-np.abs(margins))
    probabilities: FloatArray = np.where(margins >= 0, 1.0, small) / (1.0 + small)
    return probabilities


def log_odds_of(probability: float) -> float:
    """Probability, strictly between 0 and 1, to log-odds."""
    return float(np.log(probability) - np.log1p(-probability))
