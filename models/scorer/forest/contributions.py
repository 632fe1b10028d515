"""Exact contributions of a forest: Shapley values of its raw margin given the training rows in each branch."""

from __future__ import annotations

import numpy as np

from models.scorer.forest.loops import add_forest
from models.scorer.forest.text import read_forest
from models.scorer.forest.walk import lay_out
from models.scorer.protocol import FloatArray

_ROWS_AT_ONCE = 2048
"""As many as stay in the processor's cache while all trees pass over them."""


class ForestExplainer:
    """LightGBM's ``pred_contrib`` with better complexity; see ``walk`` for the method.

    Parameters
    ----------
    text:
        LightGBM's native text.
    """

    def __init__(self, text: str) -> None:
        trees = read_forest(text)
        self._walk = lay_out(trees)
        self.mean = sum(tree.mean for tree in trees)

    def contributions(self, matrix: FloatArray) -> FloatArray:
        """Shapley values of the raw margin, shape (n, k + 1), the mean last; from values of shape (n, k)."""
        found = np.empty((len(matrix), matrix.shape[1] + 1))
        for first in range(0, len(matrix), _ROWS_AT_ONCE):
            values = np.ascontiguousarray(matrix[first : first + _ROWS_AT_ONCE].T)
            phi = np.zeros_like(values)
            add_forest(self._walk, values, phi)
            found[first : first + _ROWS_AT_ONCE, :-1] = phi.T
        found[:, -1] = self.mean
        return found
