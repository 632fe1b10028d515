"""What a subscriber is told: what is on record, what no longer stands, and never a suspicion."""

from __future__ import annotations

from typing import Any

from pipelines.steps.sharing import told_of
from reports.api.schemas.sharing import SharedGrade

ALERT = {"id": "K10", "max_grade": "AA", "fact": "00d4dbd5da4c050d", "mandatory": False}
PENALTY = {"id": "K8", "max_grade": "B", "fact": "CUS-1/customs", "mandatory": True}
REVOKED = {"id": "K7", "max_grade": None, "fact": "registration revoked", "mandatory": True}


def decided(*caps: dict[str, Any], grade: str | None = "B") -> dict[str, Any]:
    inputs = {"alerts": [{"alert_id": ALERT["fact"]}], "disputed": []}
    told = {"decision_id": "d" * 64, "uscc": "91652702MADEM0011Q", "date": "2026-03-31", "status": "normal"}
    return {**told, "grade": grade, "caps": list(caps), "inputs": inputs}


def test_a_cap_that_rests_on_an_alert_is_told_to_nobody_neither_when_it_comes_nor_when_it_goes() -> None:
    assert told_of(decided(ALERT, PENALTY), None)["caps"] == [PENALTY]
    assert told_of(decided(PENALTY), decided(ALERT, PENALTY))["withdrawn_facts"] == []


def test_a_fact_that_no_longer_stands_is_named_to_be_deleted() -> None:
    assert told_of(decided(), decided(PENALTY))["withdrawn_facts"] == [PENALTY["fact"]]
    assert told_of(decided(PENALTY), decided())["withdrawn_facts"] == []


def test_an_enterprise_that_is_not_graded_can_be_told_too() -> None:
    shown = SharedGrade.model_validate(told_of(decided(REVOKED, grade=None), None))
    assert (shown.grade, shown.caps[0].max_grade) == (None, None)
