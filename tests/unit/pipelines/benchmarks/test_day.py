"""A day of made-up parcels is brought up, judged and kept, and tells which steps its time went to."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.benchmarks.day import join_and_scan, prepare, run_the_day
from pipelines.benchmarks.parcels import STATIONS, Volume


def counted(file: str, column: str) -> tuple[int, int]:
    """The rows of a file, and the distinct values of a column."""
    with duckdb.connect() as connection:
        query = f"select count(*), count(distinct {column}) from read_parquet(?)"
        ((rows, values),) = connection.execute(query, [file]).fetchall()
        return int(rows), int(values)


def test_a_day_with_tracks_is_graded_and_tells_what_its_steps_took(tmp_path: Path) -> None:
    volume = Volume(rows=300, enterprises=20, track_events=len(STATIONS))
    paths = prepare(tmp_path, volume, history=1)
    assert set(paths) == {"inventory", "inventory_line", "order", "payment", "waybill", "waybill_event"}
    assert counted(paths["waybill_event"], "event") == (300 * len(STATIONS), len(STATIONS))
    ran = run_the_day(tmp_path)
    assert ran.graded == 20 + 2
    assert {"inventory_chain", "order_chain", "track"} <= set(ran.steps)
    assert sum(ran.steps.values()) <= ran.laps["known, features, patterns"][1]


def test_the_floor_joins_every_list_that_has_its_three_papers(tmp_path: Path) -> None:
    paths = prepare(tmp_path, Volume(rows=500, enterprises=20), history=0)
    # One payment in a hundred names an order that there is not.
    assert join_and_scan(paths) == 495


def test_more_parcels_have_more_buyers_and_not_busier_ones(tmp_path: Path) -> None:
    for rows in (2_000, 8_000):
        path = tmp_path / str(rows)
        file = prepare(path, Volume(rows=rows, enterprises=20), history=0)["order"]
        orders, buyers = counted(file, "buyer_token")
        assert orders == rows
        assert 0.95 < buyers / orders <= 1
