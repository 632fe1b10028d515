"""Measures that plain sums do not cover, each in a world whose arithmetic can be done in the head."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue import load_catalogue
from features.table import feature_table
from tests.worlds.builder import World, at
from tests.worlds.trade import CARRIER, SELLER, declare, receive, sell

D = date(2026, 3, 31)


def of_seller(world: World) -> dict[str, float]:
    """The features of the seller by name."""
    feeds = frozenset(world.contracts)
    frame = feature_table(world.known(D), load_catalogue(), D, knowledge_cutoff(D), feeds).frame
    return dict(zip(map(str, frame.columns), frame.loc[[SELLER]].to_numpy()[0].tolist(), strict=True))


def scans(world: World, number: str, *told: tuple[str, float]) -> None:
    """Scans of a waybill, in hours after noon of two days before D."""
    for event, hours in told:
        world.add(
            "waybill_event", carrier_uscc=CARRIER, logistics_no=f"w{number}", event=event,
            event_at=at(D - timedelta(days=2)) + timedelta(hours=hours),
        )  # fmt: skip


class TestParcels:
    @pytest.fixture(scope="class")
    @classmethod
    def told(cls) -> dict[str, float]:
        world = World()
        moment = at(D - timedelta(days=2))
        for number in range(10):
            listed = {"released_at": moment + timedelta(hours=9)}
            sell(world, str(number), moment, listed=listed, without=("waybill",) if number == 9 else ())
        for number in range(5):  # picked up, moved once, signed for after 10 hours
            scans(world, str(number), ("picked_up", 0), ("loaded", 5), ("signed", 10))
        for number in (5, 6):  # signed for 5 hours 59 minutes after pick-up, never seen on the way
            scans(world, str(number), ("picked_up", 0), ("signed", 6 - 1 / 60))
        scans(world, "7", ("picked_up", 0), ("refused", 20))
        return of_seller(world)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("sent_order_share_30d", 0.9),
            ("tracked_order_share_30d", 8 / 9),
            ("no_transit_share_30d", 3 / 8),
            ("signed_order_share_90d", 7 / 8),
            ("refused_order_share_90d", 1 / 8),
            ("hasty_delivery_share_90d", 2 / 7),
            ("delivery_hours_90d", (5 * 10 + 2 * (6 - 1 / 60)) / 7),
            ("dispatch_hours_30d", 1.0),
            ("release_hours_90d", 9.0),
            ("signed_before_release_share_90d", 2 / 8),
            ("discount_ratio_90d", 0.0),
            ("buyer_concentration_90d", 1.0),
        ],
    )
    def test_what_ten_orders_and_their_scans_come_to(self, told: dict[str, float], name: str, value: float) -> None:
        assert told[name] == pytest.approx(value, rel=1e-12)


class TestRhythm:
    def test_burst_trend_and_busiest_day(self) -> None:
        world = World()
        bare = ("order", "payment", "waybill")
        days = [0] * 3 + [6] * 4 + [7] * 2 + [60] * 7 + [96] * 1 + [100] * 8
        for number, back in enumerate(days):
            sell(world, str(number), at(D - timedelta(days=back)), without=bare)
        told = of_seller(world)
        assert told["burst_ratio"] == pytest.approx((7 / 7) / (10 / 90))  # 10 documents in [D - 96, D - 7]
        assert told["document_trend"] == 16 / 9  # 16 in the last 90 days, 9 in the 90 before
        assert told["busiest_day_share"] == 7 / 16
        assert (told["active_days_90d"], told["active_days_365d"], told["days_since_document"]) == (4, 6, 0)


class TestMoneyAndGoods:
    @pytest.fixture(scope="class")
    @classmethod
    def told(cls) -> dict[str, float]:
        world = World()
        for number in range(5):
            moment = at(D - timedelta(days=number))
            declare(world, f"x{number}", moment, "1000.00")
            declare(world, f"m{number}", moment, "200.00", direction="import")
            receive(world, f"r{number}", moment, "600.00", netted_fees_usd=100, counterparty_token=f"c{number % 2}")
            receive(world, f"p{number}", moment, "300.00", direction="payment", prepaid=number == 0)
        world.add(
            "tax_filing", filing_no="n", uscc=SELLER, tax_type="vat", period="2026-01", payable_cny=0,
            export_sales_cny=28_000, output_tax_cny=100, input_tax_cny=130, due_on=date(2026, 2, 15),
        )  # fmt: skip
        for number, (status, refund) in enumerate((("paid", 1000), ("suspended", 500), ("recovered", 250))):
            world.add(
                "tax_refund", refund_batch_no="b", entry_id=f"ex{number}", line_no=1, uscc=SELLER, refund_cny=refund,
                status=status, applied_on=date(2026, 3, 1),
            )  # fmt: skip
        return of_seller(world)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("export_value_30d", 35_000.0),
            ("receipt_to_export_365d", 3500 / 5000),
            ("fund_goods_ratio_365d", (3500 + 1500) / (1000 + 5000)),
            ("fund_goods_difference_365d", (1000 + 3500 - 5000 - 1500) / 11_000),
            ("prepaid_share_365d", 300 / 4500),
            ("distinct_remitters_365d", 2),
            ("top_remitter_share_365d", 3 / 5),
            ("filed_to_declared_export_365d", 28_000 / 35_000),
            ("refund_to_export_365d", 1750 / 35_000),
            ("input_to_output_tax_365d", 1.3),
            ("recovered_refunds_365d", 1),
            ("suspended_refund_share_365d", np.nan),
            ("late_filings_90d", 1),
        ],
    )
    def test_what_money_against_goods_comes_to(self, told: dict[str, float], name: str, value: float) -> None:
        assert told[name] == pytest.approx(value, rel=1e-12, nan_ok=True)


class TestPurchasesReturnsAndQuality:
    @pytest.fixture(scope="class")
    @classmethod
    def told(cls) -> dict[str, float]:
        world = World()
        moment = at(D - timedelta(days=10))
        for number in range(5):
            world.add(
                "procurement", po_no=f"{number}", line_no=1, uscc=SELLER, amount=100, currency="CNY", amount_cny=100,
                vat_invoice_no=None if number == 0 else "v", invoice_status="red" if number == 1 else "normal",
                ordered_at=moment,
            )  # fmt: skip
            fields: dict[str, Any] = {"bar_code_matches": False} if number == 0 else {}
            fields |= {"declared_weight_kg": 10, "found_weight_kg": {1: "11.00001", 2: 11}.get(number, 10)}
            world.add(
                "return", refund_no=f"{number}", direction="import", uscc=SELLER, quantity=1, amount_cny=10,
                applied_at=moment, arrived_at=moment + timedelta(days=number), relief_claimed=number < 2, **fields,
            )  # fmt: skip
            world.add(
                "quality_sample", sample_no=f"{number}", uscc=SELLER, sku="k", sampled_on=moment.date(),
                verdict="fail" if number < 2 else "pass", level="serious" if number == 0 else None,
            )  # fmt: skip
            for quantity, counted in ((10_000, 9_900 - (number == 0)), (100, 90 - (number == 0))):
                world.add(
                    "stock_count", warehouse_code="w", uscc=SELLER, sku=f"{quantity}/{number}", book_quantity=quantity,
                    counted_quantity=counted, counted_at=moment,
                )  # fmt: skip
        return of_seller(world)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("uninvoiced_purchase_share_90d", 1 / 5),
            ("void_invoices_365d", 1),
            ("mismatched_return_share_90d", 2 / 5),
            ("relief_return_share_365d", 2 / 5),
            ("return_arrival_days_365d", 2.0),
            ("failed_sample_share_365d", 2 / 5),
            ("serious_quality_failures_365d", 1),
            ("short_stock_counts_365d", 2),
            ("short_stock_share_365d", 2 / 10),
        ],
    )
    def test_what_purchases_returns_samples_and_counts_come_to(
        self, told: dict[str, float], name: str, value: float
    ) -> None:
        assert told[name] == pytest.approx(value, rel=1e-12)
