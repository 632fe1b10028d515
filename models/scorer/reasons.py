"""Why this enterprise has this probability: from exact contributions to reasons and dimension sub-scores.

Everything is computed for all enterprises at once; words are made only for a reason that somebody asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature
from models.scorer.protocol import FloatArray, Scorer, feature_matrix, probability_of
from models.scorer.wording import reason_text

IntArray = npt.NDArray[np.int64]

_WINDOW = re.compile(r"_(7|30|90|180|365)d$")
_WORTH_SAYING = 0.05
"""Log-odds; below it a contribution moves the score by fewer than five points of a thousand."""
_PEERS_NEEDED = 5
_NONE = -1


@dataclass(frozen=True, slots=True)
class ModelReason:
    """One reason of the model.

    Attributes
    ----------
    code:
        ``M-`` and the feature family; the windows of one measurement are one family and one reason.
    feature:
        The member of the family that contributes most; ``value``, ``peer_median`` and ``previous`` are its own.
    previous:
        The enterprise's own value in its vector before this one; None without one.
    contribution:
        Of the whole family, in log-odds; positive raises the probability of an adverse event.
    """

    code: str
    zh: str
    en: str
    value: float | None
    peer_median: float | None
    previous: float | None
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
    reasons: Sequence[tuple[ModelReason, ...]]
    dimensions: pd.DataFrame


def explain(  # noqa: PLR0913 - what a value is set against is optional, each for itself
    scorer: Scorer,
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    peer_groups: Sequence[str] | Mapping[str, float | None] | None = None,
    previous: pd.DataFrame | None = None,
    limit: int = 4,
) -> Explanation:
    """Probability, exact contributions, at most ``limit`` reasons and seven sub-scores for every row.

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
        when the group has fewer than five. Or medians by feature that were frozen earlier, so that what is said of a
        row does not depend on the other rows of the frame.
    previous:
        The vectors before these, by the same index; enterprises and columns that are not in it have no past.
    limit:
        Reasons per row at most. Those that raise the risk come first; when none does, the strongest that lower it.
    """
    features = _features(scorer, catalogue)
    margins, contributions = scorer.explained(frame)
    matrix = feature_matrix(frame, scorer.feature_names)
    families = _families(features)
    grouped = np.column_stack([contributions[:, members].sum(axis=1) for members in families.values()])
    chosen = _chosen(grouped, limit)
    reasons = Reasons(
        features,
        tuple(families),
        chosen,
        _leaders(chosen, list(families.values()), contributions),
        np.take_along_axis(grouped, chosen.clip(0), axis=1),
        Compared(
            matrix, *_peers(matrix, peer_groups, scorer.feature_names), _past(frame, previous, scorer.feature_names)
        ),
    )
    dimensions = _dimensions(features, matrix, contributions, frame)
    return Explanation(margins, probability_of(margins), contributions, reasons, dimensions)


@dataclass(frozen=True)
class Compared:
    """What a value is set against.

    Attributes
    ----------
    values, past:
        Shape (n, k). ``past`` is None where there is none at all.
    medians, group:
        Medians per peer group, shape (groups, k), and the group of every row.
    """

    values: FloatArray
    medians: FloatArray
    group: IntArray
    past: FloatArray | None

    def at(self, row: int, place: int) -> tuple[float | None, float | None, float | None]:
        """The value, its peers' median and its own past."""
        past = np.nan if self.past is None else self.past[row, place]
        return _known(self.values[row, place]), _known(self.medians[self.group[row], place]), _known(past)


@dataclass(frozen=True)
class Reasons(Sequence[tuple[ModelReason, ...]]):
    """The reasons of every row, put into words when asked for.

    Attributes
    ----------
    codes:
        Of the feature families.
    chosen, leaders, strength:
        Shape (n, limit): the family, the place of its strongest member, and the family's contribution in log-odds.
    """

    features: tuple[Feature, ...]
    codes: tuple[str, ...]
    chosen: IntArray
    leaders: IntArray
    strength: FloatArray
    compared: Compared

    def __len__(self) -> int:
        return len(self.chosen)

    @overload
    def __getitem__(self, row: int) -> tuple[ModelReason, ...]: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[tuple[ModelReason, ...]]: ...
    def __getitem__(self, row: int | slice) -> tuple[ModelReason, ...] | Sequence[tuple[ModelReason, ...]]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        slots = zip(self.chosen[row].tolist(), self.leaders[row].tolist(), self.strength[row].tolist(), strict=True)
        return tuple(self._said(row, *slot) for slot in slots if slot[0] != _NONE)

    def _said(self, row: int, family: int, leader: int, strength: float) -> ModelReason:
        feature = self.features[leader]
        value, peers, past = self.compared.at(row, leader)
        zh, en = reason_text(feature, value, peers, past, raises=strength > 0)
        code = f"M-{self.codes[family]}"
        return ModelReason(code, zh, en, value, peers, past, strength, feature.name, feature.dimension)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _features(scorer: Scorer, catalogue: Catalogue) -> tuple[Feature, ...]:
    by_name = {feature.name: feature for feature in catalogue.features}
    return tuple(by_name[name] for name in scorer.feature_names)


def _families(features: Sequence[Feature]) -> dict[str, list[int]]:
    """Positions of the features that measure one thing over different windows."""
    families: dict[str, list[int]] = {}
    for position, feature in enumerate(features):
        families.setdefault(_WINDOW.sub("", feature.name), []).append(position)
    return families


def _chosen(grouped: FloatArray, limit: int) -> IntArray:
    """Families to name per row, shape (n, limit), strongest first, -1 for none; ties by the catalogue's order."""
    chosen = _strongest(grouped, limit)
    without = np.flatnonzero(chosen[:, 0] == _NONE)
    chosen[without] = _strongest(-grouped[without], limit)
    return chosen


def _strongest(grouped: FloatArray, limit: int) -> IntArray:
    left = grouped.copy()
    chosen = np.full((len(grouped), limit), _NONE, dtype=np.int64)
    rows = np.arange(len(grouped))
    for slot in range(min(limit, grouped.shape[1])):
        best = left.argmax(axis=1)
        chosen[:, slot] = np.where(left[rows, best] >= _WORTH_SAYING, best, _NONE)
        left[rows, best] = -np.inf
    return chosen


def _leaders(chosen: IntArray, families: Sequence[Sequence[int]], contributions: FloatArray) -> IntArray:
    """The place of the member that contributes most, for every chosen family, shape (n, limit)."""
    leaders = np.zeros_like(chosen)
    for family, members in enumerate(families):
        rows, slots = np.nonzero(chosen == family)
        of_family = np.asarray(members)
        leaders[rows, slots] = of_family[np.abs(contributions[rows[:, None], of_family]).argmax(axis=1)]
    return leaders


def _past(frame: pd.DataFrame, previous: pd.DataFrame | None, names: Sequence[str]) -> FloatArray | None:
    if previous is None or previous.empty:
        return None
    return previous.reindex(index=frame.index, columns=list(names)).to_numpy(dtype=np.float64)


def _peers(
    matrix: FloatArray, groups: Sequence[str] | Mapping[str, float | None] | None, names: Sequence[str]
) -> tuple[FloatArray, IntArray]:
    if not isinstance(groups, Mapping):
        return _medians(matrix, groups)
    frozen = [np.nan if (median := groups.get(name)) is None else median for name in names]
    return np.array([frozen], dtype=np.float64), np.zeros(len(matrix), dtype=np.int64)


def _medians(matrix: FloatArray, groups: Sequence[str] | None) -> tuple[FloatArray, IntArray]:
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
