"""The feature table: one row per enterprise, one column per entry of the catalogue, as of (D, K)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from features.asof import AsOf, Versions, define_known
from features.catalogue.schema import Catalogue, Feature
from features.days import FEATURED, build_history, define_window_lengths
from features.engine import Engine, Value, read_step
from features.law import legal_parameters
from features.parties.components import build_related_parties
from features.population import build_population, profile_of

FEWEST = 5
"""A share or mean over fewer events than this says nothing and is left empty."""

OVER_WINDOWS = (
    "customs",
    "inspection",
    "logistics",
    "warehouse",
    "buyer",
    "tax",
    "tax_and_customs",
    "supplier",
    "forex",
    "forex_and_customs",
    "returns",
    "returns_and_orders",
    "quality",
)
"""Steps with one row per (enterprise, window)."""

AS_OF_DAY = ("registration", "facts", "activity", "related", "price", "lagged_receipts", "special_trade")
"""Steps with one row per enterprise."""


@dataclass(frozen=True)
class FeatureTable:
    """What was known of everybody as of (D, K).

    Attributes
    ----------
    frame:
        Index ``uscc`` in order, columns the catalogue's names in order, float64, NaN where a value is missing.
    profile:
        Same index: ``name``, ``established_on``, ``registration_status``, ``roles``, ``first_seen``,
        ``has_trade_history``. What the pages and the policy need and the model must not see.
    """

    frame: pd.DataFrame
    profile: pd.DataFrame
    business_date: date
    known_at: datetime


def features_as_of(engine: Engine, versions: Versions, catalogue: Catalogue, as_of: AsOf) -> FeatureTable:
    """Everything from the lake's versions to the feature table, for callers that want nothing else of the day."""
    define_known(engine, versions, as_of)
    build_history(engine, as_of.business_date, FEATURED)
    return feature_table(engine, catalogue, as_of.business_date, as_of.known_at, as_of.connected)


def feature_table(
    engine: Engine, catalogue: Catalogue, business_date: date, known_at: datetime, connected: frozenset[str]
) -> FeatureTable:
    """The feature table from the known facts, rollups and window sums that the engine holds.

    Parameters
    ----------
    engine:
        One on which ``define_known`` and ``build_history`` ran for the same (D, K).
    catalogue:
        The columns, in order.
    business_date, known_at:
        D and K.
    connected:
        The tables whose feeds the zone has. A feature that these cannot tell is empty for everybody.
    """
    build_population(engine)
    _build_windows(engine, business_date)
    frame = engine.frame(_select(engine, catalogue)).set_index("uscc").astype("float64")
    for feature in catalogue.features:
        if not feature.is_known_with(connected):
            frame[feature.name] = np.nan
    return FeatureTable(frame.loc[:, list(catalogue.names)], profile_of(engine), business_date, known_at)


def vector_digests(frame: pd.DataFrame) -> list[str]:
    """The sha256 of each row's 64-bit values, little-endian, in column order; every missing value counts alike."""
    values = np.ascontiguousarray(frame.to_numpy(dtype="<f8"))
    values = np.where(np.isnan(values), np.nan, values)
    return [hashlib.sha256(row).hexdigest() for row in values]


def _build_windows(engine: Engine, business_date: date) -> None:
    define_window_lengths(engine)
    engine.create_table("grid", "select uscc, window_days from population cross join window_length")
    parameters: dict[str, Value] = {"business_date": business_date, "n_min": FEWEST, **legal_parameters()}
    build_related_parties(engine, business_date)
    engine.create_table("lateness", read_step("features.windows", "lateness"))
    for step in (*OVER_WINDOWS, *AS_OF_DAY):
        engine.create_table(f"feature_{step}", read_step("features.windows", step), parameters)


def _select(engine: Engine, catalogue: Catalogue) -> str:
    """One select with a column per feature: a grid column is taken at the feature's window."""
    places = {column: step for step in (*OVER_WINDOWS, *AS_OF_DAY) for column in engine.columns(f"feature_{step}")}
    per_step: dict[str, list[str]] = {}
    for feature in catalogue.features:
        if feature.name in places:
            per_step.setdefault(places[feature.name], []).append(f"{feature.name} as {feature.name}")
        else:
            column = column_of(feature)
            per_step.setdefault(places[column], []).append(
                f"max(case when window_days = {feature.window_days} then {column} end) as {feature.name}"
            )
    joins = " ".join(_joined(step, columns) for step, columns in per_step.items())
    names = ", ".join(f"cast({name} as double) as {name}" for name in catalogue.names)
    return f"select population.uscc, {names} from population {joins} order by population.uscc"


def _joined(step: str, columns: list[str]) -> str:
    grouped = "group by uscc" if step in OVER_WINDOWS else ""
    select = f"select uscc, {', '.join(columns)} from feature_{step} {grouped}"
    return f"left join ({select}) as from_{step} on from_{step}.uscc = population.uscc"


def column_of(feature: Feature) -> str:
    """The column of its step that a feature over a window is taken from: its name without the window."""
    return feature.name.removesuffix(f"_{feature.window_days}d")
