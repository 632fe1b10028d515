"""A late document alters what is said of others: those it is ranked with, and those of its party around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from features.engine import Engine
from features.state import Workplace, advance, keep, start
from tests.worlds.builder import World, at
from tests.worlds.kept_world import FolderShelf, look_at
from tests.worlds.trade import sell

D = date(2026, 3, 31)
OLD = D - timedelta(days=40)
LATE = at(D, 9)

Rows = list[tuple[object, ...]]


def told(world: World, number: str, day: date, *, late: bool = False, value: str = "30.00") -> None:
    """A parcel of one seller to one buyer, paid from one account; a late one is received on D."""
    received = LATE if late else at(day + timedelta(days=1))
    before = {table: len(rows) for table, rows in world.rows.items()}
    sell(world, number, at(day), value=value, buyer="b", paying={"account_token": "a"})
    for table, rows in world.rows.items():
        for row in rows[before[table] :]:
            row["received_at"] = received
    world.add("inventory_line", received_at=received, invt_no=f"i{number}", line_no=1, hs_code="3304990010")


def brought_up(world: World, folder: Path) -> Engine:
    """The engine of a state that was kept on the day before D and brought up to D."""
    then, shelf = D - timedelta(days=1), FolderShelf(folder)
    before = look_at(world, then, knowledge_cutoff(then))
    engine = world.engine()
    start(engine, world.contracts, before)
    kept = keep(Workplace(engine, world.contracts, shelf), before, "definition")
    brought = Workplace(world.engine(), world.contracts, shelf)
    advance(brought, kept, before, look_at(world, D))
    return brought.engine


def one_by_one(world: World, folder: Path, rollup: str, columns: str) -> tuple[Rows, Rows]:
    """A rollup as a state brought up from the day before has it, and as it is built from everything."""
    query, whole = f"select {columns} from {rollup} order by all", world.engine()
    start(whole, world.contracts, look_at(world, D))
    return brought_up(world, folder).rows(query), whole.rows(query)


def splits(world: World) -> None:
    for back, number in ((1, "x"), (2, "y")):
        told(world, number, OLD - timedelta(days=back))
    told(world, "late", OLD, late=True)


def ranks(world: World) -> None:
    for number, value in (("x", "50.00"), ("y", "40.00"), ("z", "30.00")):
        told(world, number, OLD, value=value)
    told(world, "late", OLD, late=True, value="45.00")


def bursts(world: World) -> None:
    for number in range(9):
        told(world, f"n{number}", OLD - timedelta(days=number % 2))
    told(world, "late", OLD, late=True)


@pytest.mark.parametrize(
    ("story", "rollup"),
    [(splits, "rollup_split_list"), (ranks, "rollup_largest_list"), (bursts, "rollup_payment_burst")],
)
def test_a_late_document_brings_its_company_with_it(
    tmp_path: Path, story: Callable[[World], None], rollup: str
) -> None:
    world = World()
    story(world)
    brought, whole = one_by_one(world, tmp_path, rollup, "event_day, document")
    assert brought == whole
    assert any("late" in str(document) for _, document in whole)
    assert len(whole) > 1


def released(world: World, number: str, moment: datetime) -> None:
    """A list of the day before D, released at a moment; its line arrives in the night."""
    declared = at(D - timedelta(days=1), 10)
    sell(world, number, declared, value="60.00", buyer="c", listed={"released_at": moment})
    world.add("inventory_line", received_at=at(D, 1), invt_no=f"i{number}", line_no=1, hs_code="3304990010")


def test_a_list_that_is_only_released_later_brings_no_company_and_changes_no_rank(tmp_path: Path) -> None:
    world = World()
    for number, moment in (("p", at(D, 3)), ("q", at(D - timedelta(days=1), 20)), ("r", at(D - timedelta(days=1), 21))):
        released(world, number, moment)
    brought, whole = one_by_one(world, tmp_path, "rollup_largest_list", "event_day, document")
    assert brought == whole
    assert brought_up(world, tmp_path).rows("select count(*) from reached_inventory") == [(1,)]


def test_a_line_that_was_known_yesterday_is_not_looked_at_again_because_it_has_no_day_of_its_own(
    tmp_path: Path,
) -> None:
    world = World()
    released(world, "p", at(D - timedelta(days=1), 20))
    assert brought_up(world, tmp_path).rows("select count(*) from changed_inventory_line") == [(0,)]
