"""How large a model the data can carry: a short list of sizes, and the choice among them by unseen rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_ROUNDS_PER_RATE = 60
_COLUMNS_SEEN = 4


@dataclass(frozen=True, slots=True)
class Capacity:
    """One size of model.

    Attributes
    ----------
    rows_in_leaf:
        Smallest leaf.
    l2:
        Ridge on leaf values.
    events_from:
        Offered only when the rarer class has at least this many rows.
    """

    name: str
    leaves: int
    rows_in_leaf: int
    rate: float
    l2: float
    column_share: float
    events_from: int

    @property
    def most_rounds(self) -> int:
        """Where boosting stops even when it still improves."""
        return int(_ROUNDS_PER_RATE / self.rate)

    def parameters(self, columns: int) -> dict[str, Any]:
        """LightGBM's names for it, for so many columns.

        Bagging keeps single rows from deciding a split. Of few columns every tree sees at least four, or no tree could
        combine them.
        """
        return {
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.rows_in_leaf,
            "learning_rate": self.rate,
            "lambda_l2": self.l2,
            "feature_fraction": max(self.column_share, min(1.0, _COLUMNS_SEEN / columns)),
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
        }


CAPACITIES = (
    Capacity("stumps", leaves=2, rows_in_leaf=5, rate=0.05, l2=5.0, column_share=0.5, events_from=0),
    Capacity("pairs", leaves=4, rows_in_leaf=10, rate=0.04, l2=5.0, column_share=0.5, events_from=30),
    Capacity("small", leaves=8, rows_in_leaf=15, rate=0.05, l2=3.0, column_share=0.5, events_from=100),
    Capacity("medium", leaves=15, rows_in_leaf=20, rate=0.05, l2=3.0, column_share=0.5, events_from=300),
    Capacity("large", leaves=31, rows_in_leaf=20, rate=0.05, l2=3.0, column_share=0.5, events_from=1000),
)


def affordable(rarer_class: int) -> tuple[Capacity, ...]:
    """The sizes worth trying for so many rows of the rarer class, smallest first."""
    return tuple(capacity for capacity in CAPACITIES if capacity.events_from <= rarer_class)
