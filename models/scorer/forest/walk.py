"""The order in which a forest's edges are walked, and the numbers each edge needs for exact Shapley values.

A leaf l with value v_l answers a game: players are the d features on its path, and a coalition S is worth
v_l times the product of o_j over the players in S and z_j over the others. Here o_j is 1 when the row meets all
conditions that the path sets on feature j, else 0; z_j is the share of training rows that met them.

Shapley's value is an integral over Owen's multilinear extension of the game (G. Owen, Multilinear extensions of games,
Management Science 18, 1972):

    phi_i = sum over leaves of  v_l (o_i - z_i)  integral over t in [0, 1] of the product over j != i of f_j(t),
    f_j(t) = z_j + t (o_j - z_j).

The integrand is a polynomial of degree d - 1, so Gauss and Legendre's rule with ceil(d / 2) nodes is exact. At a fixed
node the product is a number, and is carried down the tree and its sums up again in one walk: one step per edge and
node instead of the quadratic bookkeeping of TreeSHAP (Lundberg et al., From local explanations to global understanding
with explainable AI for trees, 2020). That a polynomial carried along the edges makes TreeSHAP linear is the idea of
Linear TreeSHAP (P. Yu, C. Xu, A. Bifet, J. Read, Linear TreeShap, NeurIPS 2022, arXiv 2209.08192). Quadrature takes
the place of its interpolation: half as many nodes, only factors in [0, 1], and no loss of digits with depth.

A feature that comes back lower on a path has one factor, not two: its lower edge replaces the factor of the upper one,
and takes back what the upper edge will say of the leaves below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from models.scorer.errors import ModelFileError
from models.scorer.forest.text import IntArray, Tree
from models.scorer.protocol import FloatArray

NUMBER, NUMBER_ZERO_IS_EMPTY, CATEGORY = 0, 1, 2
"""How a split reads its value."""
_CATEGORICAL, _EMPTY_GOES_LEFT = 1, 2
_EMPTY_IS_ZERO, _EMPTY_IS_NAN = 1, 2


class Walk(NamedTuple):
    """Edges of all trees, each tree's in depth-first order, left before right.

    Attributes
    ----------
    first_edge, nodes:
        Per tree: where its edges begin (one entry more than trees); nodes of its quadrature.
    feature, threshold, kind, empty_left:
        Of the split above each edge. ``threshold`` of a categorical split is where its words begin in ``sets``.
    words:
        Words of a categorical split's set.
    is_left, depth:
        Which side of the split the edge is; 1 for edges of the root.
    upper:
        Depth of the nearest edge above on the same feature; 0 when there is none.
    is_leaf, value, closes:
        Whether the edge ends in a leaf, the leaf's value, and how many edges above it end with it.
    met, failed:
        Shape (edges, nodes): what the running product is multiplied by when the row meets this edge's conditions; and
        when it fails them here for the first time.
    failed_above:
        The same when it had failed the upper edge on this feature already.
    gain_met, gain_failed:
        Shape (edges, nodes): weight of the node times (o - z) / f, less the upper edge's.
    """

    first_edge: IntArray
    nodes: IntArray
    feature: IntArray
    threshold: FloatArray
    kind: IntArray
    empty_left: IntArray
    words: IntArray
    is_left: IntArray
    depth: IntArray
    upper: IntArray
    is_leaf: IntArray
    value: FloatArray
    closes: IntArray
    met: FloatArray
    failed: FloatArray
    failed_above: FloatArray
    gain_met: FloatArray
    gain_failed: FloatArray
    sets: IntArray


@dataclass(frozen=True, slots=True)
class _Edge:
    """One edge while the walk is laid out; ``share`` and ``upper_share`` are z at it and at the upper edge."""

    tree: int
    split: int
    is_left: bool
    depth: int
    child: int
    share: float
    upper: int
    upper_share: float
    closes: int


def lay_out(trees: Sequence[Tree]) -> Walk:
    """The walk over a forest; trees of one leaf have no edges.

    Raises
    ------
    ModelFileError
        When a branch was reached by no training row: its Shapley values are not defined.
    """
    edges: list[_Edge] = []
    first_edge, nodes = [0], []
    for number, tree in enumerate(trees):
        found = list(_edges_of(tree, number)) if tree.leaves > 1 else []
        edges.extend(found)
        first_edge.append(len(edges))
        nodes.append(_nodes_needed(found))
    set_starts = np.cumsum([0, *(len(tree.sets) for tree in trees)])
    return _walk(trees, edges, np.array(first_edge), np.array(nodes, dtype=np.int64), set_starts)


def _edges_of(tree: Tree, number: int) -> Iterator[_Edge]:
    """Depth first, left before right."""
    path: list[_Edge] = []
    waiting = [(0, False, 1), (0, True, 1)]
    while waiting:
        split, is_left, depth = waiting.pop()
        del path[depth - 1 :]
        edge = _edge(tree, number, split, is_left, path)
        if edge.child >= 0:
            path.append(edge)
            waiting += [(edge.child, False, depth + 1), (edge.child, True, depth + 1)]
        yield edge


def _edge(tree: Tree, number: int, split: int, is_left: bool, path: Sequence[_Edge]) -> _Edge:
    child = int(tree.left[split] if is_left else tree.right[split])
    rows = int(tree.split_rows[child] if child >= 0 else tree.leaf_rows[~child])
    if rows <= 0:
        raise ModelFileError(
            f"Tree {number} has a branch that no training row reached.", "Train again with larger leaves."
        )
    share = rows / float(tree.split_rows[split])
    # The edge above a right one ends with it, and so does all that ends with the edge above.
    closes = path[-1].closes + 1 if path and not is_left else 0
    upper = next((edge for edge in reversed(path) if tree.feature[edge.split] == tree.feature[split]), None)
    upper_depth, upper_share = (upper.depth, upper.share) if upper else (0, 1.0)
    return _Edge(number, split, is_left, len(path) + 1, child, share * upper_share, upper_depth, upper_share, closes)


def _nodes_needed(edges: Sequence[_Edge]) -> int:
    """Half of the most features on one path, rounded up."""
    most, on_path = 1, [0]
    for edge in edges:
        del on_path[edge.depth :]
        on_path.append(on_path[-1] + (edge.upper == 0))
        most = max(most, on_path[-1])
    return (most + 1) // 2


def _walk(
    trees: Sequence[Tree], edges: Sequence[_Edge], first_edge: IntArray, nodes: IntArray, set_starts: IntArray
) -> Walk:
    read = [_reading(trees[edge.tree], edge.split, int(set_starts[edge.tree])) for edge in edges]
    whole = np.array([(feature, kind, left, words) for feature, _, kind, left, words in read], dtype=np.int64)
    feature, kind, empty_left, words = whole.reshape(len(edges), 4).T.copy()
    share = np.array([edge.share for edge in edges])
    upper_share = np.array([edge.upper_share for edge in edges])
    return Walk(
        first_edge=first_edge,
        nodes=nodes,
        feature=feature,
        threshold=np.array([threshold for _, threshold, *_ in read]),
        kind=kind,
        empty_left=empty_left,
        words=words,
        is_left=np.array([edge.is_left for edge in edges], dtype=np.int64),
        depth=np.array([edge.depth for edge in edges], dtype=np.int64),
        upper=np.array([edge.upper for edge in edges], dtype=np.int64),
        is_leaf=np.array([edge.child < 0 for edge in edges], dtype=np.int64),
        value=np.array([trees[edge.tree].leaf_value[~edge.child] if edge.child < 0 else 0.0 for edge in edges]),
        closes=np.array([edge.closes for edge in edges], dtype=np.int64),
        failed_above=share / upper_share,
        sets=np.concatenate([np.empty(0, dtype=np.int64), *(tree.sets for tree in trees)]),
        **_factors(share, upper_share, np.repeat(nodes, np.diff(first_edge))),
    )


def _reading(tree: Tree, split: int, first_set: int) -> tuple[int, float, int, bool, int]:
    """How one split reads its value: feature, threshold, kind, where an empty value goes, words of its set.

    After ``Tree::NumericalDecision`` and ``Tree::CategoricalDecision``: where training saw no empty value, an empty one
    counts as 0; a category that is empty or negative goes right.
    """
    feature, threshold, decision = int(tree.feature[split]), float(tree.threshold[split]), int(tree.decision[split])
    if decision & _CATEGORICAL:
        start, end = (int(word) for word in tree.set_starts[int(threshold) : int(threshold) + 2])
        return feature, float(first_set + start), CATEGORY, False, end - start
    empty, default_left = decision >> 2 & 3, bool(decision & _EMPTY_GOES_LEFT)
    if empty == _EMPTY_IS_ZERO:
        return feature, threshold, NUMBER_ZERO_IS_EMPTY, default_left, 0
    return feature, threshold, NUMBER, default_left if empty == _EMPTY_IS_NAN else threshold >= 0.0, 0


def _factors(share: FloatArray, upper_share: FloatArray, nodes: IntArray) -> dict[str, FloatArray]:
    """What each edge does to the running product and to its feature's value, shape (edges, nodes)."""
    t, weight = _quadrature(nodes)
    z, upper_z = share[:, None], upper_share[:, None]
    meets, fails, upper_meets = z + t * (1.0 - z), z * (1.0 - t), upper_z + t * (1.0 - upper_z)
    upper_gain = weight * (1.0 - upper_z) / upper_meets
    return {
        "met": meets / upper_meets,
        "failed": fails / upper_meets,
        "gain_met": weight * (1.0 - z) / meets - upper_gain,
        "gain_failed": -weight / (1.0 - t) - upper_gain,
    }


def _quadrature(nodes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [0, 1] for each edge, shape (edges, most nodes); beyond an edge's own, weight 0."""
    most = int(nodes.max(initial=1))
    t, weight = np.full((most + 1, most), 0.5), np.zeros((most + 1, most))
    for count in range(1, most + 1):
        t[count, :count], weight[count, :count] = _gauss_legendre(count)
    return t[nodes], weight[nodes]


@cache
def _gauss_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    t, weight = np.polynomial.legendre.leggauss(count)
    return (t + 1.0) / 2.0, weight / 2.0
