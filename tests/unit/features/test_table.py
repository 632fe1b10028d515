"""The feature table against plain Python, against rows that come later, and against its own contract."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue import load_catalogue
from features.table import FeatureTable, feature_table, vector_digests
from tests.unit.features.reference.everything import Reference
from tests.worlds.builder import World, at
from tests.worlds.chance import ENTERPRISES, Chance
from tests.worlds.trade import SELLER, sell

D = date(2026, 3, 31)
K = knowledge_cutoff(D)


def table_of(world: World, connected: frozenset[str] | None = None, day: date = D) -> FeatureTable:
    feeds = frozenset(world.contracts) if connected is None else connected
    engine = world.known(day, connected=feeds)
    return feature_table(engine, load_catalogue(), day, knowledge_cutoff(day), feeds)


def bytes_of(table: FeatureTable) -> tuple[bytes, list[str], list[str]]:
    return table.frame.to_numpy().tobytes(), list(table.frame.index), list(table.frame.columns)


class TestAgainstPlainPython:
    # Dense worlds fill every feature, sparse ones leave partners out and come to exactly five of a thing.
    @settings(max_examples=8, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 2**32), records=st.sampled_from((10, 18, 60)))
    def test_every_feature_equals_what_a_person_would_work_out(self, seed: int, records: int) -> None:
        world = Chance(seed, D).tell(records)
        frame = table_of(world).frame
        reference = Reference(world, D, K)
        wrong = []
        for uscc in ENTERPRISES:
            told = reference.features(uscc)
            for name in frame.columns:
                wanted = np.nan if told[name] is None else told[name]
                if frame.loc[uscc, name] != pytest.approx(wanted, rel=1e-12, abs=1e-12, nan_ok=True):
                    wrong.append((uscc, name, frame.loc[uscc, name], wanted))
        assert not wrong

    def test_no_feature_is_always_empty_or_always_the_same_in_the_worlds_that_are_compared(self) -> None:
        frames = [table_of(Chance(seed, D).tell()).frame.loc[list(ENTERPRISES)] for seed in range(5)]
        together = pd.concat(frames)
        assert [name for name in together.columns if together[name].nunique(dropna=False) < 2] == []


class TestTwoTimes:
    @settings(max_examples=2, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 2**32))
    def test_rows_received_after_k_or_of_events_after_d_change_no_byte(self, seed: int) -> None:
        world = Chance(seed, D).tell(15)
        before = table_of(world)
        later = Chance(seed + 1, D).tell(40).rows
        for table, rows in later.items():
            for row in rows:
                if row["event_day"] > D or row["received_at"] > K:
                    number = world.sequence = world.sequence + 1
                    late = {"ingest_sequence": number, "received_at": max(row["received_at"], K + timedelta(hours=1))}
                    world.rows[table].append(row | late)
        after = table_of(world)
        assert bytes_of(after) == bytes_of(before)
        assert after.profile.equals(before.profile)

    def test_a_backfill_over_two_years_uses_the_knowledge_of_each_day(self) -> None:
        world = Chance(5, D - timedelta(days=365)).tell(12)
        Chance(6, D, world).tell(12)
        for back in (0, 150, 300, 450, 600, 730):
            day = D - timedelta(days=back)
            cutoff = knowledge_cutoff(day)
            then = World()
            then.rows = {
                table: [row for row in rows if row["received_at"] <= cutoff] for table, rows in world.rows.items()
            }
            assert bytes_of(table_of(world, day=day)) == bytes_of(table_of(then, day=day)), day

    def test_the_order_in_which_rows_lie_changes_no_byte(self) -> None:
        world = Chance(7, D).tell(20)
        before = bytes_of(table_of(world))
        for rows in world.rows.values():
            rows.reverse()
        assert bytes_of(table_of(world)) == before

    def test_an_exact_duplicate_received_again_changes_no_byte(self) -> None:
        world = Chance(7, D).tell(20)
        before = bytes_of(table_of(world))
        for rows in world.rows.values():
            rows.extend([row | {"source_row": 2} for row in rows])
        assert bytes_of(table_of(world)) == before


class TestWindows:
    @pytest.mark.parametrize("days", [30, 90, 365])
    def test_the_last_day_of_a_window_is_d_and_the_day_n_back_is_outside(self, days: int) -> None:
        world = World()
        sell(world, "today", at(D, 23, 59))
        sell(world, "inside", at(D - timedelta(days=days - 1), 3))
        sell(world, "outside", at(D - timedelta(days=days), 23))
        assert table_of(world).frame.loc[SELLER, f"documents_{days}d"] == 2


class TestMatch:
    def test_what_is_missing_and_what_disagrees_is_told_apart(self) -> None:
        world = World()
        for number, without in enumerate(((), ("order",), ("payment",), ("waybill",), ())):
            sell(world, str(number), at(D), without=without, payer="other" if number == 4 else None)
        row = table_of(world).frame.loc[SELLER]
        shares = [f"list_without_{paper}_share_90d" for paper in ("order", "payment", "waybill")]
        assert list(row[[*shares, "other_payer_share_90d", "unmatched_list_share_90d"]]) == [0.2, 0.2, 0.2, 0.2, 0.8]

    def test_export_cancelled_and_business_lists_are_not_asked_for_papers(self) -> None:
        world = World()
        papers = ("order", "payment", "waybill")
        for number in range(5):
            sell(world, str(number), at(D))
        told: tuple[dict[str, Any], ...] = ({"direction": "export"}, {"cancelled_at": at(D, 13)}, {"mode": "9710"})
        for number, listed in enumerate(told):
            sell(world, f"x{number}", at(D), without=papers, listed=listed)
        row = table_of(world).frame.loc[SELLER]
        shares = [f"list_without_{paper}_share_90d" for paper in papers]
        assert list(row[[*shares, "unmatched_list_share_90d"]]) == [0.0, 0.0, 0.0, 0.0]

    def test_while_the_payment_feed_is_away_nothing_is_missing(self) -> None:
        world = World()
        for number in range(5):
            sell(world, f"old{number}", at(D - timedelta(days=1)))
            sell(world, f"new{number}", at(D), without=("payment",))
        assert table_of(world).frame.loc[SELLER, "unmatched_list_share_30d"] == 0.0

    def test_fewer_than_five_lists_say_nothing(self) -> None:
        world = World()
        for number in range(4):
            sell(world, str(number), at(D), without=("payment",) if number else ())
        row = table_of(world).frame.loc[SELLER]
        assert np.isnan(row["unmatched_list_share_30d"])
        assert row["unmatched_lists_30d"] == 3


class TestPopulation:
    def test_whoever_a_row_names_is_in_the_table_in_the_order_of_the_code(self) -> None:
        world = World()
        sell(world, "1", at(D), listed={"agent_uscc": "AGENT"})
        world.add(
            "enterprise", uscc="Z", name="only registered", entity_type="company", established_on=date(2020, 1, 1),
            status="operating", roles="seller|broker", valid_from=date(2026, 1, 1),
        )  # fmt: skip
        table = table_of(world)
        assert list(table.frame.index) == sorted(table.frame.index)
        assert {"AGENT", "Z", SELLER} <= set(table.frame.index)
        assert list(table.profile.index) == list(table.frame.index)
        registered, seller = table.profile.loc["Z"], table.profile.loc[SELLER]
        assert (registered["roles"], registered["has_trade_history"]) == (("seller", "broker"), False)
        assert (seller["name"], seller["has_trade_history"], seller["first_seen"]) == (None, True, D)

    def test_everyone_is_first_seen_on_the_earliest_day_of_any_row_that_names_them(self) -> None:
        world = Chance(3, D).tell(20)
        world.add(
            "waybill", carrier_uscc="LONG AGO", logistics_no="w", order_no="o", weight_kg=1, created_at=at("2019-05-05")
        )
        first: dict[str, date] = {}
        for table, rows in Reference(world, D, K).known.rows.items():
            names = [told.name for told in world.contracts[table].fields if told.check == "uscc"]
            for row in rows:
                for uscc in {row[name] for name in names} - {None}:
                    first[uscc] = min(first.get(uscc, row["event_day"]), row["event_day"])
        assert table_of(world).profile["first_seen"].to_dict() == first
        assert first["LONG AGO"] == date(2019, 5, 5)

    def test_the_registration_that_holds_on_d_counts(self) -> None:
        world = World()
        for valid_from, status, address in (
            (date(2020, 1, 1), "operating", "a"),
            (date(2026, 3, 31), "revoked", "b"),
            (date(2026, 4, 1), "cancelled", "c"),
        ):
            world.add(
                "enterprise", uscc="Z", name="n", entity_type="company", established_on=date(2020, 1, 1),
                status=status, address_token=address, legal_rep_token="l", business_scope="s", valid_from=valid_from,
                received_at=at(D, 9),
            )  # fmt: skip
        table = table_of(world)
        assert table.profile.loc["Z", "registration_status"] == "revoked"
        assert table.frame.loc["Z", "registration_changes_365d"] == 1


class TestFeeds:
    def test_a_count_is_zero_with_its_feed_and_empty_without(self) -> None:
        world = World()
        sell(world, "1", at(D))
        with_feed = table_of(world).frame.loc[SELLER]
        without = table_of(world, frozenset(world.contracts) - {"forex"}).frame.loc[SELLER]
        assert with_feed["forex_receipts_90d"] == 0.0
        assert np.isnan(without["forex_receipts_90d"])

    def test_a_zone_without_lists_still_knows_its_trade_from_declarations(self) -> None:
        world = World()
        world.add(
            "declaration", entry_id="e", direction="import", mode="0110", uscc="S", amount=1, currency="CNY",
            amount_cny="70.00", amount_usd=10, declared_at=at(D),
        )  # fmt: skip
        row = table_of(world, frozenset({"declaration"})).frame.loc["S"]
        assert (row["documents_30d"], row["import_value_30d"]) == (1, 70.0)
        assert np.isnan(row["orders_30d"])


class TestDigests:
    def test_equal_rows_have_equal_digests_and_the_order_of_columns_matters(self) -> None:
        frame = pd.DataFrame({"a": [1.0, 1.0, 2.0], "b": [np.nan, np.nan, 1.0]})
        first, second, third = vector_digests(frame)
        assert first == second != third
        assert vector_digests(frame[["b", "a"]])[0] != first

    def test_every_kind_of_missing_value_digests_alike(self) -> None:
        odd = np.frombuffer(np.uint64(0x7FF8_0000_0000_0001).tobytes(), dtype="float64")
        assert vector_digests(pd.DataFrame({"a": odd})) == vector_digests(pd.DataFrame({"a": [np.nan]}))

    def test_a_hundred_thousand_rows_take_no_time_to_speak_of(self) -> None:
        frame = pd.DataFrame(np.random.default_rng(0).random((100_000, 60)))
        started = time.process_time()
        assert len(set(vector_digests(frame))) == 100_000
        assert time.process_time() - started < 2
