"""Columns of words: which levels have a number of their own, and the number of a value.

Level numbers are what LightGBM's categorical splits work on. Levels with very few rows share the number 0 with every
level that training never saw: of both, nothing is known but that they are not one of the common ones. A missing value
has no number.
"""

from __future__ import annotations

import pandas as pd

from models.scorer.protocol import Levels, level_numbers

_FEWEST_ROWS = 5
_MOST_LEVELS = 500


def levels_of(frame: pd.DataFrame) -> Levels:
    """Column name to its common levels, the most frequent first, for every column that does not hold numbers."""
    return {
        str(name): _common(frame[name])
        for name in frame.columns
        if not (pd.api.types.is_numeric_dtype(frame[name].dtype) or pd.api.types.is_bool_dtype(frame[name].dtype))
    }


def _common(column: pd.Series) -> tuple[str, ...]:
    counts = column.dropna().astype(str).value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return tuple(str(level) for level, rows in ordered[:_MOST_LEVELS] if rows >= _FEWEST_ROWS)


def numbered(frame: pd.DataFrame, levels: Levels) -> pd.DataFrame:
    """The frame with each column of words replaced by its levels' numbers; a column that is absent stays absent."""
    present = {name: level_numbers(frame[name], common) for name, common in levels.items() if name in frame.columns}
    return frame.assign(**present) if present else frame
