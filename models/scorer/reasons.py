"""Why this enterprise has this probability: from exact contributions to reasons and dimension sub-scores.

Everything is computed for all enterprises at once; texts are made only for the few features that become reasons.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature
from models.scorer.protocol import FloatArray, Scorer, feature_matrix, probability_of
from models.scorer.wording import reason_text

_WINDOW = re.compile(r"_(7|30|90|180|365)d$")
_WORTH_SAYING = 0.05
"""Log-odds; below it a contribution moves the score by fewer than five points of a thousand."""
_PEERS_NEEDED = 5


@dataclass(frozen=True, slots=True)
class ModelReason:
    """One reason of the model.

    Attributes
    ----------
    code:
        ``M-`` and the feature family; the windows of one measurement are one family and one reason.
    feature:
        The member of the family that contributes most; ``value`` and ``peer_median`` are its own.
    contribution:
        Of the whole family, in log-odds; positive raises the probability of an adverse event.
    """

    code: str
    zh: str
    en: str
    value: float | None
    peer_median: float | None
    contribution: float
    feature: str
    dimension: Dimension


@dataclass(frozen=True)
class Explanation:
    """For every row of the frame, in its order.

    Attributes
    ----------
    margins, probabilities:
        Shape (n,).
    contributions:
        Shape (n, k + 1), the base last.
    reasons:
        Strongest first; empty where nothing is worth saying.
    dimensions:
        Shape (n, 7), 0 to 100 with one decimal, NaN where the dimension has no value at all for that enterprise.
        50 is the model's average enterprise; half the odds give 66.7, double the odds 33.3.
    """

    margins: FloatArray
    probabilities: FloatArray
    contributions: FloatArray
    reasons: tuple[tuple[ModelReason, ...], ...]
    dimensions: pd.DataFrame


def explain(
    scorer: Scorer,
    frame: pd.DataFrame,
    catalogue: Catalogue,
    peer_groups: Sequence[str] | None = None,
    limit: int = 4,
) -> Explanation:
    """Explain every row.

    Parameters
    ----------
    scorer:
        The model; its features must be in the catalogue.
    frame:
        Features, one row per enterprise.
    catalogue:
        Texts, units and dimensions of the features.
    peer_groups:
        Group of each row (its main mode, say). A median comes from the group's rows in this frame, or from all rows
        when the group has fewer than five.
    limit:
        Reasons per row at most. Those that raise the risk come first; when none does, the strongest that lower it.
    """
    features = _features(scorer, catalogue)
    matrix = feature_matrix(frame, scorer.feature_names)
    contributions = scorer.margin_contributions(frame)
    margins = scorer.margins(frame)
    families = _families(features)
    medians, group_of_row = _medians(matrix, peer_groups)
    grouped = np.column_stack([contributions[:, members].sum(axis=1) for members in families.values()])
    leaders = np.column_stack(
        [np.asarray(members)[np.abs(contributions[:, members]).argmax(axis=1)] for members in families.values()]
    )
    codes = list(families)
    said: dict[tuple[int, bytes], tuple[ModelReason, ...]] = {}
    reasons = []
    for row, order in enumerate(_chosen(grouped, limit)):
        alike = int(group_of_row[row]), matrix[row].tobytes()  # thousands of quiet enterprises have the same row
        if alike not in said:
            peers = medians[group_of_row[row]]
            said[alike] = tuple(
                _reason(codes[family], features[leader], matrix[row, leader], peers[leader], grouped[row, family])
                for family in order
                for leader in (leaders[row, family],)
            )
        reasons.append(said[alike])
    return Explanation(
        margins,
        probability_of(margins),
        contributions,
        tuple(reasons),
        _dimensions(features, matrix, contributions, frame),
    )


def _features(scorer: Scorer, catalogue: Catalogue) -> tuple[Feature, ...]:
    by_name = {feature.name: feature for feature in catalogue.features}
    return tuple(by_name[name] for name in scorer.feature_names)


def _families(features: Sequence[Feature]) -> dict[str, list[int]]:
    """Positions of the features that measure one thing over different windows."""
    families: dict[str, list[int]] = {}
    for position, feature in enumerate(features):
        families.setdefault(_WINDOW.sub("", feature.name), []).append(position)
    return families


def _chosen(grouped: FloatArray, limit: int) -> list[list[int]]:
    """Families to name per row, strongest first; ties by the catalogue's order."""
    chosen = []
    for order, values in zip(np.argsort(-grouped, axis=1, kind="stable"), grouped, strict=True):
        raising = [int(family) for family in order[:limit] if values[family] >= _WORTH_SAYING]
        lowering = [int(family) for family in order[::-1][:limit] if values[family] <= -_WORTH_SAYING]
        chosen.append(raising or lowering)
    return chosen


def _medians(matrix: FloatArray, groups: Sequence[str] | None) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Medians per peer group, shape (groups, k), and the group of every row."""
    if not len(matrix):
        return np.empty((0, matrix.shape[1])), np.empty(0, dtype=np.int64)
    table = pd.DataFrame(matrix)
    everyone = table.median().to_numpy(dtype=np.float64)
    if groups is None:
        return everyone[None, :], np.zeros(len(matrix), dtype=np.int64)
    codes, _ = pd.factorize(pd.Series(list(groups), dtype="str").fillna(""))
    by_group = table.groupby(codes)
    medians = by_group.median().to_numpy(dtype=np.float64, copy=True)
    medians[(by_group.size() < _PEERS_NEEDED).to_numpy()] = everyone
    return medians, codes.astype(np.int64)


def _reason(code: str, feature: Feature, value: float, peer_median: float, contribution: float) -> ModelReason:
    seen = None if np.isnan(value) else float(value)
    peers = None if np.isnan(peer_median) else float(peer_median)
    zh, en = reason_text(feature, seen, peers, raises=contribution > 0)
    return ModelReason(f"M-{code}", zh, en, seen, peers, float(contribution), feature.name, feature.dimension)


def _dimensions(
    features: Sequence[Feature], matrix: FloatArray, contributions: FloatArray, frame: pd.DataFrame
) -> pd.DataFrame:
    scores = {}
    for dimension in Dimension:
        members = [position for position, feature in enumerate(features) if feature.dimension is dimension]
        if not members:
            scores[dimension.value] = np.full(len(matrix), np.nan)
            continue
        subtotal = contributions[:, members].sum(axis=1)
        known = ~np.isnan(matrix[:, members]).all(axis=1)
        scores[dimension.value] = np.where(known, np.round(100 * probability_of(-subtotal), 1), np.nan)
    return pd.DataFrame(scores, index=frame.index)
