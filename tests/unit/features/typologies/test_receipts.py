"""R11 and R11b, money against goods: each border from both sides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from expectations.vocabulary.grade import Severity
from features.typologies import Hit, find_hits
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, declare, receive, sell

D = date(2026, 9, 30)

R11: Mapping[str, int | float] = {
    "receipts_window_days": 365,
    "lag_days": 90,
    "low": 0.7,
    "high": 1.3,
    "severe": 0.4,
    "exports_min_usd": 100_000,
    "difference_rate": 0.5,
    "difference_total_min_usd": 100_000,
    "n_min": 20,
}


def hits_of(world: World, rule: str, **changed: int | float) -> list[Hit]:
    """What the rule finds on D, with some of its numbers changed."""
    return find_hits(world.known(D), {rule: {**R11, **changed}}, D)


def settled(receipts: str, fees: str | None, exports: str = "400000.00", **forex: object) -> World:
    """Exports in the lagged year and receipts in this one, in twenty documents each."""
    world = World()
    for index in range(20):
        declare(world, f"{index:02}", at(D - timedelta(days=100 + index)), f"{float(exports) / 20:.2f}")
        receive(
            world, f"{index:02}", at(D - timedelta(days=index)), f"{float(receipts) / 20:.2f}",
            netted_fees_usd=None if fees is None else f"{float(fees) / 20:.2f}", **forex,
        )  # fmt: skip
    return world


def with_goods_feeds(world: World) -> World:
    """The same with somebody else's list and declaration, so that the goods feeds are alive."""
    sell(world, "other", at(D), seller=OTHER_SELLER)
    declare(world, "other", at(D), "1.00", uscc=OTHER_SELLER)
    return world


class TestReceiptGap:
    @pytest.mark.parametrize(("receipts", "severity"), [("159960.00", Severity.HIGH), ("160000.00", Severity.MEDIUM)])
    def test_under_four_tenths_is_high(self, receipts: str, severity: Severity) -> None:
        (hit,) = hits_of(settled(receipts, None), "R11")
        assert hit.severity == severity

    @pytest.mark.parametrize(("receipts", "hits"), [("279960.00", 1), ("280000.00", 0)])
    def test_the_lower_border_is_seven_tenths(self, receipts: str, hits: int) -> None:
        assert len(hits_of(settled(receipts, None), "R11")) == hits

    @pytest.mark.parametrize(("receipts", "hits"), [("520000.00", 0), ("520020.00", 1)])
    def test_the_upper_border_is_thirteen_tenths(self, receipts: str, hits: int) -> None:
        assert len(hits_of(with_goods_feeds(settled(receipts, None)), "R11")) == hits

    def test_too_much_received_proves_nothing_while_a_goods_feed_is_missing(self) -> None:
        assert hits_of(settled("900000.00", None), "R11") == []

    def test_exports_under_100000_dollars_are_not_judged(self) -> None:
        assert hits_of(settled("1.00", None, exports="99999.80"), "R11") == []

    def test_a_silent_forex_feed_raises_nothing(self) -> None:
        world = World()
        for index in range(20):
            declare(world, f"{index:02}", at(D - timedelta(days=100 + index)), "20000.00")
            receive(world, f"{index:02}", at(D - timedelta(days=40 + index)), "5000.00")
        assert hits_of(world, "R11") == []

    def test_barter_and_summary_declarations_are_no_exports(self) -> None:
        world = settled("400000.00", None)
        declare(world, "barter", at(D - timedelta(days=100)), "900000.00", mode="0130")
        declare(world, "summary", at(D - timedelta(days=100)), "900000.00", mode="9610", summary_of="2026-05")
        assert hits_of(world, "R11") == []

    def test_a_list_without_a_rate_into_dollars_leaves_the_enterprise_unjudged(self) -> None:
        world = settled("150000.00", None)
        moment = at(D - timedelta(days=100))
        sell(world, "export", moment, without=("payment",), listed={"direction": "export"})
        assert hits_of(world, "R11") == []


class TestMoneyAgainstGoods:
    def test_a_difference_of_six_per_cent_is_no_hit(self) -> None:
        world = with_goods_feeds(World())
        for index in range(20):
            moment = at(D - timedelta(days=index))
            declare(world, f"x{index}", moment, "15000.00")
            declare(world, f"m{index}", moment, "2500.00", direction="import")
            receive(world, f"r{index}", moment, "12500.00")
            receive(world, f"p{index}", moment, "2000.00", direction="payment")
        assert hits_of(world, "R11b") == []
        (hit,) = hits_of(world, "R11b", difference_rate=0.0624)
        assert hit.value == -0.0625  # (50 + 250 - 300 - 40) / 640
        assert hits_of(world, "R11b", difference_rate=0.0625) == []

    def test_receipts_without_goods_are_a_hit_of_medium_severity(self) -> None:
        world = with_goods_feeds(settled("200000.00", None, exports="1000.00"))
        (hit,) = hits_of(world, "R11b")
        assert (hit.severity, hit.threshold) == (Severity.MEDIUM, 0.5)

    def test_a_retail_exporter_paid_in_dollars_is_not_judged(self) -> None:
        world = with_goods_feeds(World())
        for index in range(20):
            moment = at(D - timedelta(days=index))
            sell(
                world, f"x{index}", moment, without=("order", "payment", "waybill"), value="70000.00",
                listed={"direction": "export"},
            )  # fmt: skip
            receive(world, f"r{index}", moment, "10000.00")
        assert hits_of(world, "R11b") == []
