from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from expectations.errors import IntegrityError
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.grade import Grade, Severity
from models.grade.engine import judge
from models.grade.reasons import Reason, reasons_for
from models.grade.record import (
    Explanation,
    Provenance,
    SealedRecord,
    decision_id,
    decision_record,
    rejudge,
    subject_of,
)
from models.grade.subject import AlertStanding, OfficialFact, Override, PreviousGrade, Subject
from models.policy.book import PolicyBook
from models.policy.documents import PolicyError

DAY = date(2026, 6, 30)
POLICY = PolicyBook.load().in_force(DAY)
PROVENANCE = Provenance("3", "model", "features", "snapshot", "0.1.0")
FULL = Subject(
    uscc="91659007MA7TETA132",
    business_date=DAY,
    known_at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
    p=0.031,
    p0=0.02,
    established_on=date(2025, 9, 1),
    registration_status="operating",
    has_trade_history=True,
    facts=(
        OfficialFact("penalty", "罚字1号", {"severity": "general", "kind": "other", "decided_on": "2026-05-01"}),
        OfficialFact("regulator_rating", "tax 2026", {"authority": "tax", "rating": "A", "valid_from": "2026-04-01"}),
    ),
    alerts=(
        AlertStanding("a1", "R05", Severity.HIGH, date(2026, 6, 1), "confirmed", date(2026, 6, 5), None),
        AlertStanding("a2", "R01", Severity.MEDIUM, date(2026, 6, 20)),
    ),
    previous=PreviousGrade(date(2026, 6, 29), Grade.A, risen_this_month=True),
    missing_weight=0.1,
    feeds_missing=("forex",),
    feeds_late=("tax_filing",),
    override=Override(Grade.B, "officer-7", "site visit", date(2026, 6, 1), date(2026, 7, 1)),
    disputed=frozenset({"罚字1号"}),
    name="阿拉山口某某贸易有限公司",
)


def _sealed(subject: Subject = FULL) -> SealedRecord:
    judgement = judge(subject, POLICY)
    reasons = reasons_for(judgement, [Reason("returns_30d", "退货", "returns", 0.4)], POLICY)
    actions = [{"id": "B.audit", "zh": "建议", "en": "Consider"}]
    return decision_record(subject, judgement, POLICY, PROVENANCE, Explanation(reasons, {"tax": 80}, actions))


def _record(subject: Subject = FULL) -> dict[str, Any]:
    return _sealed(subject).record


def test_a_record_has_the_published_shape() -> None:
    record = _record()
    named = """decision_id supersedes uscc date known_at status grade previous_grade grade_model grade_rules score
    score_raw p dimensions reasons rules caps override actions feeds_missing model policy_digest"""
    published = set(named.split())
    assert published <= set(record)
    assert record["known_at"] == "2026-06-30T22:00:00+00:00"
    assert record["model"] == {"version": "3", "digest": "model"}
    assert all(set(rule) == {"id", "fired", "value", "threshold"} for rule in record["rules"])
    assert all({"id", "max_grade", "fact"} <= set(cap) for cap in record["caps"])
    assert all({"code", "zh", "en", "value"} <= set(reason) for reason in record["reasons"])


def test_the_trace_names_every_rule_once_and_in_order() -> None:
    ids = [rule["id"] for rule in _record()["rules"]]
    assert ids[:12] == [f"K{number}" for number in range(1, 13)]
    assert ids[12:] == ["F1", "P1", "insufficient_data", "provisional", "stale", "H1", "override"]


def test_the_id_is_the_digest_of_everything_else() -> None:
    record = _record()
    assert record["decision_id"] == decision_id(record)
    assert decision_id({**record, "score": 1}) != record["decision_id"]
    assert decision_id({**record, "decision_id": "other"}) == record["decision_id"]


@pytest.mark.parametrize("known", [False, True])
def test_the_body_put_together_from_shared_texts_is_the_record_s_canonical_json(known: bool) -> None:
    for subject in (FULL, replace(FULL, facts=(), alerts=(), override=None), replace(FULL, previous=None)):
        judgement = judge(subject, POLICY)
        actions = [{"id": "B.audit", "zh": "建议", "en": "Consider"}]
        text = canonical_json(actions) if known else None
        said = Explanation((), {"tax": None}, actions, [{"rule": "R16"}], [{"key": "k"}], text)
        sealed = decision_record(subject, judgement, POLICY, PROVENANCE, said)
        assert sealed.body == canonical_json(sealed.record)
        assert sealed.record["decision_id"] == decision_id(sealed.record)


def test_a_subject_survives_the_way_through_its_record() -> None:
    stored = json.loads(canonical_json(_record()))
    assert subject_of(stored) == FULL


def test_a_stored_decision_is_made_again_to_the_same_bytes() -> None:
    bare = Subject("91659007MA7TETA132", DAY, datetime(2026, 6, 30, 22, 0, tzinfo=UTC), 0.7, 0.02)
    for subject in (FULL, bare):
        stored = json.loads(canonical_json(_record(subject)))
        assert canonical_json(rejudge(stored, POLICY)) == canonical_json(stored)


def test_a_record_whose_grade_was_touched_is_not_what_judging_gives() -> None:
    stored = json.loads(canonical_json(_record()))
    stored["grade"] = "AAA"
    assert rejudge(stored, POLICY)["grade"] == "C"


def test_a_policy_that_was_edited_since_is_named() -> None:
    stored = {**_record(), "policy_digest": "0" * 64}
    with pytest.raises(IntegrityError, match="an entry in force was edited"):
        rejudge(stored, POLICY)


def test_an_enterprise_is_not_put_before_the_policy_of_another_day() -> None:
    with pytest.raises(PolicyError, match="policy of 2026-06-29"):
        judge(FULL, PolicyBook.load().in_force(date(2026, 6, 29)))


def test_the_override_shown_keeps_who_and_why() -> None:
    shown = _record()["override"]
    assert shown["account"] == "officer-7"
    assert shown["reason"] == "site visit"
    assert shown["applied_as"] == "C"  # the confirmed alert lets no override through
    expired = _record(subject_of({**_record(), "inputs": {**_record()["inputs"], "override": None}}))
    assert expired["override"] is None
