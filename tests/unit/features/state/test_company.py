"""A late document alters what is said of others: those it is ranked with, and those of its party around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from expectations.vocabulary.moment import knowledge_cutoff
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


def one_by_one(world: World, folder: Path, rollup: str, columns: str) -> tuple[Rows, Rows]:
    """A rollup as a state brought up from the day before has it, and as it is built from everything."""
    then, shelf, query = D - timedelta(days=1), FolderShelf(folder), f"select {columns} from {rollup} order by all"
    before, now = look_at(world, then, knowledge_cutoff(then)), look_at(world, D)
    engine, whole = world.engine(), world.engine()
    start(engine, world.contracts, before)
    kept = keep(Workplace(engine, world.contracts, shelf), before, "definition")
    brought = Workplace(world.engine(), world.contracts, shelf)
    advance(brought, kept, before, now)
    start(whole, world.contracts, now)
    return brought.engine.rows(query), whole.rows(query)


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
