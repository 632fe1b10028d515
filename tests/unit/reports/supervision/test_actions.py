from __future__ import annotations

from datetime import date

import pytest

from expectations.vocabulary.grade import Grade, Severity, Status
from models.policy.book import PolicyBook
from reports.alerts.alert import Alert, State, alert_id_of
from reports.supervision.actions import suggest

POLICY = PolicyBook.load().in_force(date(2026, 6, 30))
USCC = "91659007MA7TETA132"


def _alert(rule: str, severity: Severity, opened_on: date, state: State = State.OPEN) -> Alert:
    return Alert(
        alert_id=alert_id_of(USCC, rule, opened_on),
        rule=rule,
        uscc=USCC,
        severity=severity,
        window_from=opened_on,
        window_to=opened_on,
        value=1.0,
        threshold=0.5,
        n=30,
        evidence=(),
        amount_fen=0,
        opened_on=opened_on,
        last_hit_on=opened_on,
        state=state,
    )


def _ids(grade: Grade | None, status: Status = Status.NORMAL, *alerts: Alert) -> list[str]:
    return [action.id for action in suggest(grade, status, alerts, POLICY)]


def test_the_best_grade_asks_for_less_and_the_worst_for_more() -> None:
    assert "AAA.guarantee" in _ids(Grade.AAA)
    assert _ids(Grade.D) == ["D.documents", "D.inspection", "D.guarantee", "D.audit", "D.funds"]
    (documents,) = [action for action in suggest(Grade.C, Status.NORMAL, (), POLICY) if action.id == "C.documents"]
    assert documents.en == "Consider reviewing 50 % of documents"


def test_everything_is_worded_as_a_suggestion_and_cites_its_law() -> None:
    for measures in POLICY.actions.values():
        for measure in measures.measures:
            assert measure.zh.startswith(("建议", "法定限制存续期间建议"))
            assert measure.en.startswith("Consider")
            assert measure.legal_basis
            assert measure.department


@pytest.mark.parametrize(
    ("severity", "due"),
    [
        (Severity.HIGH, date(2026, 6, 29)),  # Friday 26 June: the next working day is Monday
        (Severity.MEDIUM, date(2026, 7, 1)),
        (Severity.LOW, date(2026, 7, 10)),
    ],
)
def test_an_alert_is_due_in_working_days_from_its_opening(severity: Severity, due: date) -> None:
    (action,) = suggest(None, Status.INACTIVE, [_alert("R01", severity, date(2026, 6, 26))], POLICY)
    assert (action.id, action.due_on) == ("R01.check", due)
    assert action.alert_id == alert_id_of(USCC, "R01", date(2026, 6, 26))
    assert action.to_json()["due_on"] == due.isoformat()


def test_checks_come_first_and_the_most_urgent_leads() -> None:
    day = date(2026, 6, 26)
    ids = _ids(Grade.A, Status.NORMAL, _alert("R01", Severity.MEDIUM, day), _alert("R05", Severity.HIGH, day))
    assert ids == ["R05.check", "R01.check", "A.documents", "A.inspection", "A.audit"]


def test_a_checked_alert_asks_for_no_further_check() -> None:
    day = date(2026, 6, 26)
    assigned = _alert("R01", Severity.HIGH, day, State.ASSIGNED)
    assert _ids(None, Status.INACTIVE, assigned) == ["R01.check"]
    assert _ids(None, Status.INACTIVE, _alert("R01", Severity.HIGH, day, State.CHECKED)) == []


def test_missing_data_asks_the_operator_and_not_the_inspector_first() -> None:
    actions = suggest(Grade.B, Status.INSUFFICIENT_DATA, (), POLICY)
    assert (actions[0].id, actions[0].department) == ("insufficient_data.feeds", "operator")


def test_an_inactive_enterprise_gets_no_measures() -> None:
    assert _ids(None, Status.INACTIVE) == []
