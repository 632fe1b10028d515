"""Who is unlike its peers or unlike itself: scores and ranks, and for the first of them in what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue.schema import Catalogue, Feature
from models.anomaly.isolation import Isolation, isolate
from models.anomaly.oddities import Oddity, Usual, oddities
from models.anomaly.peers import FEWEST_PEERS, distances, evened, observed_features, peer_groups

EARLIER_VALUES = 3
"""So many earlier values make a past."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """How unusual one enterprise is.

    Attributes
    ----------
    rank:
        1 is the most unusual: by the better of its places among peers and against the past.
    among_peers, against_past:
        Anomaly scores (near 1 odd, 0.5 and less ordinary); the second is None without a past.
    peers, peer_count:
        The group compared with, and its size.
    is_change:
        Whether it is the past rather than the peers that it is least like.
    view:
        The dimension in which that score is highest, or ``everything``.
    """

    rank: int
    uscc: str
    among_peers: float
    against_past: float | None
    peers: str
    peer_count: int
    is_change: bool
    view: str
    oddities: tuple[Oddity, ...]


@dataclass(frozen=True)
class _Group:
    """Peers, compared: where they stand, and how they have changed if any of them has a past."""

    levels: Isolation
    changes: Isolation | None


def second_opinion(
    frame: pd.DataFrame, past: Sequence[pd.DataFrame], catalogue: Catalogue, *, explained: int
) -> list[Anomaly]:
    """Everybody, most unusual first; nobody where there are too few to compare.

    Parameters
    ----------
    frame:
        The feature table of a day, index ``uscc``.
    past:
        Feature tables of earlier days; columns that one of them lacks count as empty there.
    catalogue:
        What the columns mean.
    explained:
        For how many of the most unusual the features are named.
    """
    if len(frame) < FEWEST_PEERS:
        return []
    features = observed_features(catalogue)
    names = [feature.name for feature in features]
    today = frame.sort_index()
    earlier = [one.reindex(index=today.index, columns=names) for one in past]
    peers = peer_groups(today)
    groups = _compare(evened(today, features), _middle_of(earlier, today.index, features), peers, features)
    named = {feature.name: feature for feature in features}
    return [
        _told(row, groups[row["peers"]], today, earlier if row["rank"] <= explained else None, named)
        for row in _ranked(groups, peers).to_dict("records")
    ]


def _told(
    row: dict[Any, Any],
    group: _Group,
    today: pd.DataFrame,
    earlier: Sequence[pd.DataFrame] | None,
    named: Mapping[str, Feature],
) -> Anomaly:
    """One enterprise of the ranking; its features are named where earlier tables, if only none, are given."""
    uscc, is_change = str(row["uscc"]), bool(row["is_change"])
    members = group.levels.matrix.index
    told: tuple[Oddity, ...] = ()
    if earlier is not None and is_change and group.changes is not None:
        past = pd.DataFrame([each.loc[uscc] for each in earlier])
        told = oddities(group.changes, uscc, pd.Series(today.loc[uscc]), Usual(past, "自身以往", "its own past"), named)
    elif earlier is not None:
        usual = Usual(today.loc[members], "同类中位数", "peers' middle")
        told = oddities(group.levels, uscc, pd.Series(today.loc[uscc]), usual, named)
    return Anomaly(
        rank=row["rank"],
        uscc=uscc,
        among_peers=row["among_peers"],
        against_past=None if np.isnan(row["against_past"]) else row["against_past"],
        peers=row["peers"],
        peer_count=len(members),
        is_change=is_change,
        view=row["past_view"] if is_change else row["peer_view"],
        oddities=told,
    )


def _compare(
    today: pd.DataFrame, before: pd.DataFrame, peers: pd.Series, features: Sequence[Feature]
) -> dict[str, _Group]:
    """Every group of peers; those of a kind too rare to be compared within itself are compared with everybody."""
    views: dict[str, list[str]] = {}
    for feature in features:
        views.setdefault(str(feature.dimension), []).append(feature.name)
    groups = {}
    for name in sorted(peers.unique()):
        rows = today.index if name == "everyone" else today.index[peers == name]
        changes = distances((today - before).loc[rows].dropna(how="all"))
        groups[name] = _Group(
            levels=isolate(distances(today.loc[rows]), views),
            changes=isolate(changes, views) if len(changes) >= FEWEST_PEERS and len(changes.columns) else None,
        )
    return groups


def _ranked(groups: dict[str, _Group], peers: pd.Series) -> pd.DataFrame:
    """One row per enterprise in order of rank: both scores, their views, and which of the two is odder."""
    parts = []
    for name, group in groups.items():
        part = group.levels.highest().set_axis(["among_peers", "peer_view"], axis=1)
        if group.changes is None:
            part["against_past"], part["past_view"] = np.nan, ""
        else:
            part = part.join(group.changes.highest().set_axis(["against_past", "past_view"], axis=1))
        part["peers"] = name
        parts.append(part[peers.loc[part.index] == name])
    scored = pd.concat(parts)
    # The two scores come from different forests: their places can be compared, they themselves cannot.
    peer_place = scored["among_peers"].rank(ascending=False, method="min")
    past_place = scored["against_past"].rank(ascending=False, method="min")
    scored["is_change"] = past_place < peer_place
    scored["place"] = np.fmin(peer_place, past_place)
    scored = scored.rename_axis("uscc").reset_index().sort_values(["place", "is_change", "uscc"])
    scored["rank"] = np.arange(len(scored)) + 1
    return scored


def _middle_of(earlier: Sequence[pd.DataFrame], index: pd.Index, features: tuple[Feature, ...]) -> pd.DataFrame:
    """The median of an enterprise's earlier values on the evened scale; empty where there are too few."""
    names = [feature.name for feature in features]
    middle = np.full((len(index), len(names)), np.nan)
    if len(earlier) >= EARLIER_VALUES:
        values = np.stack([evened(one, features).to_numpy(dtype="float64") for one in earlier])
        is_enough = np.isfinite(values).sum(axis=0) >= EARLIER_VALUES
        middle[is_enough] = np.nanmedian(values[:, is_enough], axis=0)
    return pd.DataFrame(middle, index=index, columns=names)
