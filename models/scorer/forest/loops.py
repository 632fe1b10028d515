"""The walk itself, compiled: many rows side by side, so that every operation runs over a block of them.

Each row's own operations keep their order, whatever block it is in: a row has the same bits alone and in a batch.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from features.compiled import compiled
from models.scorer.forest.text import IntArray
from models.scorer.forest.walk import CATEGORY, NUMBER_ZERO_IS_EMPTY, Walk
from models.scorer.protocol import FloatArray

BLOCK = 64
_NOTHING = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: a value nearer to zero counts as zero."""

Marks: TypeAlias = FloatArray
"""1.0 for yes and 0.0 for no: as wide as the numbers they choose between, so that both fit one vector instruction."""


@compiled
def add_forest(walk: Walk, values: FloatArray, phi: FloatArray) -> None:
    """Add every tree's exact Shapley values.

    Parameters
    ----------
    walk:
        The forest.
    values:
        Feature values, shape (features, rows).
    phi:
        Shape (features, rows); added to in place, tree by tree.
    """
    deepest = walk.depth.max() + 1 if len(walk.depth) else 1
    most = walk.met.shape[1]
    down = np.ones((deepest, most, BLOCK))
    up = np.zeros((deepest, most, BLOCK))
    goes_left = np.zeros((deepest, BLOCK))
    meets = np.ones((deepest, BLOCK))
    open_edges = np.zeros(deepest, dtype=np.int64)
    rows = values.shape[1]
    for tree in range(len(walk.nodes)):
        for first in range(0, rows, BLOCK):
            block = (first, min(first + BLOCK, rows))
            add_tree(walk, tree, block, values, phi, down, up, goes_left, meets, open_edges)


@compiled
def add_tree(  # noqa: PLR0913, PLR0917 - working space is given, so that it is made once
    walk: Walk,
    tree: int,
    block: tuple[int, int],
    values: FloatArray,
    phi: FloatArray,
    down: FloatArray,
    up: FloatArray,
    goes_left: Marks,
    meets: Marks,
    open_edges: IntArray,
) -> None:
    """Add one tree's values for one block of rows.

    ``down`` holds the running product at each depth, ``up`` the sums of the leaves already seen below it.
    """
    nodes, (first, last) = walk.nodes[tree], block
    rows = last - first
    for edge in range(walk.first_edge[tree], walk.first_edge[tree + 1]):
        depth = walk.depth[edge]
        if walk.is_left[edge]:
            decide(walk, edge, values[walk.feature[edge], first:last], goes_left[depth])
        follow(walk, edge, goes_left[depth], meets[walk.upper[edge]], meets[depth])
        multiply(walk, edge, (nodes, rows), down[depth - 1], meets[walk.upper[edge]], meets[depth], down[depth])
        if not walk.is_leaf[edge]:
            open_edges[depth] = edge
            up[depth, :nodes] = 0.0
            continue
        down[depth, :nodes] *= walk.value[edge]
        credited = phi[walk.feature[edge], first:last]
        close(walk, edge, nodes, down[depth], meets[walk.upper[edge]], meets[depth], up[depth - 1], credited)
        for above in range(depth - 1, depth - 1 - walk.closes[edge], -1):
            ended = open_edges[above]
            credited = phi[walk.feature[ended], first:last]
            close(walk, ended, nodes, up[above], meets[walk.upper[ended]], meets[above], up[above - 1], credited)


@compiled
def decide(walk: Walk, edge: int, values: FloatArray, goes_left: Marks) -> None:
    """Which rows the split above an edge sends left, as LightGBM decides it."""
    threshold, empty_left = walk.threshold[edge], walk.empty_left[edge] != 0
    kind = walk.kind[edge]
    if kind == CATEGORY:
        for row in range(len(values)):
            goes_left[row] = 1.0 if is_in_set(walk, edge, values[row]) else 0.0
        return
    for row in range(len(values)):
        value = values[row]
        goes_left[row] = 1.0 if (value <= threshold) | (empty_left & (value != value)) else 0.0  # noqa: PLR0124 - empty is NaN
    if kind == NUMBER_ZERO_IS_EMPTY:
        for row in range(len(values)):
            if abs(values[row]) <= _NOTHING:
                goes_left[row] = 1.0 if empty_left else 0.0


@compiled
def is_in_set(walk: Walk, edge: int, value: float) -> bool:
    """Whether a category is among those that go left."""
    if not -1.0 < value < 32.0 * walk.words[edge]:
        return False
    category = int(value)
    word = walk.sets[int(walk.threshold[edge]) + category // 32]
    return bool((word >> (category % 32)) & 1)


@compiled
def follow(walk: Walk, edge: int, goes_left: Marks, upper: Marks, meets: Marks) -> None:
    """Which rows meet all conditions on the edge's feature so far. ``upper`` is true where there was none yet."""
    wanted = 1.0 if walk.is_left[edge] else 0.0
    for row in range(len(meets)):
        meets[row] = upper[row] if goes_left[row] == wanted else 0.0


@compiled
def multiply(  # noqa: PLR0913, PLR0917 - see add_tree
    walk: Walk, edge: int, size: tuple[int, int], above: FloatArray, upper: Marks, meets: Marks, below: FloatArray
) -> None:
    """The running product below an edge, from the one above it."""
    failed_above = walk.failed_above[edge]
    nodes, rows = size
    for node in range(nodes):
        met, failed = walk.met[edge, node], walk.failed[edge, node]
        source, target = above[node], below[node]
        if walk.upper[edge] == 0:
            for row in range(rows):
                target[row] = source[row] * (met if meets[row] > 0.0 else failed)
        else:
            for row in range(rows):
                target[row] = source[row] * (
                    met if meets[row] > 0.0 else (failed if upper[row] > 0.0 else failed_above)
                )


@compiled
def close(  # noqa: PLR0913, PLR0917 - see add_tree
    walk: Walk,
    edge: int,
    nodes: int,
    sums: FloatArray,
    upper: Marks,
    meets: Marks,
    above: FloatArray,
    credited: FloatArray,
) -> None:
    """All leaves below an edge are summed: credit its feature, and hand the sums to the edge above."""
    for node in range(nodes):
        gain_met, gain_failed = walk.gain_met[edge, node], walk.gain_failed[edge, node]
        source, handed = sums[node], above[node]
        for row in range(len(credited)):
            gain = gain_met if meets[row] > 0.0 else (gain_failed if upper[row] > 0.0 else 0.0)
            credited[row] += source[row] * gain
            handed[row] += source[row]
