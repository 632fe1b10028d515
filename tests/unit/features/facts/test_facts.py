"""Official facts and adverse events as known at (D, K)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from features.facts import adverse_events, official_facts
from features.facts.outcomes import inspections
from tests.worlds.builder import World, at

D = date(2026, 8, 31)


def penalty(world: World, number: str = "p", **fields: Any) -> None:
    told: dict[str, Any] = {
        "decision_no": number, "uscc": "S", "authority": "customs", "kind": "other", "severity": "general",
        "decided_on": date(2026, 5, 1),
    }  # fmt: skip
    world.add("penalty", **(told | fields))


def inspect(world: World, **fields: Any) -> None:
    told: dict[str, Any] = {
        "inspect_id": "x", "document_type": "inventory", "document_no": "i", "uscc": "S", "reason": "random",
        "result": "price", "inspected_at": at("2026-05-01"),
    }  # fmt: skip
    world.add("inspection", **(told | fields))


def rate(world: World, authority: str, rating: str, day: date, **fields: Any) -> None:
    world.add(
        "regulator_rating", authority=authority, uscc="S", rating=rating, scheme="s", valid_from=day, **fields
    )  # fmt: skip


def events_of(world: World, **alerts: str) -> list[tuple[str, str, bool]]:
    frame = adverse_events(world.known(D), alerts)
    return list(zip(frame["kind"], frame["key"], frame["voided"], strict=True))


class TestOfficialFacts:
    def test_a_record_is_told_in_text_with_the_key_an_official_would_look_up(self) -> None:
        world = World()
        penalty(world, fine_cny="10.50", published_on=date(2026, 5, 3))
        (record,) = official_facts(world.known(D))["S"]
        assert (record["table"], record["key"]) == ("penalty", "p/customs")
        fields = record["fields"]
        assert (fields["fine_cny"], fields["published_on"], fields["repaired_on"]) == ("10.50", "2026-05-03", None)
        assert fields["received_at"] == "2026-05-02T01:00:00+08:00"
        assert "key_hash" not in fields

    def test_facts_stand_in_the_order_of_table_and_key(self) -> None:
        world = World()
        for number in ("b", "a"):
            penalty(world, number)
        world.add("abnormal_listing", uscc="S", reason="unreachable", listed_on=date(2026, 1, 1))
        world.add("court_listing", case_no="c", uscc="R", subject="legal_rep", published_on=date(2026, 1, 1))
        facts = official_facts(world.known(D))
        assert list(facts) == ["R", "S"]
        assert [record["key"] for record in facts["S"]] == ["unreachable/2026-01-01", "a/customs", "b/customs"]

    @pytest.mark.parametrize(("verdict", "recall", "facts"), [("fail", None, 1), ("pass", "r1", 1), ("pass", None, 0)])
    def test_a_sample_is_a_fact_when_it_failed_or_led_to_a_recall(
        self, verdict: str, recall: str | None, facts: int
    ) -> None:
        world = World()
        world.add(
            "quality_sample", sample_no="q", uscc="S", sku="k", verdict=verdict, recall_no=recall,
            sampled_on=date(2026, 5, 1),
        )  # fmt: skip
        assert len(official_facts(world.known(D)).get("S", [])) == facts


class TestAdverseEvents:
    @pytest.mark.parametrize(("severity", "count"), [("minor", 0), ("general", 1), ("serious", 1)])
    def test_a_penalty_is_adverse_from_general_on(self, severity: str, count: int) -> None:
        world = World()
        penalty(world, severity=severity)
        assert len(events_of(world)) == count

    @pytest.mark.parametrize("field", ["repaired_on", "revoked_on"])
    def test_a_repaired_or_revoked_penalty_is_void_and_still_counted(self, field: str) -> None:
        world = World()
        penalty(world, "p", **{field: D})
        assert events_of(world) == [("penalty", "p", True)]

    @pytest.mark.parametrize(
        ("fields", "count"),
        [
            ({}, 0),
            ({"seized_value_cny": 0, "recovered_tax_cny": 0, "handed_over": "none"}, 0),
            ({"seized_value_cny": 1}, 1),
            ({"recovered_tax_cny": 1}, 1),
            ({"handed_over": "regulation"}, 1),
            ({"handed_over": "anti_smuggling"}, 1),
        ],
    )
    def test_an_inspection_is_adverse_when_something_follows(self, fields: dict[str, Any], count: int) -> None:
        world = World()
        inspect(world, **fields)
        assert len(events_of(world)) == count

    def test_a_withdrawn_inspection_is_void(self) -> None:
        world = World()
        inspect(world, recovered_tax_cny=1)
        inspect(world, recovered_tax_cny=1, annulled_at=at("2026-06-01"), received_at=at("2026-06-01"))
        assert events_of(world) == [("inspection", "x", True)]

    @pytest.mark.parametrize(
        ("authority", "rating", "count"),
        [
            ("customs", "dishonest", 1), ("customs", "seriously_dishonest", 1), ("customs", "regular", 0),
            ("tax", "D", 1), ("tax", "C", 0), ("safe", "C", 1), ("safe", "B", 0),
        ],
    )  # fmt: skip
    def test_the_bottom_class_of_an_authority_is_a_downgrade(self, authority: str, rating: str, count: int) -> None:
        world = World()
        rate(world, authority, rating, date(2026, 5, 1))
        assert len(events_of(world)) == count

    def test_the_same_class_again_and_the_step_up_out_of_the_worst_are_no_downgrades(self) -> None:
        world = World()
        for month, rating in enumerate(("dishonest", "dishonest", "seriously_dishonest", "dishonest"), 1):
            rate(world, "customs", rating, date(2026, month, 1))
        keys = [key for _, key, _ in events_of(world)]
        assert keys == ["customs/dishonest", "customs/seriously_dishonest"]

    def test_only_a_listing_of_the_enterprise_itself_is_adverse(self) -> None:
        world = World()
        for subject in ("enterprise", "legal_rep"):
            world.add("court_listing", case_no=subject, uscc="S", subject=subject, published_on=date(2026, 5, 1))
        assert events_of(world) == [("court_listing", "enterprise", False)]

    def test_the_latest_finding_on_an_alert_stands_and_an_alert_of_nobody_known_is_left_out(self) -> None:
        world = World()
        for alert, finding, day in (
            ("a", "explained", 1), ("a", "confirmed", 2), ("b", "confirmed", 1), ("b", "explained", 2),
            ("c", "confirmed", 1),
        ):  # fmt: skip
            world.add("alert_feedback", alert_id=alert, finding=finding, officer="o", decided_at=at(date(2026, 5, day)))
        assert events_of(world, a="S", b="S") == [("alert", "a", False)]

    def test_what_happened_after_d_or_came_after_k_is_not_there(self) -> None:
        world = World()
        penalty(world, "after", decided_on=D + timedelta(days=1), received_at=at(D))
        penalty(world, "late", received_at=at(D + timedelta(days=1), 7))
        assert events_of(world) == []


class TestInspections:
    def test_a_look_is_told_whatever_it_found_with_the_chance_it_was_drawn(self) -> None:
        world = World()
        inspect(world, inspect_id="a", selection_probability=0.05)
        inspect(world, inspect_id="b", reason="targeted", result="no_difference")
        found = inspections(world.known(D))
        assert found["at_random"].tolist() == [True, False]
        assert found["selection_probability"].tolist()[0] == pytest.approx(0.05)
        assert found["selection_probability"].isna().tolist() == [False, True]
