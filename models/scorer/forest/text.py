"""LightGBM's native text, read into arrays.

The text is the form in which a model is kept and digested, so it is also where its parts are taken from. Field names
and their meaning: LightGBM, ``src/io/tree.cpp`` (``Tree::ToString``) and ``include/LightGBM/tree.h``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.scorer.errors import ModelFileError
from models.scorer.protocol import FloatArray

IntArray: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """One tree of n leaves and n - 1 splits.

    Attributes
    ----------
    feature, threshold, decision:
        Per split. ``decision`` is LightGBM's bit field; of a categorical split, ``threshold`` is the number of its set.
    left, right:
        Per split, what lies below: another split, or ``~leaf``.
    split_rows, leaf_rows:
        Training rows that reached each split and leaf.
    set_starts, sets:
        Bits of the categories that go left, 32 to a word; set s has the words from ``set_starts[s]`` to the next start.
    """

    feature: IntArray
    threshold: FloatArray
    decision: IntArray
    left: IntArray
    right: IntArray
    leaf_value: FloatArray
    leaf_rows: IntArray
    split_rows: IntArray
    set_starts: IntArray
    sets: IntArray

    @property
    def leaves(self) -> int:
        """Number of leaves; a tree of one leaf splits nothing."""
        return len(self.leaf_value)

    @property
    def mean(self) -> float:
        """The tree's value averaged over its training rows."""
        if self.leaves == 1:
            return float(self.leaf_value[0])
        return float((self.leaf_value * (self.leaf_rows / self.split_rows[0])).sum())


def read_forest(text: str) -> list[Tree]:
    """The trees of a model.

    Raises
    ------
    ModelFileError
        When the text is not LightGBM's, or its leaves hold linear models.
    """
    return [_tree(_fields(block)) for block in _blocks(text)]


def _blocks(text: str) -> list[str]:
    """The text of each tree, without its number."""
    header, _, rest = text.partition("\nTree=")
    if not header.startswith("tree\n") or "end of trees" not in text:
        raise ModelFileError("The trees are not LightGBM's native text.", "Take the model from the registry again.")
    body = rest.partition("end of trees")[0]
    return [block.partition("\n")[2] for block in body.split("Tree=")] if rest else []


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", maxsplit=1) for line in block.splitlines() if "=" in line)


def _tree(fields: dict[str, str]) -> Tree:
    if fields.get("is_linear", "0") != "0":
        raise ModelFileError("The leaves hold linear models, which have no exact contributions.", "Train without them.")

    def whole(name: str) -> IntArray:
        return np.array(fields.get(name, "").split(), dtype=np.int64)

    def real(name: str) -> FloatArray:
        return np.array(fields.get(name, "").split(), dtype=np.float64)

    return Tree(
        feature=whole("split_feature"),
        threshold=real("threshold"),
        decision=whole("decision_type"),
        left=whole("left_child"),
        right=whole("right_child"),
        leaf_value=real("leaf_value"),
        leaf_rows=whole("leaf_count"),
        split_rows=whole("internal_count"),
        set_starts=whole("cat_boundaries"),
        sets=whole("cat_threshold"),
    )


def average_of(texts: Sequence[str]) -> str:
    """The model whose margin is the mean of several models' margins: all their trees, with leaves scaled down.

    The models must have been fitted on the same columns. The header is the first one's.
    """
    share = 1.0 / len(texts)
    blocks = [_scaled(block, share) for text in texts for block in _blocks(text)]
    trees = [f"Tree={number}\n{block}" for number, block in enumerate(blocks)]
    header = texts[0].partition("\nTree=")[0].splitlines()
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    lines = [f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in header]
    return "\n".join(lines) + "\n\n" + "".join(trees) + "end of trees\n"


def _scaled(block: str, share: float) -> str:
    """A tree's text with every leaf's value times a share."""
    lines = []
    for line in block.splitlines(keepends=True):
        name, _, values = line.partition("=")
        scaled = (f"{float(value) * share:.17g}" for value in values.split()) if name == "leaf_value" else ()
        lines.append(f"leaf_value={' '.join(scaled)}\n" if name == "leaf_value" else line)
    return "".join(lines)
