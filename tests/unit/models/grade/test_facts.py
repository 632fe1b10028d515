from __future__ import annotations

from datetime import date

import pytest

from models.grade.facts import FactError, ended_facts, facts_in_force
from models.grade.subject import OfficialFact
from models.policy.book import PolicyBook

BOOK = PolicyBook.load()
POLICY = BOOK.in_force(date(2026, 6, 30))


def test_a_fact_of_a_kind_without_a_policy_is_refused() -> None:
    with pytest.raises(FactError, match="inspection i1: no policy says how long"):
        facts_in_force([OfficialFact("inspection", "i1", {})], POLICY)


def test_a_fact_without_a_day_to_count_from_is_refused() -> None:
    with pytest.raises(FactError, match="none of published_on, decided_on is filled"):
        facts_in_force([OfficialFact("penalty", "p1", {"severity": "minor"})], POLICY)


def test_a_severity_without_a_period_is_refused_and_never_guessed() -> None:
    with pytest.raises(FactError, match="severity is 'grave'"):
        facts_in_force([OfficialFact("penalty", "p1", {"severity": "grave", "decided_on": "2026-06-01"})], POLICY)


def test_facts_in_force_keep_their_order() -> None:
    facts = [
        OfficialFact("penalty", key, {"severity": "general", "decided_on": day})
        for key, day in (
            ("late", "2026-06-01"),
            ("over", "2024-06-01"),
            ("early", "2026-01-01"),
            ("next", "2026-07-01"),
        )
    ]
    assert [fact.key for fact in facts_in_force(facts, POLICY)] == ["late", "early"]


def test_ratings_of_two_authorities_do_not_end_each_other() -> None:
    facts = [
        OfficialFact(
            "regulator_rating", f"{authority} {day}", {"authority": authority, "rating": "B", "valid_from": day}
        )
        for authority, day in (("tax", "2025-04-01"), ("tax", "2026-04-01"), ("safe", "2024-01-01"))
    ]
    assert [fact.key for fact in facts_in_force(facts, POLICY)] == ["tax 2026-04-01", "safe 2024-01-01"]


def test_what_ended_says_why_and_since_when() -> None:
    def penalty(key: str, **fields: str) -> OfficialFact:
        return OfficialFact("penalty", key, {"severity": "general", "decided_on": "2026-01-10", **fields})

    facts = [
        penalty("repaired", repaired_on="2026-06-20"),
        penalty("annulled", revoked_on="2026-06-21", repaired_on="2026-06-25"),
        penalty("over", decided_on="2025-06-29"),
        penalty("long over", decided_on="2025-05-31"),
        penalty("in force"),
        penalty("to be repaired", repaired_on="2026-07-01"),
        OfficialFact(
            "regulator_rating", "r", {"authority": "tax", "valid_from": "2025-04-01", "valid_to": "2026-06-14"}
        ),
    ]
    found = [(one.fact.key, one.why, str(one.on)) for one in ended_facts(facts, POLICY, since=date(2026, 6, 14))]
    assert found == [
        ("repaired", "repaired_on", "2026-06-20"),
        ("annulled", "revoked_on", "2026-06-21"),
        ("over", "longest_time", "2026-06-29"),
        ("r", "valid_to", "2026-06-15"),
    ]
