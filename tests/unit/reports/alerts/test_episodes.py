from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from expectations.vocabulary.grade import Severity
from models.policy.book import PolicyBook
from reports.alerts.alert import Alert, AlertStep, Hit, State, Step, alert_from_json, alert_id_of
from reports.alerts.episodes import AlertDay, alerts_on

BOOK = PolicyBook.load()
FIRST = date(2026, 3, 2)
USCC = "91659007MA7TETA132"


def _hit(day: date, severity: Severity = Severity.MEDIUM, rule: str = "R01", uscc: str = USCC, amount: int = 5) -> Hit:
    window_from = day - timedelta(days=6)
    return Hit(rule, uscc, window_from, day, 0.02, 0.01, 150, severity, (f"invt {day}",), amount)


class _Zone:
    """Runs day after day, as the daily flow does."""

    def __init__(self) -> None:
        self.carried: tuple[Alert, ...] = ()
        self.steps: list[AlertStep] = []

    def run(self, day: date, *hits: Hit, unmeasured: tuple[str, ...] = ()) -> AlertDay:
        result = alerts_on(hits, self.carried, self.steps, BOOK.in_force(day), unmeasured)
        self.carried = result.carried
        return result

    def step(self, alert: Alert, step: Step, day: date, account: str = "officer-1") -> None:
        self.steps.append(AlertStep(alert.alert_id, step, day, account))


def _after(days: int) -> date:
    return FIRST + timedelta(days=days)


def test_a_hit_opens_an_alert_named_by_enterprise_rule_and_day() -> None:
    (alert,) = _Zone().run(FIRST, _hit(FIRST)).alerts
    assert alert.alert_id == alert_id_of(USCC, "R01", FIRST)
    assert (alert.opened_on, alert.state, alert.severity) == (FIRST, State.OPEN, Severity.MEDIUM)


def test_windows_that_stay_over_the_threshold_extend_one_alert() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST))
    (alert,) = zone.run(_after(1), _hit(_after(1))).alerts
    assert alert.opened_on == FIRST
    assert (alert.window_from, alert.window_to) == (FIRST - timedelta(days=6), _after(1))
    assert alert.evidence == (f"invt {_after(1)}",)


def test_twenty_nine_quiet_days_keep_it_open_and_the_thirtieth_closes_it() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST))
    for quiet in range(1, 30):
        assert len(zone.run(_after(quiet)).alerts) == 1
    last = zone.run(_after(30))
    assert last.alerts == ()
    assert [(alert.state, alert.closed_on, alert.closed_because) for alert in last.closed] == [
        (State.CLOSED, _after(30), "quiet")
    ]
    assert last.carried == ()


def test_a_hit_on_the_thirtieth_day_still_extends() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST))
    (alert,) = zone.run(_after(30), _hit(_after(30))).alerts
    assert alert.opened_on == FIRST


def test_after_thirty_quiet_days_a_hit_opens_another_alert() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST))
    result = zone.run(_after(31), _hit(_after(31)))
    assert [alert.opened_on for alert in result.alerts] == [_after(31)]
    assert [alert.opened_on for alert in result.closed] == [FIRST]


def test_silence_of_a_feed_that_has_not_arrived_closes_nothing() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST))
    assert len(zone.run(_after(30), unmeasured=("R01",)).alerts) == 1
    assert zone.run(_after(31)).alerts == ()


def test_an_alert_does_not_grow_harmless_by_itself() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST, Severity.HIGH))
    (alert,) = zone.run(_after(1), _hit(_after(1), Severity.MEDIUM)).alerts
    assert alert.severity is Severity.HIGH


def test_a_worse_measurement_raises_the_severity() -> None:
    zone = _Zone()
    zone.run(FIRST, _hit(FIRST, Severity.MEDIUM))
    (alert,) = zone.run(_after(1), _hit(_after(1), Severity.HIGH)).alerts
    assert alert.severity is Severity.HIGH


def test_several_hits_of_one_rule_are_one_alert_with_all_evidence() -> None:
    lesser, leading = _hit(FIRST), replace(_hit(FIRST, Severity.HIGH), evidence=("invt z", "invt a"), value=0.5)
    (alert,) = _Zone().run(FIRST, lesser, leading).alerts
    assert (alert.severity, alert.value) == (Severity.HIGH, 0.5)
    assert alert.evidence == (f"invt {FIRST}", "invt a", "invt z")


