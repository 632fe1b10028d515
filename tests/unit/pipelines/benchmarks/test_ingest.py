"""The benchmark of ingest knows every row it broke, and says so when one is not in quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.benchmarks import ingest
from pipelines.benchmarks.ingest import read_into_parquet, take_into_home
from pipelines.benchmarks.made_up_lists import BREACHES, Planted, write_lists
from pipelines.benchmarks.measuring import BenchmarkError

ROWS = 3_000


def test_exactly_the_broken_rows_go_to_quarantine_each_with_its_own_fault(tmp_path: Path) -> None:
    file = tmp_path / "inventory.csv"
    planted = write_lists(file, ROWS, seed=1)
    assert set(planted.codes) == {breach.code for breach in BREACHES}
    taken = take_into_home(file, tmp_path / "home")
    assert taken["quarantined"] == list(planted.rows)
    assert taken["faults"] == planted.codes
    assert taken["counts"]["accepted"] == ROWS - len(planted.rows) == ROWS - 30
    ingest.compare(taken, ROWS, planted)


@pytest.mark.parametrize(
    "planted", [Planted((1, 2), {"code:mode": 2}), Planted((1, 3), {"code:mode": 1, "required:uscc": 1})]
)
def test_another_row_or_another_fault_than_was_planted_fails_the_benchmark(planted: Planted) -> None:
    counts = {"received": 10, "accepted": 8, "quarantined": 2, "duplicates": 0}
    taken = {"counts": counts, "faults": {"code:mode": 2}, "quarantined": [1, 3]}
    with pytest.raises(BenchmarkError, match="Planted were"):
        ingest.compare(taken, 10, planted)


def test_a_row_that_is_nowhere_fails_the_benchmark() -> None:
    counts = {"received": 10, "accepted": 7, "quarantined": 2, "duplicates": 0}
    with pytest.raises(BenchmarkError, match="do not add up"):
        ingest.compare({"counts": counts, "faults": {}, "quarantined": []}, 10, Planted((), {}))


def test_the_same_seed_gives_the_same_file_and_the_floor_passes_over_bad_numbers_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    planted = write_lists(one, ROWS, seed=7)
    assert write_lists(two, ROWS, seed=7) == planted
    assert one.read_bytes() == two.read_bytes()
    assert read_into_parquet(one, tmp_path / "floor.parquet") == ROWS - planted.codes["type:declared_value"]
