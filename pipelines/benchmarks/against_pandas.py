"""Features of a day with its history behind it: from scratch and from the state of the day before, against pandas."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from features.catalogue import load_catalogue
from features.table import feature_table, features_as_of
from pipelines.benchmarks.clocked import ClockedEngine
from pipelines.benchmarks.history import prepare
from pipelines.benchmarks.measuring import BenchmarkError, Report, measured
from pipelines.benchmarks.pandas_peer import features_by_pandas
from pipelines.benchmarks.parcels import TABLES, Volume, settle_home
from pipelines.benchmarks.shared_features import steps_without
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import know, looking_at, versions_of

D = date(2026, 10, 31)
_DEAREST = 20
GOAL = "pandas costs at least 3 times what Xinji does from scratch, and 30 times what it does as a daily increment"


def against_pandas(volume: Volume, history: int) -> Report:
    """Compute the features of a day three times, compare them, and tell what each took.

    Xinji computes its whole catalogue each time, and keeps its state in the increment; the peer computes the features
    that ``details`` lists and nothing else. So like is set against like too: of Xinji's run from scratch the steps that
    those features are made of. The increment cannot be divided so: its state is of everything.

    Parameters
    ----------
    volume:
        Lists a day, each with a line, an order, a payment and a waybill; enterprises, buyers.
    history:
        Days before the day.

    Raises
    ------
    BenchmarkError
        When a feature of an enterprise differs.
    """
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        home = Path(folder)
        prepared, _ = measured("prepare, with the state of the day before", prepare, home, volume, history)
        peer, names = measured("pandas", write_peer, home)
        scratch, whole = measured("xinji from scratch", write_from_scratch, home, names)
        increment, of_increment = measured("xinji as a daily increment", write_increment, home)
        enterprises = compare(home)
    ratios = {
        "from_scratch": round(peer.cpu_seconds / scratch.cpu_seconds, 2),
        "from_scratch_same_features": round(peer.cpu_seconds / whole.same_features, 2),
        "daily_increment": round(peer.cpu_seconds / increment.cpu_seconds, 2),
    }
    details = {
        "rows_a_day": volume.rows * len(TABLES), "lists_a_day": volume.rows, "enterprises": volume.enterprises,
        "history_days": history, "ratios": ratios, "compared_enterprises": enterprises,
        "features_of_xinji": whole.features, "features_of_pandas": names,
        "cpu_seconds_for_the_same_features": round(whole.same_features, 2),
        "steps_that_these_do_without": sorted(whole.left_out), "steps_from_scratch": whole.dearest,
        "steps_of_the_increment": of_increment,
    }  # fmt: skip
    figures = (prepared, peer, scratch, increment)
    return Report("pandas", figures, peer.name, ratios["daily_increment"], GOAL, details)


def write_peer(path: Path) -> list[str]:
    """The peer's features, written to ``pandas.parquet``; gives their names."""
    day = Day.of(D)
    frame = features_by_pandas(path / "lake" / "accepted", day.business_date, day.known_at, load_catalogue().names)
    frame.to_parquet(path / "pandas.parquet")
    return list(frame.columns)


@dataclass(frozen=True)
class Whole:
    """What Xinji did: its number of features, the steps that the peer's features do without, CPU seconds.

    Attributes
    ----------
    same_features:
        CPU seconds of all but the steps that the peer's features do without.
    dearest:
        CPU seconds of the dearest steps.
    """

    features: int
    left_out: frozenset[str]
    same_features: float
    dearest: dict[str, float]


def write_from_scratch(path: Path, peer: Collection[str]) -> Whole:
    """Xinji's features from all versions there are, written to ``scratch.parquet``."""
    home, day = _home(path), Day.of(D)
    lake = home.pin()
    began = time.process_time()
    with home.engine() as opened:
        engine = ClockedEngine(opened)
        table = features_as_of(engine, versions_of(home, lake, day), home.catalogue, looking_at(home, lake, day))
        table.frame.to_parquet(path / "scratch.parquet")
        used, spent = time.process_time() - began, engine.spent()
        left_out = steps_without(engine, home.catalogue, peer)
    same_features = used - sum(seconds for step, seconds in spent.items() if step in left_out)
    return Whole(len(table.frame.columns), left_out, same_features, _dearest(spent))


def write_increment(path: Path) -> dict[str, float]:
    """Xinji's features from the state of the day before, which is brought up and kept; to ``increment.parquet``.

    Gives the CPU seconds of the dearest steps.
    """
    home, day = _home(path), Day.of(D)
    with home.engine() as opened:
        engine = ClockedEngine(opened)
        know(home, day, home.pin(), engine)
        feeds = frozenset(home.zone.connected)
        table = feature_table(engine, home.catalogue, day.business_date, day.known_at, feeds)
    table.frame.to_parquet(path / "increment.parquet")
    return _dearest(engine.spent())


def _dearest(spent: Mapping[str, float]) -> dict[str, float]:
    return dict(list(spent.items())[:_DEAREST])


def _home(path: Path) -> Home:
    return settle_home(path).home


def compare(path: Path) -> int:
    """Hold the three against each other; gives how many enterprises were compared.

    Raises
    ------
    BenchmarkError
        When Xinji's two differ in a bit, or the peer differs by more than the last digits of a double.
    """
    scratch, increment, peer = (pd.read_parquet(path / f"{name}.parquet") for name in _WRITTEN)
    if not scratch.equals(increment):
        raise BenchmarkError("The daily increment differs from what is computed from scratch.")
    ours = scratch.reindex(index=peer.index, columns=peer.columns)
    theirs = peer.astype("float64")
    differing = np.argwhere(~np.isclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True))
    if len(differing):
        row, column = differing[0]
        raise BenchmarkError(
            f"{peer.columns[column]} of {peer.index[row]} is {ours.iat[row, column]!r} by Xinji and "
            f"{theirs.iat[row, column]!r} by pandas; {len(differing)} numbers differ."
        )
    return len(peer)


_WRITTEN = ("scratch", "increment", "pandas")
