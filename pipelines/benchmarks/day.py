"""A day at volume, from accepted files in the lake to decisions in the ledger, against joining its files once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from expectations.contracts.typed import literal
from features.engine import Engine
from models.scorecard.reading import expert_scorecard
from pipelines.benchmarks.clocked import ClockedEngine
from pipelines.benchmarks.measuring import Figure, Report, measured
from pipelines.benchmarks.parcels import DAYS_BETWEEN_ORDERS, Volume, place_day, place_register, settle_home
from pipelines.steps.daily import DayWork, commit, judge_day, measure
from pipelines.steps.day import Day
from pipelines.steps.home import Champion, Home
from pipelines.steps.knowing import know

D = date(2026, 10, 31)
GOAL = "at most 5 x the floor in CPU seconds, and under 8 GiB"

STEPS_SHOWN = 40

Laps = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Ran:
    """A day that ran: seconds and CPU seconds of its parts, how many were graded, CPU seconds of its steps."""

    laps: Laps
    graded: int
    steps: Mapping[str, float]


def day(volume: Volume, history: int) -> Report:
    """Measure the day of a volume after some days of the same volume.

    Parameters
    ----------
    volume:
        How much.
    history:
        Days before it that were run, so that its state is kept.
    """
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        home = Path(folder)
        _, paths = measured("prepare", prepare, home, volume, history)
        floor, _ = measured("floor: four files joined on the order number, and scanned", join_and_scan, paths)
        whole, ran = measured("the day", run_the_day, home)
    figures = [floor, *(Figure(name, *lap, whole.peak_mib) for name, lap in ran.laps.items()), whole]
    details = {
        "rows": volume.rows, "enterprises": volume.enterprises, "history_days": history, "graded": ran.graded,
        "track_events": volume.track_events, "days_between_orders": DAYS_BETWEEN_ORDERS,
        "cpu_seconds_of_steps": dict(islice(ran.steps.items(), STEPS_SHOWN)),
    }  # fmt: skip
    return Report(
        benchmark="day",
        figures=tuple(figures),
        floor=floor.name,
        ratio=whole.cpu_seconds / floor.cpu_seconds,
        goal=GOAL,
        details=details,
    )


def prepare(path: Path, volume: Volume, history: int) -> dict[str, str]:
    """A home that has run the days before, with the files of the day in its lake; gives those by table."""
    wiring = settle_home(path, volume.feeds)
    place_register(wiring, volume, D - timedelta(days=history + 2))
    for back in range(history, -1, -1):
        before = D - timedelta(days=back + 1)
        if back < history:
            place_day(wiring, volume, before)
        home = graded_by_card(wiring.home)
        with home.engine() as engine:
            know(home, Day.of(before), home.pin(), engine)
    return {table: str(file) for table, file in place_day(wiring, volume, D).items()}


def graded_by_card(home: Home) -> Home:
    """The home, graded by the expert scorecard without a registry in between."""
    scorer = expert_scorecard(home.catalogue, D)
    return replace(
        home, champion=lambda: Champion(scorer, "expert"), model_of=lambda version: Champion(scorer, version)
    )


def join_and_scan(paths: dict[str, str]) -> int:
    """Join list, order, payment and waybill on the order number once, and scan each file once."""
    with duckdb.connect() as connection:
        files = {table: f"read_parquet({literal(path)})" for table, path in paths.items()}
        matched = connection.execute(f"""
            select count(*), sum(list.declared_value_cny), sum(pay.amount), sum(bill.weight_kg)
            from {files["inventory"]} as list
            join {files["order"]} as sold on sold.order_no = list.order_no
            join {files["payment"]} as pay on pay.order_no = list.order_no
            join {files["waybill"]} as bill on bill.order_no = list.order_no""").fetchall()[0][0]
        for table in ("inventory", "order", "payment", "waybill"):
            connection.execute(f"select {_scan(connection, files[table])} from {files[table]}").fetchall()
    return int(matched)


def _scan(connection: duckdb.DuckDBPyConnection, file: str) -> str:
    columns = connection.execute(f"describe select * from {file}").fetchall()
    return ", ".join(f'max("{column[0]}")' for column in columns)


def run_the_day(path: Path) -> Ran:
    """Run the day as ``xinji run`` does, with a lap for each part."""
    home = graded_by_card(settle_home(path).home)
    today, laps, engines = Day.of(D), Laps(), list[ClockedEngine]()

    @contextmanager
    def clocked() -> Iterator[Engine]:
        with home.engine() as engine:
            engines.append(ClockedEngine(engine))
            yield engines[-1]

    lake, champion = home.pin(), home.champion()
    with _lap(laps, "known, features, patterns"):
        found = measure(replace(home, engine=clocked), today, lake)
    with _lap(laps, "judged"):
        judged = judge_day(home, today, lake, found, champion)
        judged = replace(judged, decisions=tuple(judged.decisions))
    with _lap(laps, "in the ledger"):
        commit(home, today, DayWork(lake, champion, found, judged))
    return Ran(laps, len(found.features.frame), engines[0].spent())


@contextmanager
def _lap(laps: Laps, name: str) -> Iterator[None]:
    began, used = time.perf_counter(), time.process_time()
    yield
    laps[name] = time.perf_counter() - began, time.process_time() - used
