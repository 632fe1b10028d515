"""Whether the world still looks as it did: population stability, migration, concentration.

Population stability index (PSI): sum of (q - p) ln(q / p) over bins. Its size depends on the sample: without any
change it is about (1/N + 1/M) chi-squared with B - 1 degrees of freedom (Yurdakul and Naranjo, Journal of Risk Model
Validation 14, 2020), so a small zone's index of 0.2 may be luck and a nation's of 0.01 a change. The bound is that
distribution's quantile. Where a bin is expected to hold fewer than ten units, twice Cochran's rule since logarithms
are steep, that approximation calls luck a change in up to half of all cases; there the quantile comes from drawing
both sides from their common shares. Herfindahl-Hirschman index (HHI): sum of squared shares. Mobility of a migration
matrix P over k grades: (k - trace P) / (k - 1), 0 for nobody moving, 1 for the future knowing nothing of the past
(Shorrocks, Econometrica 46, 1978).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import stats

from models.scorer.protocol import FloatArray
from models.validation.sample import GRADES, Sample

_LEAST_SHARE = 0.0005
"""A bin that one side does not have counts as this share, so that the index stays finite."""

_LEAST_EXPECTED = 10
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Shift:
    """A stability index with the value it would exceed by luck in one case of ``1 / (1 - level)``."""

    index: float
    bound: float
    rows_before: int
    rows_after: int

    @property
    def is_beyond_luck(self) -> bool:
        """Whether the samples are too large for the index to be luck."""
        return self.index > self.bound


@dataclass(frozen=True, slots=True)
class Migration:
    """Moves between grades from each date to the next.

    Attributes
    ----------
    counts:
        Rows: grade before, columns: grade after, both best first.
    """

    counts: tuple[tuple[int, ...], ...]
    stayed: float | None
    rose: float | None
    fell: float | None
    mobility: float | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """Herfindahl index of the grades; ``normalised`` is 0 for equal shares and 1 for one grade holding everybody."""

    index: float
    normalised: float
    shares: Mapping[str, float]


def shift(before: Sequence[float], after: Sequence[float], level: float, clusters: tuple[int, int]) -> Shift:
    """The index between two sets of counts over the same bins.

    Parameters
    ----------
    before, after:
        Rows per bin.
    level:
        Quantile of the bound.
    clusters:
        Independent units behind each side: enterprises, not their months. They, not rows, decide what luck can do.
    """
    p, q = _shares(before), _shares(after)
    index = float(_index(np.maximum(p, _LEAST_SHARE), np.maximum(q, _LEAST_SHARE)))
    units = tuple(max(count, 1) for count in clusters)
    common = (units[0] * p + units[1] * q) / sum(units)
    filled = common[common > 0]
    if len(filled) and filled.min() * min(units) < _LEAST_EXPECTED:
        luck = float(np.quantile(_drawn_indices(filled / filled.sum(), units), level))
    else:
        luck = float(stats.chi2.ppf(level, max(len(filled) - 1, 1)) * sum(1 / count for count in units))
    return Shift(index, luck, clusters[0], clusters[1])


def _shares(counts: Sequence[float]) -> FloatArray:
    return np.asarray(counts, dtype=np.float64) / max(sum(counts), 1)


def _index(p: FloatArray, q: FloatArray) -> FloatArray:
    total: FloatArray = ((q - p) * np.log(q / p)).sum(axis=-1)
    return total


def _drawn_indices(shares: FloatArray, units: tuple[int, ...]) -> FloatArray:
    """Indices between two samples of the same shares. Shape (draws,); the same shares give the same draws."""
    random = np.random.default_rng(0)
    p, q = (np.maximum(random.multinomial(count, shares, _DRAWS) / count, _LEAST_SHARE) for count in units)
    return _index(p, q)


def bin_edges(values: FloatArray, bins: int = 10) -> FloatArray:
    """Inner borders of bins with equal shares of the values; fewer where values repeat."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    return np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))


def counts_in(values: FloatArray, edges: Sequence[float] | FloatArray) -> list[int]:
    """Values per bin (one more than there are borders), and the missing ones last."""
    known = values[~np.isnan(values)]
    placed = np.bincount(np.searchsorted(np.asarray(edges), known, side="right"), minlength=len(edges) + 1)
    return [*map(int, placed), int(len(values) - len(known))]


def migration(sample: Sample) -> Migration:
    """Moves of enterprises between the grades of consecutive dates of the sample."""
    dates = sorted(set(sample.dates))
    by_date = [
        dict(zip(sample.enterprises[rows], sample.grades[rows], strict=True))
        for rows in (sample.dates == day for day in dates)
    ]
    counts = np.zeros((len(GRADES), len(GRADES)), dtype=int)
    for before, after in pairwise(by_date):
        for uscc in before.keys() & after.keys():
            counts[before[uscc].rank, after[uscc].rank] += 1
    return migration_of(counts)


def migration_of(counts: npt.NDArray[np.int64]) -> Migration:
    """Shares and mobility of a table of moves."""
    total = int(counts.sum())
    table = tuple(tuple(map(int, row)) for row in counts)
    if not total:
        return Migration(table, None, None, None, None)
    held = counts.sum(axis=1) > 0
    stay = np.diag(counts)[held] / counts.sum(axis=1)[held]
    kinds = int(held.sum())
    return Migration(
        table,
        stayed=float(np.trace(counts) / total),
        rose=float(np.tril(counts, -1).sum() / total),
        fell=float(np.triu(counts, 1).sum() / total),
        mobility=float((kinds - stay.sum()) / (kinds - 1)) if kinds > 1 else None,
    )


def concentration(counts: Mapping[str, int]) -> Concentration:
    """Herfindahl index over every class named, empty ones included."""
    total = sum(counts.values())
    shares = {name: count / total if total else 0.0 for name, count in counts.items()}
    index = sum(share**2 for share in shares.values())
    kinds = len(counts)
    return Concentration(index, (index - 1 / kinds) / (1 - 1 / kinds) if kinds > 1 else 1.0, shares)
