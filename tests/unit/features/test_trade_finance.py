"""What a bank is shown, against sums that can be done by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from features.days import build_history
from features.engine import read_step
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, SELLER, sell

D = date(2026, 3, 31)


def summary(world: World, uscc: str = SELLER) -> dict[str, Any]:
    engine = world.known(D)
    build_history(engine, D)
    frame = engine.frame(read_step("features.statistics", "trade_finance"), {"uscc": uscc, "business_date": D})
    return {str(name): value for name, value in frame.iloc[0].items()}


def exported(world: World, number: str, day: date, dollars: str) -> None:
    """A declaration of goods for dollars, at seven yuan."""
    world.add(
        "declaration", entry_id=f"d{number}", uscc=SELLER, direction="export", mode="9710", currency="USD",
        amount=dollars, amount_cny=str(Decimal(dollars) * 7), amount_usd=dollars, country="KZ", declared_at=at(day, 10),
        released_at=at(day, 12),
    )  # fmt: skip


def received(world: World, number: str, day: date, dollars: str, remitter: str) -> None:
    """A receipt of dollars."""
    world.add(
        "forex", bop_no=f"b{number}", uscc=SELLER, direction="receipt", currency="USD", amount=dollars,
        amount_usd=dollars, counterparty_token=remitter, value_date=day,
    )  # fmt: skip


def test_totals_are_of_the_year_and_of_the_one_enterprise() -> None:
    world = World()
    sell(world, "1", at(D, 10), value="100.00", buyer="a")
    sell(world, "2", at(D - timedelta(days=364), 10), value="50.00", buyer="b")
    sell(world, "3", at(D - timedelta(days=365), 10), value="7.00", buyer="c")
    sell(world, "4", at(D, 10), value="900.00", buyer="a", seller=OTHER_SELLER)
    told = summary(world)
    assert (told["orders"], told["order_fen"], told["import_fen"]) == (2, 15000, 15000)
    assert (told["buyers_fen"], told["top_buyers_fen"]) == (15000, 15000)


def test_the_share_of_the_largest_is_that_of_five() -> None:
    world = World()
    for number in range(7):
        sell(
            world, str(number), at(D - timedelta(days=number), 10), value=f"{(number + 1) * 10}.00", buyer=f"b{number}"
        )
    told = summary(world)
    assert (told["buyers_fen"], told["top_buyers_fen"]) == (28000, 25000)


def test_receipts_pay_the_oldest_exports_first_and_what_is_left_has_an_age() -> None:
    world = World()
    world.add("exchange_rate", currency="USD", month="2026-01", cny_per_unit="7", received_at=at(date(2026, 1, 1)))
    exported(world, "1", D - timedelta(days=60), "1000.00")
    exported(world, "2", D - timedelta(days=30), "500.00")
    exported(world, "3", D - timedelta(days=10), "300.00")
    received(world, "1", D - timedelta(days=20), "1200.00", "r1")
    told = summary(world)
    assert told["receivable_cents"] == 60000, "300 of the second and all of the third"
    assert told["receivable_cents_days"] == 30000 * 30 + 30000 * 10
    assert (told["remitters_cents"], told["top_remitters_cents"]) == (120000, 120000)


def test_who_is_paid_in_full_has_no_receivable() -> None:
    world = World()
    world.add("exchange_rate", currency="USD", month="2026-01", cny_per_unit="7", received_at=at(date(2026, 1, 1)))
    exported(world, "1", D - timedelta(days=60), "1000.00")
    received(world, "1", D - timedelta(days=20), "1500.00", "r1")
    assert summary(world)["receivable_cents"] == 0


def test_an_enterprise_without_trade_has_zeros_and_nothing_fails() -> None:
    world = World()
    sell(world, "1", at(D, 10))
    assert {0 if value != value else value for value in summary(world, "91652701MADEM0011A").values()} == {0}  # noqa: PLR0124
