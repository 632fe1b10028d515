"""What a period's trade adds up to: what counts once, what is taken off, and when."""

from __future__ import annotations

from datetime import date
from typing import Any

from features.engine import DuckdbEngine
from features.statistics.build import build_statistics, main_modes
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, PLATFORM, SELLER, declare, sell

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def counted(world: World) -> DuckdbEngine:
    engine = world.known(LAST)
    build_statistics(engine, FIRST, LAST)
    return engine


def gross(world: World) -> list[tuple[Any, ...]]:
    return counted(world).rows("select mode, gross_fen, returned_fen from trade_cell order by mode, month")


def listed(world: World, number: str, day: str, value: str = "500.00", **fields: Any) -> None:
    told = {"released_at": at(day, 15), **fields}
    sell(world, number, at(day, 10), value=value, listed=told)


def give_back(world: World, number: str, arrived: str, amount: str, **fields: Any) -> None:
    told: dict[str, Any] = {
        "refund_no": number, "direction": "import", "uscc": SELLER, "quantity": 1, "amount_cny": amount,
        "reason": "quality", "applied_at": at("2026-03-01"), "arrived_at": at(arrived), **fields,
    }  # fmt: skip
    world.add("return", **told)


def test_turnover_is_released_lists_and_declarations_by_the_day_of_release() -> None:
    world = World()
    listed(world, "1", "2026-01-31")
    listed(world, "2", "2026-02-01", mode="1210")
    declare(world, "3", at("2026-02-02"), "100.00", mode="9710", released_at=at("2026-02-03"))
    assert gross(world) == [("1210", 50000, 0), ("9610", 50000, 0), ("9710", 70000, 0)]
    assert counted(world).rows("select distinct month from trade_cell where mode = '9610'") == [(date(2026, 1, 1),)]


def test_what_is_cancelled_not_released_or_of_another_mode_does_not_count() -> None:
    world = World()
    listed(world, "1", "2026-02-01", cancelled_at=at("2026-02-02"))
    listed(world, "2", "2026-02-01", released_at=None)
    declare(world, "3", at("2026-02-02"), "100.00", mode="0110", released_at=at("2026-02-03"))
    listed(world, "4", "2025-12-31")
    assert gross(world) == []


def test_a_summary_declaration_is_not_counted_beside_its_lists() -> None:
    world = World()
    declare(world, "1", at("2026-02-02"), "100.00", mode="9710", summary_of="2026-01", released_at=at("2026-02-03"))
    assert gross(world) == []


def test_a_return_is_taken_off_in_the_month_in_which_it_is_completed() -> None:
    world = World()
    listed(world, "1", "2026-01-10")
    give_back(world, "r", "2026-03-05", "200.00", invt_no="i1")
    rows = counted(world).rows("select month, gross_fen, returned_fen from trade_cell order by month")
    assert rows == [(date(2026, 1, 1), 50000, 0), (date(2026, 3, 1), 0, 20000)]


def test_a_return_that_names_only_the_order_goes_back_on_its_list() -> None:
    world = World()
    listed(world, "1", "2026-03-01")
    give_back(world, "r", "2026-03-05", "200.00", platform_uscc=PLATFORM, order_no="o1")
    assert gross(world) == [("9610", 50000, 20000)]


def test_a_return_on_nothing_that_counts_is_told_apart_and_taken_off_nothing() -> None:
    world = World()
    listed(world, "1", "2026-03-01")
    give_back(world, "r", "2026-03-05", "200.00", invt_no="i9")
    engine = counted(world)
    assert engine.rows("select sum(returned_fen) from trade_cell") == [(0,)]
    assert engine.rows("select refund_no, value_fen from returned_document where key_hash is null") == [("r", 20000)]


def test_a_return_that_has_not_arrived_takes_off_nothing() -> None:
    world = World()
    listed(world, "1", "2026-03-01")
    give_back(world, "r", "2026-03-05", "200.00", invt_no="i1", arrived_at=None)
    assert gross(world) == [("9610", 50000, 0)]


def test_the_goods_of_a_list_are_those_of_its_largest_line() -> None:
    world = World()
    listed(world, "1", "2026-03-01")
    for line, code, total in ((1, "8517130000", "100.00"), (2, "6403990000", "400.00")):
        world.add(
            "inventory_line", invt_no="i1", line_no=line, hs_code=code, goods_name="x", quantity=1, unit="007",
            price=total, line_total=total, received_at=at("2026-03-02"),
        )  # fmt: skip
    assert counted(world).rows("select chapter from trade_cell") == [("64",)]


def test_a_vehicle_that_goes_out_twice_in_a_year_counts_once() -> None:
    world = World()
    for number, day, uscc in (("1", "2026-01-05", SELLER), ("2", "2026-02-05", OTHER_SELLER)):
        world.add("vehicle_export", vin="V", uscc=uscc, entry_id=number, used=True, exited_at=at(day))
    world.add("vehicle_export", vin="W", uscc=SELLER, entry_id="3", used=True, received_at=at("2026-02-01"))
    assert counted(world).rows("select uscc, year, vehicles from vehicle_year") == [(SELLER, 2026, 1)]


def test_three_documents_are_matched_only_when_all_are_there() -> None:
    world = World()
    sell(world, "1", at("2026-03-01"))
    sell(world, "2", at("2026-03-01"), without=("payment",))
    assert counted(world).rows("select month, lists, matched from document_match") == [(date(2026, 3, 1), 2, 1)]


def test_the_main_mode_is_that_of_most_documents_and_the_lower_code_where_two_are_equal() -> None:
    world = World()
    listed(world, "1", "2026-02-01", mode="1210")
    listed(world, "2", "2026-02-02", mode="9610")
    declare(world, "3", at("2026-02-03"), "100.00", mode="9610", summary_of="2026-02")
    declare(world, "4", at("2025-12-31"), "100.00", mode="9610")
    assert main_modes(world.known(LAST), FIRST, LAST) == {SELLER: "1210"}
    declare(world, "5", at("2026-02-04"), "100.00", mode="9610")
    assert main_modes(world.known(LAST), FIRST, LAST) == {SELLER: "9610"}
