"""R01, R03 and R04 beyond the cases that officials read: feeds with holes, several documents, every border."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from expectations.vocabulary.grade import Severity
from features.typologies import Hit, find_hits
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, SELLER, sell

D = date(2026, 9, 30)

PARAMETERS: Mapping[str, Mapping[str, int | float]] = {
    "R01": {"window_days": 7, "threshold": 0.01, "n_min": 100, "amount_tolerance_fen": 1},
    "R03": {"window_days": 30, "within_hours": 24, "list_limit_fen": 500_000, "groups_high": 20},
    "R04": {
        "annual_limit_fen": 2_600_000,
        "phones_max": 10,
        "phones_window_days": 90,
        "buyers_max": 10,
        "buyers_window_days": 30,
    },
}


def hits_of(world: World, rule: str, **changed: int | float) -> list[Hit]:
    """What the rule finds on D, with some of its numbers changed."""
    return find_hits(world.known(D), {rule: {**PARAMETERS[rule], **changed}}, D)


def many_sales(world: World, count: int, wrong: int, fault: str) -> None:
    """Sales on D, the first few of which have a fault."""
    for index in range(count):
        is_wrong = index < wrong
        sell(
            world,
            f"{index:03}",
            at(D, 12),
            value="100.00",
            paid="90.00" if is_wrong and fault == "amount" else None,
            payer="another" if is_wrong and fault == "payer" else None,
            without=(fault,) if is_wrong and fault in ("order", "payment", "waybill") else (),
        )


class TestMismatchRate:
    @pytest.mark.parametrize("fault", ["order", "payment", "waybill", "amount", "payer"])
    def test_two_of_a_hundred_is_over_one_per_cent_and_one_is_not(self, fault: str) -> None:
        over, under = World(), World()
        many_sales(over, 100, 2, fault)
        many_sales(under, 100, 1, fault)
        (hit,) = hits_of(over, "R01")
        assert (hit.uscc, hit.value, hit.threshold, hit.n) == (SELLER, 0.02, 0.01, 100)
        assert hit.evidence == ("i000", "i001")
        assert (hit.severity, hit.amount_fen) == (Severity.MEDIUM, 20_000)
        assert (hit.window_from, hit.window_to) == (D - timedelta(days=6), D)
        assert hits_of(under, "R01") == []

    def test_ninety_nine_lists_are_too_few_to_speak(self) -> None:
        world = World()
        many_sales(world, 99, 10, "payment")
        assert hits_of(world, "R01") == []

    def test_a_payment_feed_that_has_not_arrived_raises_nothing(self) -> None:
        world = World()
        many_sales(world, 100, 100, "payment")
        assert hits_of(world, "R01") == []

    def test_a_payment_feed_with_a_hole_the_day_before_raises_nothing(self) -> None:
        world = World()
        sell(world, "old", at(D - timedelta(days=3)))
        sell(world, "hole", at(D - timedelta(days=1)), without=("payment",))
        many_sales(world, 100, 50, "payment")
        assert hits_of(world, "R01") == []

    def test_an_empty_reference_counts_as_missing(self) -> None:
        world = World()
        many_sales(world, 99, 1, "amount")
        sell(world, "999", at(D), listed={"logistics_no": None})
        (hit,) = hits_of(world, "R01")
        assert hit.evidence == ("i000", "i999")

    def test_two_payments_of_one_order_are_summed(self) -> None:
        world = World()
        many_sales(world, 99, 1, "amount")
        sell(world, "999", at(D), value="100.00", paid="60.00")
        world.add(
            "payment", pay_code="P", pay_txn_id="second", platform_uscc="91659007MA7TETA132", order_no="o999",
            payer_token="buyer", amount="40.00", currency="CNY", paid_at=at(D, 10),
        )  # fmt: skip
        assert hits_of(world, "R01", threshold=0.0101) == []

    def test_a_cancelled_list_and_an_export_list_are_not_counted(self) -> None:
        world = World()
        many_sales(world, 99, 0, "amount")
        sell(world, "998", at(D, 9), without=("waybill",), listed={"cancelled_at": at(D, 10)})
        sell(world, "999", at(D, 9), without=("payment",), listed={"direction": "export"})
        assert hits_of(world, "R01", n_min=1) == []

    def test_the_eighth_day_back_is_outside_the_window(self) -> None:
        world = World()
        for days, without in ((7, ("waybill",)), (6, ())):
            for index in range(3):
                sell(world, f"{days}{index}", at(D - timedelta(days=days)), without=without if index else ())
        assert hits_of(world, "R01", n_min=1) == []


def buy_before(world: World, total: str) -> None:
    """Earlier lists of one buyer this year, all within the limit of one list."""
    left, index = round(float(total) * 100), 0
    while left > 0:
        part = min(left, 400_000)
        sell(
            world, f"b{index}", at(date(2026, 2, 1) + timedelta(days=3 * index)), value=f"{part / 100:.2f}",
            seller=OTHER_SELLER,
        )  # fmt: skip
        left, index = left - part, index + 1


class TestYearlyQuota:
    def test_last_years_lists_do_not_count(self) -> None:
        world = World()
        sell(world, "old", at("2025-12-31"), value="5000.00")
        buy_before(world, "21000.00")
        sell(world, "last", at(D), value="5000.00")
        assert hits_of(world, "R04") == []

    def test_a_cancelled_list_gives_its_amount_back(self) -> None:
        world = World()
        buy_before(world, "21000.01")
        sell(world, "void", at("2026-05-05"), value="3000.00", listed={"cancelled_at": at("2026-05-06")})
        sell(world, "last", at(D), value="4999.99")
        assert hits_of(world, "R04") == []


def split(second: str, hours: float = 3, hs: str = "3304990011") -> list[Hit]:
    """Two lists of one buyer, of 2,600 yuan and another value, some hours apart."""
    world = World()
    for number, value, hours_on, code in (("1", "2600.00", 0.0, "3304990099"), ("2", second, hours, hs)):
        sell(world, number, at(D - timedelta(days=1), 9) + timedelta(hours=hours_on), value=value)
        world.add(
            "inventory_line", invt_no=f"i{number}", line_no=1, hs_code=code, goods_name="cream", quantity=1,
            unit="007", price=value, line_total=value, received_at=at(D, 1),
        )  # fmt: skip
    return hits_of(world, "R03")


class TestOrderSplitting:
    def test_a_day_apart_to_the_second_still_belongs_together_and_a_minute_more_does_not(self) -> None:
        assert len(split("2400.01", hours=24)) == 1
        assert split("2400.01", hours=24 + 1 / 60) == []

    def test_two_splits_of_one_buyer_days_apart_are_two_groups_and_a_run_of_lists_is_one(self) -> None:
        world = World()
        for number, hours in enumerate((0, 1, 72, 73, 90, 110)):
            sell(world, str(number), at(D - timedelta(days=9), 9) + timedelta(hours=hours), value="2600.00")
            world.add(
                "inventory_line", invt_no=f"i{number}", line_no=1, hs_code="3304990011", goods_name="cream", quantity=1,
                unit="007", price=1, line_total="2600.00", received_at=at(D, 1),
            )  # fmt: skip
        (hit,) = hits_of(world, "R03")
        assert (hit.value, hit.n) == (2.0, 6)

    def test_twenty_groups_make_it_high_and_a_group_found_by_buyer_and_address_counts_once(self) -> None:
        world = World()
        for group in range(20):
            for part in range(2):
                number = f"{group:02}{part}"
                sell(
                    world, number, at(D - timedelta(days=group), 9 + part), value="2600.00", buyer=f"b{group}",
                    listed={"address_token": f"a{group}"},
                )  # fmt: skip
                world.add(
                    "inventory_line", invt_no=f"i{number}", line_no=1, hs_code="3304990011", goods_name="cream",
                    quantity=1, unit="007", price=1, line_total="2600.00", received_at=at(D, 1),
                )  # fmt: skip
        (hit,) = hits_of(world, "R03")
        assert (hit.value, hit.severity, hit.n, len(hit.evidence)) == (20.0, Severity.HIGH, 40, 20)
        (fewer,) = hits_of(world, "R03", window_days=19)
        assert (fewer.value, fewer.severity) == (19.0, Severity.MEDIUM)


class TestBorrowedIdentities:
    @pytest.mark.parametrize(("buyers", "hits"), [(10, 0), (11, 1), (12, 1)])
    @pytest.mark.parametrize("token", ["consignee_phone_token", "address_token"])
    def test_more_than_ten_buyers_on_one_phone_or_address(self, token: str, buyers: int, hits: int) -> None:
        world = World()
        for index in range(buyers):
            sell(world, f"{index:02}", at(D, index), value="200.00", buyer=f"b{index}", listed={token: "shared"})
        found = hits_of(world, "R04")
        assert len(found) == hits
        for hit in found:
            assert (hit.severity, hit.value, hit.threshold) == (Severity.HIGH, float(buyers), 10.0)
            assert all(document.startswith("i") for document in hit.evidence)
            assert not any("shared" in document for document in hit.evidence)

    def test_orders_without_a_list_are_looked_at_too(self) -> None:
        world = World()
        for index in range(12):
            world.add(
                "order", platform_uscc="p", order_no=f"o{index}", direction="import", uscc=SELLER, goods_value=200,
                freight=0, discount=0, tax_total=0, actual_paid=200, currency="CNY", amount_cny=200,
                buyer_token=f"b{index}", consignee_phone_token="shared", ordered_at=at(D, index),
            )  # fmt: skip
        (hit,) = hits_of(world, "R04")
        assert (hit.value, hit.n) == (12.0, 12)

    def test_one_buyer_with_eleven_phones_within_ninety_days(self) -> None:
        world = World()
        for index in range(11):
            moment = at(D - timedelta(days=8 * index + (1 if index < 10 else 9)))
            sell(world, f"{index:02}", moment, value="200.00", listed={"consignee_phone_token": f"p{index}"})
        (hit,) = hits_of(world, "R04")
        assert (hit.value, hit.window_from) == (11.0, D - timedelta(days=89))
        assert hits_of(world, "R04", phones_window_days=89) == []