def test_the_days_alerts_are_ordered_by_severity_then_amount_then_enterprise() -> None:
    other = "91652701MA7TETA13Q"
    day = _Zone().run(
        FIRST,
        _hit(FIRST, rule="R11", amount=9),
        _hit(FIRST, uscc=other, amount=70),
        _hit(FIRST, Severity.HIGH, rule="R04", amount=1),
        _hit(FIRST, amount=9),
    )
    assert [(alert.rule, alert.uscc) for alert in day.alerts] == [
        ("R04", USCC),
        ("R01", other),
        ("R01", USCC),
        ("R11", USCC),
    ]


def test_an_alert_is_assigned_checked_and_closed() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.ASSIGNED, _after(1), "officer-9")
    (assigned,) = zone.run(_after(1)).alerts
    assert (assigned.state, assigned.assigned_to) == (State.ASSIGNED, "officer-9")
    zone.step(alert, Step.EXPLAINED, _after(2))
    (checked,) = zone.run(_after(2)).alerts
    assert (checked.state, checked.finding, checked.finding_on) == (State.CHECKED, "explained", _after(2))
    zone.step(alert, Step.CLOSED, _after(3))
    result = zone.run(_after(3))
    assert result.alerts == ()
    assert [closed.closed_because for closed in result.closed] == ["officer"]


def test_a_step_taken_after_the_business_date_is_not_seen() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CONFIRMED, _after(2))
    assert zone.run(_after(1)).alerts[0].finding is None
    assert zone.run(_after(2)).alerts[0].finding == "confirmed"


def test_a_finding_that_is_withdrawn_is_undone() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CONFIRMED, _after(1))
    assert zone.run(_after(1)).alerts[0].finding == "confirmed"
    zone.steps.clear()
    assert zone.run(_after(2)).alerts[0].finding is None


def test_a_confirmed_alert_outlives_quiet_days_until_its_longest_life_ends() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CONFIRMED, _after(5))
    assert len(zone.run(_after(40)).alerts) == 1
    assert len(zone.run(_after(185)).alerts) == 1
    result = zone.run(_after(186))
    assert [closed.closed_because for closed in result.closed] == ["expired"]
    assert result.carried == ()


def test_what_an_officer_closed_does_not_come_back_with_the_same_windows() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CLOSED, FIRST)
    for days in range(1, 50):
        assert zone.run(_after(days), _hit(_after(days))).alerts == ()
    assert zone.run(_after(100), _hit(_after(100))).alerts[0].opened_on == _after(100)


def test_what_an_officer_closed_comes_back_when_it_gets_worse() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CLOSED, FIRST)
    zone.run(_after(1), _hit(_after(1)))
    result = zone.run(_after(2), _hit(_after(2), Severity.HIGH))
    assert [again.opened_on for again in result.alerts] == [_after(2)]
    assert [kept.opened_on for kept in result.carried] == [_after(2)]


def test_a_closing_is_reported_once() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CLOSED, _after(1))
    late = zone.run(_after(3), _hit(_after(3)))
    assert [closed.closed_on for closed in late.closed] == [_after(1)]
    assert zone.run(_after(4), _hit(_after(4))).closed == ()


def test_the_same_day_again_gives_the_same_alerts_in_any_order_of_hits() -> None:
    hits = [_hit(FIRST), _hit(FIRST, rule="R11"), _hit(FIRST, Severity.HIGH)]
    assert _Zone().run(FIRST, *hits) == _Zone().run(FIRST, *reversed(hits))


def test_an_alert_survives_the_way_through_json() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST)).alerts
    zone.step(alert, Step.CONFIRMED, _after(1))
    (checked,) = zone.run(_after(1)).alerts
    content = checked.to_json()
    assert alert_from_json(content) == checked
    published = {"alert_id", "rule", "uscc", "severity", "window", "value", "threshold", "n", "evidence", "opened_on"}
    assert {*published, "state"} <= set(content)
    assert content["window"] == {"from": "2026-02-24", "to": "2026-03-02"}


def test_the_grade_sees_how_an_alert_stands() -> None:
    zone = _Zone()
    (alert,) = zone.run(FIRST, _hit(FIRST, Severity.HIGH)).alerts
    zone.step(alert, Step.CONFIRMED, _after(1))
    standing = zone.run(_after(1)).alerts[0].standing()
    assert (standing.severity, standing.finding, standing.finding_on) == (Severity.HIGH, "confirmed", _after(1))
    assert (standing.opened_on, standing.closed_on) == (FIRST, None)
