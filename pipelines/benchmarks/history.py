"""What lies behind a day must not cost it: a long history against a short one, and a correction far back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from expectations.contracts.catalog import load_contract
from expectations.contracts.typed import literal
from features.days import define_window_lengths
from features.engine import Value, read_step
from features.population import build_population
from features.state import Segment
from features.table import FEWEST, feature_table, vector_digests
from pipelines.benchmarks.day import D, run_the_day
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured
from pipelines.benchmarks.parcels import TABLES, Volume, place_day, place_file, place_register, settle_home
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import definition_of, know
from pipelines.storage.states import FolderOfStates

GOAL = "a day after the long history at most 1.1 times one after the short; a correction under 2 % of a rebuild"
BUYERS = "rollup_buyer"


@dataclass(frozen=True)
class Spans:
    """Days of the short history and of the long one, and how many days before D the corrected day lies."""

    short: int
    long: int
    correction: int


@dataclass(frozen=True)
class Lap:
    """What one part of a piece of work took, in seconds on the wall and of CPU, and what came out of it."""

    seconds: float
    cpu_seconds: float
    digest: tuple[str, ...] = ()


def history(volume: Volume, spans: Spans) -> Report:
    """Run the same day after a short and after a long history, then correct a whole day of the long one.

    Raises
    ------
    BenchmarkError
        When the correction is not within the long history, or does not lead to what a rebuild gives, to the byte.
    """
    if not spans.correction <= spans.long:
        raise BenchmarkError(f"A correction {spans.correction} days back lies before the {spans.long} days of history.")
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        figures: list[Figure] = []
        days, states = {}, {}
        for back in (spans.short, spans.long):
            path = Path(folder) / str(back)
            _, _ = measured(f"prepare {back} days", prepare, path, volume, back)
            days[back], _ = measured(f"the day after {back} days", run_the_day, path)
            alone, buyers = measured("distinct buyers", window_of_buyers, path)
            states[str(back)] = state_of(path)
            figures += [days[back], _lapped(f"of it, windows of buyers after {back} days", alone, buyers)]
        path = Path(folder) / str(spans.long)
        corrected, changed = correct_a_day(path, D - timedelta(days=spans.correction))
        whole_correction, correction = measured("correction", take_up, path, corrected)
        whole_rebuild, rebuild = measured("rebuild", build_anew, path, corrected)
        if correction.digest != rebuild.digest:
            raise BenchmarkError("After the correction the features differ from those of a rebuild.")
        figures.append(_lapped(f"correction {spans.correction} days back", whole_correction, correction))
        figures.append(_lapped("rebuild", whole_rebuild, rebuild))
    details = {
        "lists_a_day": volume.rows, "rows_a_day": volume.rows * len(TABLES), "enterprises": volume.enterprises,
        "corrected_lists": changed, "state": states,
        "correction_to_rebuild": round(correction.cpu_seconds / rebuild.cpu_seconds, 4),
    }  # fmt: skip
    short, long = days[spans.short], days[spans.long]
    return Report("history", tuple(figures), short.name, long.cpu_seconds / short.cpu_seconds, GOAL, details)


def _lapped(name: str, whole: Figure, lap: Lap) -> Figure:
    return Figure(name, lap.seconds, lap.cpu_seconds, whole.peak_mib)


def prepare(path: Path, volume: Volume, days: int) -> None:
    """A home with some days and D in its lake, and the state of the day before D."""
    wiring = settle_home(path)
    place_register(wiring, volume, D - timedelta(days=days + 2))
    for back in range(days, 0, -1):
        place_day(wiring, volume, D - timedelta(days=back))
    home = wiring.home
    with home.engine() as engine:
        know(home, Day.of(D - timedelta(days=1)), home.pin(), engine)
    place_day(wiring, volume, D)


def window_of_buyers(path: Path) -> Lap:
    """The step that reads the state of distinct buyers, on the state of D."""
    home, day = settle_home(path).home, Day.of(D)
    with home.engine() as engine:
        know(home, day, home.pin(), engine)
        build_population(engine)
        define_window_lengths(engine)
        engine.create_table("grid", "select uscc, window_days from population cross join window_length")
        text = read_step("features.windows", "buyer")
        parameters: dict[str, Value] = {"business_date": D, "n_min": FEWEST}
        return _timed(lambda: engine.create_table("feature_buyer", text, parameters))


def state_of(path: Path) -> Mapping[str, Any]:
    """How large the kept state of D is, and how much of it are the pairs of enterprise, buyer and day."""
    home = settle_home(path).home
    kept = home.states.latest(definition_of(home, Day.of(D)), D, Day.of(D).known_at)
    if kept is None:
        raise BenchmarkError("The day kept no state.")
    folder = path / "lake" / "state"
    sizes = {name: _bytes(folder, segments) for name, segments in kept.rollups.items()}
    whole = sum(sizes.values()) + sum((folder / name).stat().st_size for name in kept.windows.values())
    return {
        "bytes": whole,
        "buyer_bytes": sizes[BUYERS],
        "buyer_rows": sum(segment.rows for segment in kept.rollups[BUYERS]),
        "buyer_share": round(sizes[BUYERS] / whole, 3),
    }


def _bytes(folder: Path, segments: Sequence[Segment]) -> int:
    return sum((folder / segment.path).stat().st_size for segment in segments)


def correct_a_day(path: Path, day: date) -> tuple[Day, int]:
    """Send every list of a day again, each worth a yuan more, after D was run; gives (D, a later K) and how many."""
    wiring = settle_home(path)
    known_at = Day.of(D).known_at
    table = path / "lake" / "accepted" / "inventory"
    changed = f"""
        select * replace (
            declared_value + 1 as declared_value, declared_value_cny + 1 as declared_value_cny,
            timestamptz {literal((known_at + timedelta(hours=1)).isoformat())} as received_at
        )
        from read_parquet({literal(str(table / "*.parquet"))}) where event_day = date {literal(day.isoformat())}"""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        placed = place_file(wiring, connection, load_contract("inventory"), changed)
        rows = connection.execute("select count(*) from read_parquet(?)", [str(placed)]).fetchall()[0][0]
    return Day(D, known_at + timedelta(hours=2)), int(rows)


def take_up(path: Path, day: Day) -> Lap:
    """Bring the state of D up to what is known a little later."""
    return _known(settle_home(path).home, day)


def build_anew(path: Path, day: Day) -> Lap:
    """Build the state of the same two times from all versions there are, and keep it."""
    home = settle_home(path).home
    return _known(replace(home, states=FolderOfStates(path / "rebuilt")), day)


def _known(home: Home, day: Day) -> Lap:
    with home.engine() as engine:
        lake = home.pin()
        lap = _timed(lambda: know(home, day, lake, engine))
        feeds = frozenset(home.zone.connected)
        table = feature_table(engine, home.catalogue, day.business_date, day.known_at, feeds)
    return replace(lap, digest=tuple(vector_digests(table.frame)))


def _timed(work: Callable[[], None]) -> Lap:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Lap(time.perf_counter() - began, time.process_time() - used)
