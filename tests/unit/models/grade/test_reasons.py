from __future__ import annotations

from datetime import UTC, date, datetime

from models.grade.engine import judge
from models.grade.judgement import Judgement
from models.grade.reasons import Reason, reasons_for
from models.grade.subject import OfficialFact, Subject
from models.policy.book import PolicyBook

DAY = date(2026, 6, 30)
POLICY = PolicyBook.load().in_force(DAY)
MODEL = [Reason(f"feature_{number}", "特征", f"feature {number}", float(number)) for number in range(6)]


def _judged(*facts: OfficialFact, established_on: date | None = None) -> Judgement:
    known_at = datetime(2026, 7, 1, tzinfo=UTC)
    return judge(Subject("u", DAY, known_at, 0.02, 0.02, established_on=established_on, facts=facts), POLICY)


def _penalty(key: str, severity: str = "general") -> OfficialFact:
    return OfficialFact("penalty", key, {"severity": severity, "decided_on": "2026-05-01"})


def test_a_clean_enterprise_gets_the_models_four_strongest() -> None:
    assert reasons_for(_judged(), MODEL, POLICY) == tuple(MODEL[:4])


def test_rules_come_before_the_model_and_the_lowest_cap_first() -> None:
    tax = OfficialFact("regulator_rating", "tax 2026", {"authority": "tax", "rating": "D", "valid_from": "2026-04-01"})
    found = reasons_for(_judged(_penalty("p1"), tax, established_on=date(2026, 1, 1)), MODEL, POLICY)
    assert [reason.code for reason in found] == ["K3", "K8", "K12", "feature_0"]
    assert (found[0].en, found[0].zh, found[0].value) == ("Tax credit is D", "纳税缴费信用为D级", "tax 2026")


def test_two_penalties_of_one_kind_are_one_reason() -> None:
    found = reasons_for(_judged(_penalty("p1"), _penalty("p2")), [], POLICY)
    assert [(reason.code, reason.value) for reason in found] == [("K8", "p1")]


def test_points_are_a_reason_too() -> None:
    fields = {"authority": "customs", "rating": "advanced_certified", "valid_from": "2026-04-01"}
    found = reasons_for(_judged(OfficialFact("regulator_rating", "AEO 1", fields)), [], POLICY)
    assert [(reason.code, reason.value) for reason in found] == [("P1", "AEO 1")]
