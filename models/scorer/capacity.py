"""How large a model the data can carry: a short list of sizes, and the choice among them by unseen rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_ROUNDS_PER_RATE = 60
_COLUMNS_SEEN = 4
_ROWS_FOR_LARGER_STEPS = 100_000
_ROWS_PER_LEAF_ROW = 20_000
_LEVEL_ROWS = 100
_ROWS_PER_LEVEL_ROW = 50


@dataclass(frozen=True, slots=True)
class Capacity:
    """One size of model.

    Attributes
    ----------
    rows_in_leaf:
        Smallest leaf; larger where there are very many rows.
    l2:
        Ridge on leaf values.
    events_from, events_to:
        Offered only when the rarer class has that many rows.
    """

    name: str
    leaves: int
    rows_in_leaf: int
    rate: float
    l2: float
    column_share: float
    events_from: int
    events_to: int = 10**9

    def most_rounds(self, rows: int) -> int:
        """Where boosting stops even when it still improves."""
        return int(_ROUNDS_PER_RATE / self._rate(rows))

    def parameters(self, rows: int, columns: int) -> dict[str, Any]:
        """LightGBM's names for it, for so many rows and columns.

        Bagging keeps single rows from deciding a split. Of few columns every tree sees at least four, or no tree could
        combine them. A level of a categorical column may be judged by fewer rows where there are few.
        """
        return {
            "num_leaves": self.leaves,
            "min_data_in_leaf": max(self.rows_in_leaf, rows // _ROWS_PER_LEAF_ROW),
            "learning_rate": self._rate(rows),
            "lambda_l2": self.l2,
            "feature_fraction": max(self.column_share, min(1.0, _COLUMNS_SEEN / columns)),
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "min_data_per_group": min(_LEVEL_ROWS, max(5, rows // _ROWS_PER_LEVEL_ROW)),
        }

    def _rate(self, rows: int) -> float:
        """Small steps average out noise; where rows do that already, larger ones save time."""
        return 2 * self.rate if rows > _ROWS_FOR_LARGER_STEPS else self.rate


CAPACITIES = (
    Capacity("stumps", leaves=2, rows_in_leaf=5, rate=0.05, l2=5.0, column_share=0.5, events_from=0, events_to=3000),
    Capacity("pairs", leaves=4, rows_in_leaf=10, rate=0.04, l2=5.0, column_share=0.3, events_from=30, events_to=10_000),
    Capacity("small", leaves=8, rows_in_leaf=10, rate=0.04, l2=5.0, column_share=0.3, events_from=100),
    Capacity("medium", leaves=15, rows_in_leaf=10, rate=0.05, l2=1.0, column_share=0.6, events_from=300),
    Capacity("large", leaves=31, rows_in_leaf=10, rate=0.05, l2=0.0, column_share=1.0, events_from=300),
    Capacity("huge", leaves=63, rows_in_leaf=20, rate=0.05, l2=0.0, column_share=0.8, events_from=5000),
)


def affordable(rarer_class: int) -> tuple[Capacity, ...]:
    """The sizes worth trying for so many rows of the rarer class, smallest first."""
    return tuple(one for one in CAPACITIES if one.events_from <= rarer_class < one.events_to)


def members(rows: int) -> int:
    """How many fits with different draws are averaged: where rows are few, what one draw happens to say is noise."""
    return max(count for most, count in ((10**9, 1), (20_000, 2), (5_000, 4)) if rows <= most)
