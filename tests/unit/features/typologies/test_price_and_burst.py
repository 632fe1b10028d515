"""R05 (prices far below like goods) and R16 (a burst after silence), just under and just over their borders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from expectations.vocabulary.grade import Severity
from features.typologies import Hit, find_hits, unmeasured_rules
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, SELLER, THIRD_SELLER, declare, sell

D = date(2026, 9, 30)
R05 = {
    "window_days": 90,
    "reference_lines_min": 30,
    "reference_enterprises_min": 3,
    "z_max": -3.5,
    "ratio_max": 0.5,
    "threshold": 0.05,
    "n_min": 20,
}
R16 = {"dormant_days": 90, "burst_days": 7, "factor": 10, "history_days": 365, "absolute_min": 1000}


def hits_of(world: World, rule: str, numbers: Mapping[str, float]) -> list[Hit]:
    return find_hits(world.known(D), {rule: numbers}, D)


def priced(low: int, lines: int = 20, price: str = "4.90", origins: tuple[str, str] = ("CN", "CN")) -> World:
    """A seller whose first lines are cheap, and two others who sell the same goods at about ten yuan."""
    world = World()
    for seller in (SELLER, OTHER_SELLER, THIRD_SELLER):
        declare(world, seller, at(D), "300.00", uscc=seller, currency="CNY", amount_cny=300)
        for line in range(lines):
            is_low = seller == SELLER and line < low
            world.add(
                "declaration_line", entry_id=f"e{seller}", line_no=line + 1, hs_code="6109100021", goods_name="shirt",
                origin_country=origins[seller == SELLER], quantity=1, unit="011", statutory_quantity=1,
                statutory_unit="011", price=10, line_total=price if is_low else f"{10 + line % 3 / 10:.2f}",
                received_at=at(D),
            )  # fmt: skip
    return world


class TestUnderValuation:
    def test_two_cheap_lines_of_twenty_are_a_high_hit_and_one_is_not(self) -> None:
        (hit,) = hits_of(priced(low=2), "R05", R05)
        assert (hit.uscc, hit.value, hit.n, hit.severity) == (SELLER, 0.1, 20, Severity.HIGH)
        assert (hit.evidence, hit.amount_fen) == ((f"e{SELLER}",), 980)
        assert hits_of(priced(low=1), "R05", R05) == []

    def test_just_above_half_the_median_is_not_low(self) -> None:
        assert hits_of(priced(low=2, price="5.10"), "R05", R05) == []

    def test_far_below_the_median_yet_within_a_wide_spread_is_not_low(self) -> None:
        assert hits_of(priced(low=2), "R05", R05 | {"z_max": -60.0}) == []

    def test_goods_of_another_origin_are_no_reference(self) -> None:
        assert hits_of(priced(low=2, origins=("CN", "VN")), "R05", R05 | {"reference_enterprises_min": 2}) == []

    @pytest.mark.parametrize(("least", "hits"), [(60, 1), (61, 0)])
    def test_a_reference_needs_enough_lines(self, least: int, hits: int) -> None:
        assert len(hits_of(priced(low=2), "R05", R05 | {"reference_lines_min": least})) == hits

    def test_a_reference_needs_three_enterprises(self) -> None:
        assert hits_of(priced(low=2), "R05", R05 | {"reference_enterprises_min": 4}) == []

    def test_nineteen_lines_are_too_few_to_speak(self) -> None:
        assert hits_of(priced(low=2, lines=19), "R05", R05) == []

    def test_where_all_others_ask_the_same_price_a_lower_one_stands_out(self) -> None:
        world = World()
        for seller in (SELLER, OTHER_SELLER, THIRD_SELLER):
            declare(world, seller, at(D), "300.00", uscc=seller)
            for line in range(20):
                total = "4.00" if seller == SELLER and line < 2 else "10.00"
                world.add(
                    "declaration_line", entry_id=f"e{seller}", line_no=line + 1, hs_code="6109100021",
                    goods_name="shirt", quantity=1, unit="011", statutory_quantity=1, statutory_unit="011", price=1,
                    line_total=total, received_at=at(D),
                )  # fmt: skip
        assert [hit.value for hit in hits_of(world, "R05", R05)] == [0.1]


def burst(now: int, weekly: int, silent_days: int = 90, begun_days: int = 200) -> World:
    """A busiest week, then silence, then lists in the last seven days; somebody else's list begins the feed."""
    world = World()
    sell(world, "first", at(D - timedelta(days=begun_days)), seller=OTHER_SELLER)
    bare = ("order", "payment", "waybill")
    for index in range(weekly):
        sell(world, f"old{index}", at(D - timedelta(days=7 + silent_days + index % 7)), without=bare)
    for index in range(now):
        sell(world, f"new{index}", at(D - timedelta(days=index % 7)), without=bare)
    return world


class TestBurstAfterDormancy:
    @pytest.mark.parametrize(("now", "hits"), [(20, 0), (21, 1)])
    def test_more_than_ten_times_the_busiest_week(self, now: int, hits: int) -> None:
        found = hits_of(burst(now, weekly=2), "R16", R16)
        assert len(found) == hits
        for hit in found:
            assert (hit.uscc, hit.value, hit.threshold, hit.n) == (SELLER, 10.5, 10.0, 21)
            assert (hit.severity, hit.window_from) == (Severity.MEDIUM, D - timedelta(days=6))

    def test_a_document_within_the_ninety_days_is_no_dormancy(self) -> None:
        assert hits_of(burst(21, weekly=1, silent_days=89), "R16", R16) == []
        assert len(hits_of(burst(21, weekly=1, silent_days=90), "R16", R16)) == 1

    @pytest.mark.parametrize(("now", "hits"), [(29, 0), (30, 1)])
    def test_without_any_history_a_whole_number_is_the_border(self, now: int, hits: int) -> None:
        assert len(hits_of(burst(now, weekly=0), "R16", R16 | {"absolute_min": 30})) == hits

    def test_silence_before_the_feed_began_is_no_dormancy(self) -> None:
        assert hits_of(burst(40, weekly=0, begun_days=96), "R16", R16 | {"absolute_min": 30}) != []
        assert hits_of(burst(40, weekly=0, begun_days=95), "R16", R16 | {"absolute_min": 30}) == []

    def test_cancelled_lists_are_no_burst(self) -> None:
        world = burst(20, weekly=2)
        sell(world, "void", at(D), listed={"cancelled_at": at(D, 13)})
        assert hits_of(world, "R16", R16) == []


def test_a_rule_whose_feed_is_missing_is_unmeasured_and_not_silent() -> None:
    world = World()
    sell(world, "1", at(D))
    told = frozenset({"inventory", "order", "payment", "waybill"})
    unmeasured = unmeasured_rules(world.known(D, connected=told))
    assert unmeasured.isdisjoint({"R01", "R04"})
    assert unmeasured >= {"R03", "R05", "R08", "R11", "R11b", "R16", "R18"}


def test_a_rule_that_the_policy_does_not_hold_is_not_run() -> None:
    assert find_hits(World().known(D), {"R21": {"peer_share": 0.3}}, D) == []
