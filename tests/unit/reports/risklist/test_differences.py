"""What differs from yesterday's list: told once, with its cause, and nobody leaves unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from expectations.vocabulary.grade import Severity
from reports.risklist.columns import difference_words
from reports.risklist.differences import Grounds, with_differences
from reports.risklist.rows import Cause, RiskRow, Trigger

TRIGGER = Trigger("R01", "三单不符", "mismatch", Severity.HIGH, 0.05, 0.01, "2026-10-30", "a1", ())
ROW = RiskRow(1, "E1", "企业", Severity.HIGH, "normal", "B", "B", 650, (), (), (TRIGGER,), (), "0.00", (), "d", "")


def row(**more: Any) -> RiskRow:
    """The row of E1, with something else about it."""
    return replace(ROW, **more)


def due_of(severity: Severity) -> str:
    return f"by {severity}"


def compared(today: list[RiskRow], yesterday: list[RiskRow], grounds: Grounds | None = None) -> RiskRow:
    """The first row of today with what differs."""
    return with_differences(today, yesterday, grounds or Grounds(), due_of)[0][0]


def said(today: list[RiskRow], yesterday: list[RiskRow], grounds: Grounds | None = None) -> str:
    return difference_words(compared(today, yesterday, grounds).difference, "en")


def test_a_row_that_stands_as_it_stood_has_no_difference_and_no_day_of_its_own() -> None:
    found = compared([row()], [row()])
    assert (found.due_on, difference_words(found.difference, "en")) == ("", "unchanged")


def test_a_new_row_is_new_and_is_to_be_looked_at_by_its_severity() -> None:
    found = compared([row(triggers=())], [])
    assert found.difference is not None
    assert (found.difference.is_new, found.due_on) == (True, "by high")


def test_a_task_keeps_its_own_day() -> None:
    assert compared([row(due_on="2026-11-02")], []).due_on == "2026-11-02"


@pytest.mark.parametrize("cause", list(Cause))
def test_a_grade_that_moved_names_its_cause(cause: Cause) -> None:
    grounds = Grounds(grade_causes={"E1": (cause,)})
    assert said([row(grade="C")], [row()], grounds) == f"grade B → C ({cause})"


def test_a_new_alert_is_data_unless_policy_changed_its_rule() -> None:
    assert said([row()], [row(triggers=())]) == "new alert R01 mismatch (data)"
    changed = Grounds(changed_rules=frozenset({"R01"}))
    assert said([row()], [row(triggers=())], changed) == "new alert R01 mismatch (policy)"


def test_an_alert_that_ended_says_who_ended_it() -> None:
    closed = Grounds(closed={"a1": {"closed_because": "officer"}})
    assert said([row(triggers=())], [row()], closed) == "alert R01 ended (officer)"
    assert said([row(triggers=())], [row()]) == "alert R01 ended (data)"


def test_a_finding_and_a_worse_severity_are_told() -> None:
    worse = replace(TRIGGER, finding="confirmed")
    assert said([row(triggers=(worse,))], [row()]) == "R01 confirmed by a check (officer)"
    before = replace(TRIGGER, severity=Severity.MEDIUM)
    assert said([row()], [row(triggers=(before,))]) == "R01 risk medium → high (data)"


def test_who_left_the_list_is_named_with_the_reason() -> None:
    _, gone = with_differences([], [row()], Grounds(grades={"E1": "A"}, grade_causes={"E1": (Cause.REPAIR,)}), due_of)
    assert [(one.uscc, one.grade) for one in gone] == [("E1", "A")]
    assert difference_words(gone[0].difference, "en") == "grade B → A (repair)\nalert R01 ended (data)"


def test_without_a_list_before_it_is_the_first() -> None:
    assert difference_words(None, "en") == "first list"
