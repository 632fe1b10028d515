"""What two sources tell of each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from features.reconciliation import source_reconciliation
from tests.worlds.builder import World, at
from tests.worlds.trade import sell

D = date(2026, 3, 31)
DAY = D - timedelta(days=20)


def told(world: World, left: str, right: str, connected: frozenset[str] | None = None) -> dict[str, Any]:
    """The row of a pair on one day, empty counts as None."""
    frame = source_reconciliation(world.known(D, connected=connected), D)
    rows = frame[
        (frame["left_table"] == left) & (frame["right_table"] == right) & (frame["event_day"] == pd.Timestamp(DAY))
    ]
    (row,) = rows.to_dict("records") or [{}]
    return {
        str(name): None if pd.isna(value) else value
        for name, value in row.items()
        if name not in ("left_table", "right_table", "event_day")
    }


def a_day(last_payment: date = D) -> World:
    """Five sales: three in order, one paid short, one not paid at all; and later days so that the feeds have spoken."""
    world = World()
    for number in range(5):
        paid = "499.00" if number == 3 else None
        sell(world, str(number), at(DAY), paid=paid, without=("payment",) if number == 4 else ())
    sell(world, "later", at(D), without=("payment",))
    sell(world, "last paid", at(last_payment))
    return world


def test_agreeing_differing_and_missing_documents_are_counted_apart() -> None:
    assert told(a_day(), "order", "payment") == {
        "compared": 4, "agreeing": 3, "differing": 1, "missing_right": 1, "missing_left": 0,
    }  # fmt: skip


def test_while_a_feed_is_behind_nothing_is_missing_on_its_side() -> None:
    behind = told(a_day(last_payment=DAY - timedelta(days=1)), "order", "payment")
    assert (behind["compared"], behind["missing_right"], behind["missing_left"]) == (4, None, 0)


def test_a_pair_whose_feed_is_not_connected_is_not_told() -> None:
    world = a_day()
    assert told(world, "order", "payment", frozenset(world.contracts) - {"payment"}) == {}


def test_movements_without_a_list_are_missing_on_the_left() -> None:
    world = a_day()
    for number, day in (("m", DAY), ("n", D)):
        world.add(
            "warehouse_movement", warehouse_code="V", movement_no=number, warehouse_kind="bonded", uscc="X", sku="k",
            direction="out", quantity=1, unit="011", invt_no="nowhere", moved_at=at(day),
        )  # fmt: skip
    row = told(world, "inventory", "warehouse_movement")
    assert (row["compared"], row["missing_left"]) == (0, 1)
