"""What a grade and its alerts ask departments to consider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.working_days import working_days_after
from models.policy.inforce import Policy
from reports.alerts.alert import Alert, State


@dataclass(frozen=True, slots=True)
class Action:
    """A suggestion to one department.

    Attributes
    ----------
    id:
        The measure's id in the policy: ``<grade, status or rule>.<measure>``.
    legal_basis:
        What the department would act under, by its own rules.
    due_on:
        The day by which an alert should be checked; None for a standing measure.
    alert_id:
        The alert that asks for it; None for a measure of the grade.
    """

    id: str
    zh: str
    en: str
    department: str
    legal_basis: str
    due_on: date | None = None
    alert_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The action as plain JSON values."""
        return {
            "id": self.id,
            "zh": self.zh,
            "en": self.en,
            "department": self.department,
            "legal_basis": self.legal_basis,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "alert_id": self.alert_id,
        }


def suggest(grade: Grade | None, status: Status, alerts: Iterable[Alert], policy: Policy) -> list[Action]:
    """What to suggest: checks of unchecked alerts first, the most urgent leading, then what status and grade ask for.

    An enterprise without a grade gets no measures of a grade; its alerts still want a check.
    """
    waiting = [alert for alert in alerts if alert.state in (State.OPEN, State.ASSIGNED)]
    waiting.sort(key=lambda alert: (alert.severity.rank, alert.opened_on, alert.rule))
    suggested = [action for alert in waiting for action in _checks(alert, policy)]
    suggested += _standing(status.value, policy)
    if grade is not None:
        suggested += _standing(grade.value, policy)
    return suggested


def due_on(alert: Alert, policy: Policy) -> date:
    """The working day by which an alert should be checked, counted from its opening day."""
    return working_days_after(alert.opened_on, policy.alert_life.due_working_days[alert.severity])


def _checks(alert: Alert, policy: Policy) -> Iterator[Action]:
    if alert.rule in policy.actions:
        due = due_on(alert, policy)
        for measure in policy.actions[alert.rule].measures:
            yield Action(
                measure.id, measure.zh, measure.en, measure.department, measure.legal_basis, due, alert.alert_id
            )


def _standing(identifier: str, policy: Policy) -> Iterator[Action]:
    if identifier in policy.actions:
        for measure in policy.actions[identifier].measures:
            yield Action(measure.id, measure.zh, measure.en, measure.department, measure.legal_basis)
