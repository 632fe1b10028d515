"""Overrides: who may ask for what, for how long, and when it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import ZONE
from models.people.acts import Act
from models.people.overrides import Wish, approve, ended_before, override_cases, overrides_on, request, withdraw
from models.policy.book import PolicyBook

DAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 10, tzinfo=ZONE)
USCC = "91659007MA7TETA132"
RULE = PolicyBook.load().in_force(DAY).overrides


def asked(grade: Grade = Grade.A, computed: Grade = Grade.B, days: int = 30, reason: str = "site visit") -> Act:
    return request(Wish(USCC, grade, DAY, DAY + timedelta(days=days), reason), computed, "officer-1", AT, RULE)


def test_one_grade_away_it_holds_from_its_first_to_its_last_day() -> None:
    cases = override_cases([asked()]).values()
    assert [DAY + timedelta(days=n) for n in (-1, 0, 30, 31) if overrides_on(cases, DAY + timedelta(days=n))] == [
        DAY,
        DAY + timedelta(days=30),
    ]
    override = overrides_on(cases, DAY)[USCC]
    assert (override.grade, override.account, override.reason) == (Grade.A, "officer-1", "site visit")


def test_two_grades_away_it_waits_for_another_account() -> None:
    act = asked(Grade.AA)
    case = override_cases([act])[act.about]
    assert not case.holds_on(DAY)
    with pytest.raises(ConflictError, match="four eyes are two accounts"):
        approve(case, "officer-1", AT, "me again")
    agreed = approve(case, "officer-2", AT, "seen the papers")
    case = override_cases([act, agreed])[act.about]
    assert case.holds_on(DAY)
    assert case.as_judged().approved_by == "officer-2"
    with pytest.raises(ConflictError, match="does not wait"):
        approve(case, "officer-3", AT, "too late")


def test_a_lowering_of_two_grades_takes_two_accounts_as_well() -> None:
    act = asked(Grade.D)
    assert override_cases([act])[act.about].needs_approval


def test_withdrawn_it_holds_until_the_day_before() -> None:
    act = asked()
    case = override_cases([act])[act.about]
    on = DAY + timedelta(days=3)
    ended = override_cases([act, withdraw(case, "officer-2", AT, on, "papers were false")])[act.about]
    assert ended.holds_on(on - timedelta(days=1))
    assert not ended.holds_on(on)
    with pytest.raises(ConflictError, match="ended on 2026-11-04"):
        withdraw(ended, "officer-2", AT, on, "again")


def test_of_two_the_later_one_holds() -> None:
    assert overrides_on(override_cases([asked(), asked(Grade.C)]).values(), DAY)[USCC].grade is Grade.C


def test_what_ended_lately_is_told_for_a_while() -> None:
    act = asked(days=3)
    cases = list(override_cases([act]).values())
    days = {n for n in range(40) if ended_before(cases, DAY + timedelta(days=n), RULE)}
    assert days == set(range(4, 34))
    unapproved = asked(Grade.AAA, days=3)
    assert ended_before(override_cases([unapproved]).values(), DAY + timedelta(days=5), RULE) == []


def test_policy_bounds_its_length_and_asks_for_a_reason() -> None:
    assert asked(days=180)
    with pytest.raises(UsageError, match="180 days at most"):
        asked(days=181)
    with pytest.raises(UsageError, match="before it begins"):
        asked(days=-1)
    with pytest.raises(UsageError, match="needs a reason"):
        asked(reason="  ")


def test_an_act_comes_back_from_its_body() -> None:
    act = asked()
    assert Act.of_body(act.kind.value, act.body()) == act
