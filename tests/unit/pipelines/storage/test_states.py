"""States that features keep between runs: the last two, whole, and nobody else's files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from features.engine import DuckdbEngine
from features.state import Kept
from pipelines.storage.states import FolderOfStates

DAY = date(2026, 10, 29)


@pytest.fixture
def states(tmp_path: Path) -> FolderOfStates:
    return FolderOfStates(tmp_path / "state")


def hold(states: FolderOfStates, day: date, number: int, definition: str = "steps") -> Kept:
    engine = DuckdbEngine(duckdb.connect())
    segments = (states.put(engine, "rollup_x", f"select {number} as amount"),)
    kept = Kept(
        business_date=day,
        known_at=knowledge_cutoff(day),
        snapshot="files",
        definition=definition,
        rollups={"rollup_x": segments},
        arrivals=states.put(engine, "arrival", "select 'same for all' as told").path,
    )
    states.store(kept)
    return kept


def test_a_state_comes_back_as_it_was_kept(states: FolderOfStates) -> None:
    kept = hold(states, DAY, 1)
    assert states.latest("steps", DAY, knowledge_cutoff(DAY)) == kept


def test_a_state_of_a_later_day_or_of_other_steps_is_of_no_use(states: FolderOfStates) -> None:
    hold(states, DAY, 1)
    assert states.latest("steps", DAY - timedelta(days=1), knowledge_cutoff(DAY)) is None
    assert states.latest("other steps", DAY, knowledge_cutoff(DAY)) is None


def test_a_state_that_lost_a_file_is_passed_over_for_the_one_before(states: FolderOfStates) -> None:
    before, last = hold(states, DAY, 1), hold(states, DAY + timedelta(days=1), 2)
    (states.folder / last.rollups["rollup_x"][0].path).unlink()
    assert states.latest("steps", DAY + timedelta(days=1), last.known_at) == before


def test_the_third_last_goes_with_the_files_that_only_it_needed(states: FolderOfStates) -> None:
    kept = [hold(states, DAY + timedelta(days=step), step) for step in range(3)]
    assert not (states.folder / kept[0].rollups["rollup_x"][0].path).exists()
    assert all((states.folder / path).exists() for one in kept[1:] for path in one.paths)


def test_files_of_a_run_that_goes_on_beside_are_left_alone(states: FolderOfStates) -> None:
    others = states.put(DuckdbEngine(duckdb.connect()), "rollup_y", "select 7 as amount")
    for step in range(3):
        hold(states, DAY + timedelta(days=step), step)
    assert (states.folder / others.path).exists()


def test_an_index_in_another_form_is_no_state_and_stops_nothing(states: FolderOfStates) -> None:
    kept = hold(states, DAY, 1)
    (states.folder / "older.json").write_text('{"business_date": "2026-10-01", "segments": []}', encoding="utf-8")
    assert states.latest("steps", DAY, knowledge_cutoff(DAY)) == kept


def test_a_state_takes_the_place_of_another_of_its_two_times(states: FolderOfStates) -> None:
    before, first, second = (
        hold(states, day, amount) for day, amount in ((DAY - timedelta(days=1), 1), (DAY, 2), (DAY, 3))
    )
    assert states.latest("steps", DAY, knowledge_cutoff(DAY)) == second
    assert not (states.folder / first.rollups["rollup_x"][0].path).exists()
    assert states.latest("steps", DAY - timedelta(days=1), knowledge_cutoff(DAY)) == before
