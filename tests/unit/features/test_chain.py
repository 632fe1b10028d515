"""The chain in cases that can be read: stages, order of events, amounts at the right day's rate, many to many."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.worlds.builder import World, at
from tests.worlds.trade import CARRIER, PLATFORM, SELLER, declare, receive, sell

D = date(2026, 3, 31)
OLD = D - timedelta(days=120)


def one(world: World, step: str, columns: str, condition: str = "true") -> tuple[Any, ...]:
    """The only row of a step of the chain that meets a condition."""
    (row,) = world.known(D).rows(f"select {columns} from {step} where {condition}")
    return row


def alive(world: World, *tables: str) -> None:
    """Let feeds have something to say today, so that the past can be judged."""
    if "forex" in tables:
        receive(world, "alive", at(D), "1.00")
    if "warehouse_movement" in tables:
        move(world, "alive", D, warehouse_kind="domestic")
    if "declaration" in tables:
        declare(world, "alive", at(D), "1.00", uscc="SOMEBODY")


def move(world: World, number: str, day: date, **fields: Any) -> None:
    told: dict[str, Any] = {
        "warehouse_code": "V", "movement_no": number, "warehouse_kind": "bonded", "uscc": SELLER, "sku": "k",
        "direction": "out", "quantity": 1, "unit": "011", "moved_at": at(day),
    }  # fmt: skip
    world.add("warehouse_movement", **(told | fields))


class TestStages:
    def test_a_settlement_is_not_yet_known_until_ninety_days_and_the_banks_days_of_grace_are_over(self) -> None:
        # The feed spoke on D + 1 and has ten days of grace: it reaches D - 10, and ninety days before that D - 100.
        for back, state in ((99, "unknown"), (100, "missing")):
            world = World()
            declare(world, "1", at(D - timedelta(days=back)), "100.00")
            alive(world, "forex")
            assert one(world, "declaration_chain", "settlement_state") == (state,)

    def test_a_feed_that_stopped_leaves_the_stage_unknown_forever(self) -> None:
        world = World()
        receive(world, "last", at(OLD), "1.00")
        declare(world, "1", at(OLD + timedelta(days=1)), "100.00")
        assert one(world, "declaration_chain", "settlement_state") == ("unknown",)

    def test_barter_and_imports_wait_for_no_receipt(self) -> None:
        world = World()
        declare(world, "b", at(OLD), "100.00", mode="0130")
        declare(world, "i", at(OLD), "100.00", direction="import")
        alive(world, "forex")
        states = world.known(D).rows("select settlement_state from declaration_chain order by entry_id")
        assert states == [("not_due",), ("not_due",)]

    def test_a_released_bonded_list_needs_an_exit_and_a_direct_one_does_not(self) -> None:
        world = World()
        for number, mode in (("b", "1210"), ("d", "9610")):
            sell(world, number, at(OLD), listed={"mode": mode, "released_at": at(OLD, 14)})
        alive(world, "warehouse_movement")
        rows = world.known(D).rows("select mode, warehouse_state from inventory_chain order by mode")
        assert rows == [("1210", "missing"), ("9610", "not_due")]


class TestOrderOfEvents:
    def test_goods_that_leave_before_release_and_lists_declared_before_payment_are_told(self) -> None:
        world = World()
        sell(world, "1", at(OLD), listed={"mode": "1210", "released_at": at(OLD, 18), "declared_at": at(OLD, 8)})
        move(world, "m", OLD, invt_no="i1", moved_at=at(OLD, 17))
        wanted = "is_out_before_release, is_declared_before_payment, is_declared_before_order, first_movement"
        assert one(world, "inventory_chain", wanted) == (True, True, True, "V/m")

    def test_a_refund_applied_for_before_the_goods_left_is_told(self) -> None:
        world = World()
        declare(world, "1", at(OLD), "100.00", departed_at=at(OLD + timedelta(days=5)))
        world.add(
            "tax_refund", refund_batch_no="b", entry_id="e1", line_no=1, uscc=SELLER, refund_cny=1, status="applied",
            applied_on=OLD + timedelta(days=4),
        )  # fmt: skip
        assert one(world, "refund_chain", "declaration_state, is_before_departure") == ("present", True)

    @pytest.mark.parametrize(
        ("events", "is_valid"),
        [
            ((("picked_up", 1), ("loaded", 2), ("signed", 9)), True),
            ((("loaded", 1), ("picked_up", 2), ("signed", 9)), False),
            ((("picked_up", 5), ("signed", 4)), False),
            ((("picked_up", -5), ("signed", 4)), False),
            ((("picked_up", 1), ("released", 8), ("exited", 7)), False),
        ],
    )
    def test_a_track_is_valid_when_its_events_come_in_turn_after_the_order(
        self, events: tuple[tuple[str, int], ...], is_valid: bool
    ) -> None:
        world = World()
        sell(world, "1", at(OLD))  # ordered three hours before
        for event, hours in events:
            world.add(
                "waybill_event", carrier_uscc=CARRIER, logistics_no="w1", event=event,
                event_at=at(OLD) + timedelta(hours=hours - 3),
            )  # fmt: skip
        assert one(world, "order_chain", "is_track_valid") == (is_valid,)


class TestManyToMany:
    def test_split_receipts_add_up_gross_and_net_of_fees(self) -> None:
        world = World()
        declare(world, "1", at(OLD), "1000.00")
        receive(world, "a", at(OLD + timedelta(days=10)), "500.00", trade_document_no="e1", netted_fees_usd=20)
        receive(world, "b", at(OLD + timedelta(days=30)), "480.00", trade_document_no="e1")
        wanted = "settlement_state, value_cents - gross_cents, value_cents - net_cents, settlement_days, settlements"
        assert one(world, "declaration_chain", wanted) == ("present", 0, 2000, 10, 2)

    def test_lists_that_share_a_waybill_and_an_order_each_find_both(self) -> None:
        world = World()
        sell(world, "1", at(OLD), value="500.00", listed={"declared_value_cny": "300.00"})
        sell(world, "2", at(OLD), without=("order", "payment", "waybill"),
             listed={"order_no": "o1", "logistics_no": "w1", "declared_value_cny": "200.00"})  # fmt: skip
        rows = world.known(D).rows("select order_state, waybill_state from inventory_chain")
        assert rows == [("present", "present")] * 2
        assert one(world, "order_chain", "lists, declared_difference_fen", "order_no = 'o1'") == (2, 0)

    def test_partial_returns_and_split_payments_are_summed(self) -> None:
        world = World()
        sell(world, "1", at(OLD), paid="200.00", listed={"released_at": at(OLD)})
        world.add(
            "payment", pay_code="P", pay_txn_id="rest", platform_uscc=PLATFORM, order_no="o1", payer_token="buyer",
            amount="300.00", currency="CNY", paid_at=at(OLD),
        )  # fmt: skip
        for number in (1, 2):
            world.add(
                "return", refund_no=f"r{number}", direction="import", uscc=SELLER, invt_no="i1", quantity=1,
                amount_cny="100.00", applied_at=at(OLD + timedelta(days=3)),
            )  # fmt: skip
        assert one(world, "inventory_chain", "paid_difference_fen, returns, returned_fen") == (0, 2, 20_000)


class TestRates:
    @pytest.mark.parametrize(("month", "difference"), [("2025-12", -35_000), ("2025-11", 0)])
    def test_an_order_in_dollars_is_compared_at_the_rate_of_its_own_day(self, month: str, difference: int) -> None:
        world = World()
        for name, rate in (("2025-11", 7), ("2025-12", "7.7")):
            world.add("exchange_rate", month=name, currency="USD", cny_per_unit=rate)
        moment = at(f"{month}-01", 9)
        world.add(
            "order", platform_uscc=PLATFORM, order_no="o", direction="export", uscc=SELLER, goods_value=500, freight=9,
            discount=0, tax_total=0, actual_paid=509, currency="USD", amount_cny=3563, buyer_token="b",
            ordered_at=moment,
        )  # fmt: skip
        world.add(
            "inventory", invt_no="i", direction="export", mode="9610", uscc=SELLER, platform_uscc=PLATFORM,
            order_no="o", customs_code="9402", declared_value=500, currency="USD", declared_value_cny=3500,
            declared_at=moment,
        )  # fmt: skip
        assert one(world, "order_chain", "declared_difference_fen") == (difference,)

    def test_a_declaration_told_in_yuan_at_another_rate_than_customs_differs(self) -> None:
        world = World()
        world.add("exchange_rate", month="2025-11", currency="USD", cny_per_unit="7.2")
        declare(world, "1", at("2025-12-03"), "100.00")  # told at seven; the latest rate before the day holds
        assert one(world, "declaration_chain", "rate_difference_fen") == (-2000,)


class TestSmallChains:
    def test_a_trace_record_that_names_another_than_the_one_before_is_broken(self) -> None:
        world = World()
        for step, record, previous in ((1, "a", None), (2, "b", "a"), (3, "c", "x")):
            world.add(
                "trace_event", trace_code="t", step=step, uscc=SELLER, sku="k", node="stored", record_hash=record,
                previous_hash=previous, recorded_at=at(OLD),
            )  # fmt: skip
        rows = world.known(D).rows("select previous_state, is_broken from trace_chain order by step")
        assert rows == [("not_due", False), ("present", False), ("present", True)]

    def test_a_vehicle_that_leaves_again_remembers_the_day_it_left_before(self) -> None:
        world = World()
        for number, day in (("1", OLD), ("2", OLD + timedelta(days=30))):
            declare(world, number, at(day), "9000.00", released_at=at(day, 20))
            world.add("vehicle_export", vin="V", uscc=SELLER, entry_id=f"e{number}", used=True, exited_at=at(day, 13))
        wanted = "declaration_state, is_licence_missing, is_exited_before_release, earlier_exit_on"
        assert one(world, "vehicle_chain", wanted, "entry_id = 'e2'") == ("present", True, True, OLD)

    def test_a_barter_contract_sums_its_legs_and_what_was_paid_in_money(self) -> None:
        world = World()
        for leg, (direction, value, cash) in enumerate((("out", 100, None), ("in", 60, 15), ("in", 20, None))):
            world.add(
                "barter_leg", contract_no="c", leg_no=leg + 1, uscc=SELLER, direction=direction, value_cny=value,
                delivered_on=OLD, due_on=D, cash_settled_cny=cash,
            )  # fmt: skip
        assert one(world, "barter_chain", "out_fen, in_fen, cash_fen, due_on") == (10_000, 8_000, 1_500, D)

    @pytest.mark.parametrize(("applied", "arrived", "is_within"), [(30, 45, True), (31, 45, False), (30, 46, False)])
    def test_import_relief_needs_application_by_day_30_and_arrival_by_day_45(
        self, applied: int, arrived: int, is_within: bool
    ) -> None:
        world = World()
        sell(world, "1", at(OLD), listed={"released_at": at(OLD)})
        world.add(
            "return", refund_no="r", direction="import", uscc=SELLER, invt_no="i1", quantity=1, amount_cny=1,
            relief_claimed=True, applied_at=at(OLD + timedelta(days=applied)),
            arrived_at=at(OLD + timedelta(days=arrived)),
        )  # fmt: skip
        assert one(world, "return_chain", "is_within_rule") == (is_within,)

    @pytest.mark.parametrize(
        ("arrived", "food", "is_within"),
        [("2026-08-10", False, True), ("2026-08-11", False, False), ("2026-08-10", True, False)],
    )
    def test_export_relief_lasts_six_months_from_departure_and_never_covers_food(
        self, arrived: str, food: bool, is_within: bool
    ) -> None:
        world = World()
        declare(world, "1", at("2026-02-09"), "1.00", departed_at=at("2026-02-10"))
        world.add(
            "return", refund_no="r", direction="export", uscc=SELLER, entry_id="e1", quantity=1, amount_cny=1,
            food=food, original_state=True, relief_claimed=True, applied_at=at("2026-08-01"), arrived_at=at(arrived),
        )  # fmt: skip
        (row,) = world.known(date(2026, 9, 1)).rows("select is_within_rule from return_chain")
        assert row == (is_within,)
