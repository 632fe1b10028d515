"""Prices against peers, and receipts against the exports they pay for, with arithmetic that can be done by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue import load_catalogue
from features.table import feature_table
from tests.worlds.builder import World, at
from tests.worlds.trade import OTHER_SELLER, SELLER, THIRD_SELLER, declare, receive

D = date(2026, 3, 31)
SELLERS = (SELLER, OTHER_SELLER, THIRD_SELLER)


def of(world: World, uscc: str) -> dict[str, float]:
    """The features of an enterprise by name."""
    frame = feature_table(world.known(D), load_catalogue(), D, knowledge_cutoff(D), frozenset(world.contracts)).frame
    return dict(zip(map(str, frame.columns), frame.loc[[uscc]].to_numpy()[0].tolist(), strict=True))


def price(world: World, seller: str, *yuan: str, day: date = D, **fields: Any) -> None:
    """One export declaration with a line per price, one unit each, told in yuan."""
    number = f"{world.sequence}"
    declare(world, number, at(day), "1.00", uscc=seller, currency="CNY", amount_cny=1)
    for line, each in enumerate(yuan):
        told: dict[str, Any] = {
            "entry_id": f"e{number}", "line_no": line + 1, "hs_code": "1" * 10, "goods_name": "g", "quantity": 1,
            "unit": "011", "statutory_quantity": 1, "statutory_unit": "011", "price": each, "line_total": each,
        }  # fmt: skip
        world.add("declaration_line", received_at=at(day, 23), **(told | fields))


def peers(lines: int = 30, sellers: tuple[str, ...] = SELLERS) -> World:
    """Lines at 100 yuan, told by turns by several sellers."""
    world = World()
    for number in range(lines):
        price(world, sellers[number % len(sellers)], "100.00")
    return world


class TestPrices:
    def test_a_line_under_half_the_median_of_thirty_is_far_below_its_peers(self) -> None:
        world = peers(27)
        price(world, SELLER, "100.00", "49.00", "201.00")
        told = of(world, SELLER)
        assert told["low_price_line_share_90d"] == 1 / 12
        assert told["high_price_line_share_90d"] == 1 / 12
        # ln 100, 49 and 201 times fifty, rounded down: 230, 194 and 265.
        assert told["price_deviation_90d"] == pytest.approx((194 - 230 + 265 - 230) / 50 / 12)

    def test_a_line_at_little_more_than_half_is_not(self) -> None:
        world = peers(29)
        price(world, SELLER, "51.00")
        assert of(world, SELLER)["low_price_line_share_90d"] == 0.0

    @pytest.mark.parametrize(("lines", "sellers"), [(28, SELLERS), (60, SELLERS[:2])])
    def test_twenty_nine_lines_or_two_sellers_are_no_peers(self, lines: int, sellers: tuple[str, ...]) -> None:
        world = peers(lines, sellers)
        price(world, SELLER, "10.00")
        assert np.isnan(of(world, SELLER)["low_price_line_share_90d"])

    def test_of_two_middle_prices_the_lower_is_the_median(self) -> None:
        world = World()
        for number in range(30):
            price(world, SELLERS[number % 3], "100.00" if number < 15 else "110.00")
        # Five lines each at 0 and at 235 - 230 steps of two per cent from the lower median.
        assert of(world, SELLER)["price_deviation_90d"] == pytest.approx(5 * 5 / 50 / 10)

    def test_where_half_the_prices_vary_the_spread_counts(self) -> None:
        world = World()
        for number in range(32):
            price(world, SELLERS[number % 3], ("50.00", "100.00", "200.00", "400.00")[number % 4])
        price(world, SELLER, "40.00")
        # The median is 100, the deviation some 35 steps: 40 yuan are 46 steps below, not five times 35.
        assert of(world, SELLER)["low_price_line_share_90d"] == 0.0

    @pytest.mark.parametrize(("yuan", "share"), [("36.00", 0.0), ("35.00", 1 / 12)])
    def test_a_line_is_far_below_from_three_and_a_half_deviations_on(self, yuan: str, share: float) -> None:
        world = World()
        for number in range(33):
            price(world, SELLERS[number % 3], ("82.00", "100.00", "122.00")[number // 3 % 3])
        price(world, SELLER, yuan)
        # The median is step 230, the deviation 10 steps (82 yuan: 220, 122: 240), the border 51.9 steps below: 36 yuan
        # stand at 179, 51 below, and 35 at 177.
        assert of(world, SELLER)["low_price_line_share_90d"] == pytest.approx(share)

    @pytest.mark.parametrize(
        "other",
        [{"origin_country": "KZ"}, {"statutory_unit": "035"}, {"hs_code": "2" * 10}, {"day": D - timedelta(90)}],
    )
    def test_other_origins_units_codes_and_older_lines_are_no_peers(self, other: dict[str, Any]) -> None:
        world = peers(29)
        for _ in range(6):
            price(world, SELLER, "10.00", **other)
        told = of(world, SELLER)
        assert np.isnan(told["low_price_line_share_90d"])


class TestLateFeeds:
    @pytest.mark.parametrize(("silent_days", "value"), [(10, 1.0), (11, np.nan)])
    def test_exports_are_not_unsettled_while_the_banks_are_late(self, silent_days: int, value: float) -> None:
        world = World()
        receive(world, "last", at(D), "1.00", received_at=knowledge_cutoff(D) - timedelta(days=silent_days))
        for number in range(5):
            declare(world, f"{number}", at(D - timedelta(days=200)), "1000.00")
        assert of(world, SELLER)["unsettled_declaration_share_365d"] == pytest.approx(value, nan_ok=True)


class TestLaggedReceipts:
    def test_receipts_of_a_year_stand_over_the_exports_of_the_year_that_ended_ninety_days_before(self) -> None:
        world = World()
        for number, back in enumerate((89, 90, 91, 200, 454, 455, 100)):
            declare(world, f"{number}", at(D - timedelta(days=back)), "1000.00")
        receive(world, "in", at(D - timedelta(days=364)), "1800.00", netted_fees_usd=200)
        receive(world, "out", at(D - timedelta(days=365)), "999.00")
        # 90, 91, 100, 200 and 454 days back count: five thousand dollars.
        assert of(world, SELLER)["receipt_to_lagged_export"] == pytest.approx(2000 / 5000)

    def test_export_returns_of_those_days_are_taken_off_at_the_rate_of_their_day(self) -> None:
        world = World()
        world.add("exchange_rate", month="2025-01", currency="USD", cny_per_unit="7.0")
        for number in range(5):
            declare(world, f"{number}", at(D - timedelta(days=100)), "1000.00")
        for number, (back, direction) in enumerate(((90, "export"), (89, "export"), (100, "import"))):
            world.add(
                "return", refund_no=f"{number}", direction=direction, uscc=SELLER, quantity=1, amount_cny="7000.00",
                applied_at=at(D - timedelta(days=back)),
            )  # fmt: skip
        receive(world, "in", at(D), "3000.00")
        assert of(world, SELLER)["receipt_to_lagged_export"] == pytest.approx(3000 / 4000)
