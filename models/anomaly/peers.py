"""Who is compared with whom, and how far each value lies from the middle of the peers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.catalogue.schema import Catalogue, Feature

FEWEST_PEERS = 20
"""Fewer say nothing about what is usual."""

FARTHEST = 8.0
"""Robust distances are cut here: beyond it, farther is no odder."""

_OFFICIAL = frozenset({"penalty", "court_listing", "abnormal_listing", "inspection", "quality_sample"})


def observed_features(catalogue: Catalogue) -> tuple[Feature, ...]:
    """Features of conduct: those that rest on no fact which an authority has put on record."""
    return tuple(feature for feature in catalogue.features if _OFFICIAL.isdisjoint(feature.sources))


def peer_groups(frame: pd.DataFrame) -> pd.Series:
    """The kind of trade of each enterprise: ``importer``, ``exporter``, ``quiet``; ``everyone`` where it has few peers.

    Parameters
    ----------
    frame:
        A feature table, index ``uscc``. The kind rests on ``documents_365d``, ``import_value_365d``,
        ``export_value_365d``; an empty value counts as zero.
    """
    told = frame.reindex(columns=["documents_365d", "import_value_365d", "export_value_365d"]).fillna(0.0)
    kinds = np.where(told["import_value_365d"] > told["export_value_365d"], "importer", "exporter")
    groups = pd.Series(np.where(told["documents_365d"] > 0, kinds, "quiet"), index=frame.index)
    sizes = groups.map(groups.value_counts())
    return groups.where(sizes >= FEWEST_PEERS, "everyone")


def evened(frame: pd.DataFrame, features: tuple[Feature, ...]) -> pd.DataFrame:
    """Values on a scale on which equal steps are equally much: logarithms, but for shares and days."""
    columns = {}
    for feature in features:
        values = frame[feature.name].to_numpy(dtype="float64")
        is_even = feature.unit in ("share", "flag")
        columns[feature.name] = values if is_even else np.sign(values) * np.log1p(np.abs(values))
    return pd.DataFrame(columns, index=frame.index)


def distances(values: pd.DataFrame) -> pd.DataFrame:
    """Robust z of each value among the rows: from the median, in median absolute deviations; empty is the middle.

    Where more than half of the rows agree, the mean absolute deviation takes the place of the median one. Columns in
    which everybody agrees, or that are all empty, are left out.
    """
    known = values.loc[:, values.notna().any()]
    deviations = known - known.median()
    spread = 1.4826 * deviations.abs().median()
    spread = spread.where(spread > 0, 1.2533 * deviations.abs().mean())
    kept = spread[spread > 0].index
    return (deviations[kept] / spread[kept]).clip(-FARTHEST, FARTHEST).fillna(0.0)
