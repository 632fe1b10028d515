"""Two times: which version of a record is known, and what of it has happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from features.asof import feed_arrival, late_feeds, silent_feeds
from tests.worlds.builder import World, at

D = date(2026, 3, 31)


def listing(world: World, value: int, day: date = D, **fields: Any) -> None:
    world.add(
        "inventory", invt_no="i", direction="import", mode="9610", uscc="S", customs_code="9402", declared_value=value,
        currency="CNY", declared_value_cny=value, declared_at=at(day), **fields,
    )  # fmt: skip


def known_values(world: World, known_at: datetime | None = None) -> list[object]:
    engine = world.known(D, known_at)
    return [value for (value,) in engine.rows("select cast(declared_value as integer) from known_inventory")]


class TestVersions:
    def test_the_latest_version_received_by_k_is_known(self) -> None:
        world = World()
        listing(world, 2, received_at=at("2026-04-01", 6))
        listing(world, 1, received_at=at("2026-04-01", 5))
        listing(world, 3, received_at=at("2026-04-01", 6, 1))
        assert known_values(world) == [2]

    def test_of_two_versions_received_together_the_later_batch_is_known(self) -> None:
        world = World()
        listing(world, 1, received_at=at(D, 20))
        listing(world, 2, received_at=at(D, 20))
        world.rows["inventory"].reverse()
        assert known_values(world) == [2]

    def test_of_two_rows_of_one_batch_the_later_row_is_known(self) -> None:
        world = World()
        listing(world, 1, received_at=at(D, 20))
        listing(world, 2, received_at=at(D, 20))
        for number, row in enumerate(world.rows["inventory"]):
            row |= {"ingest_sequence": 1, "source_row": 9 - number}
        assert known_values(world) == [1]

    def test_an_event_after_d_is_not_known_although_it_was_received(self) -> None:
        world = World()
        listing(world, 1, day=D + timedelta(days=1), received_at=at("2026-04-01", 5))
        assert known_values(world) == []

    def test_a_correction_can_move_a_record_out_of_sight(self) -> None:
        world = World()
        listing(world, 1, received_at=at(D, 13))
        listing(world, 2, day=D + timedelta(days=1), received_at=at(D, 14))
        assert known_values(world) == []

    def test_an_annulled_record_is_gone_from_the_day_that_is_known_and_can_come_back(self) -> None:
        world = World()
        for hour, annulled_at in ((13, None), (14, at(D, 14)), (15, None)):
            world.add(
                "forex", bop_no="f", uscc="S", direction="receipt", amount=hour, currency="USD", amount_usd=hour,
                value_date=D, annulled_at=annulled_at, received_at=at(D, hour),
            )  # fmt: skip
        amounts = [
            world.known(D, at(D, hour, 30)).rows("select cast(amount as integer) from known_forex")
            for hour in (13, 14, 15)
        ]
        assert amounts == [[(13,)], [], [(15,)]]

    def test_a_feed_that_is_not_connected_is_an_empty_view_of_the_same_columns(self) -> None:
        world = World()
        listing(world, 1)
        everything, nothing = world.known(D), world.known(D, connected=frozenset())
        assert nothing.rows("select * from known_inventory") == []
        assert nothing.columns("known_inventory") == everything.columns("known_inventory")


class TestStages:
    @pytest.mark.parametrize(("moment", "has_happened"), [(at(D, 23, 59), True), (at("2026-04-01", 0), False)])
    def test_a_release_after_midnight_of_d_has_not_happened_yet(self, moment: datetime, has_happened: bool) -> None:
        world = World()
        listing(world, 1, released_at=moment, received_at=at("2026-04-01", 5))
        assert world.known(D).rows("select released_at is not null from known_inventory") == [(has_happened,)]

    def test_a_repair_dated_after_d_has_not_happened_and_a_publication_is_kept(self) -> None:
        world = World()
        after = D + timedelta(days=1)
        world.add(
            "penalty", decision_no="p", uscc="S", authority="tax", kind="other", severity="general", decided_on=D,
            published_on=after, repaired_on=after, received_at=at(D, 23),
        )  # fmt: skip
        assert world.known(D).rows("select published_on, repaired_on from known_penalty") == [(after, None)]

    def test_lines_received_the_morning_after_belong_to_their_document(self) -> None:
        world = World()
        world.add(
            "inventory_line", invt_no="i", line_no=1, hs_code="1", goods_name="g", quantity=1, unit="u", price=1,
            line_total=1, received_at=at("2026-04-01", 5),
        )  # fmt: skip
        assert world.known(D).rows("select count(*) from known_inventory_line") == [(1,)]


class TestFeeds:
    def test_arrival_is_the_latest_by_k(self) -> None:
        world = World()
        listing(world, 1, received_at=at(D, 13))
        listing(world, 1, received_at=at("2026-04-02", 13))
        assert feed_arrival(world.known(D), ["inventory", "order"]) == {"inventory": at(D, 13), "order": None}

    def test_a_feed_is_late_when_silent_for_longer_than_its_contract_allows(self) -> None:
        world = World()
        allowed = world.contracts["inventory"].cadence.late_after_days
        listing(world, 1, received_at=at("2026-04-01", 6) - timedelta(days=allowed))
        engine = world.known(D, connected=frozenset({"inventory", "order"}))
        assert late_feeds(engine) == {"order"}
        world = World()
        listing(world, 1, received_at=at("2026-04-01", 5, 59) - timedelta(days=allowed))
        assert late_feeds(world.known(D, connected=frozenset({"inventory"}))) == {"inventory"}

    def test_a_feed_that_always_spoke_monthly_is_late_but_not_silent(self) -> None:
        world = World()
        for days in (80, 50, 20):
            listing(world, days, day=D - timedelta(days=days))
        engine = world.known(D, connected=frozenset({"inventory"}))
        assert "inventory" in late_feeds(engine)
        assert "inventory" not in silent_feeds(engine)
        assert "order" in silent_feeds(engine)
