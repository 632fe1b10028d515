"""The words of an alert: what was measured, the episode it belongs to, what officers did about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.grade import Severity
from models.grade.subject import AlertStanding

_ID_LENGTH = 16


class State(StrEnum):
    """Where an alert stands in its life."""

    OPEN = "open"
    ASSIGNED = "assigned"
    CHECKED = "checked"
    CLOSED = "closed"


class Step(StrEnum):
    """What an officer can do with an alert. The middle three are findings."""

    ASSIGNED = "assigned"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    DATA_ERROR = "data_error"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Hit:
    """One pattern over its threshold, for one enterprise, as measured on D.

    Attributes
    ----------
    rule:
        ``R01`` to ``R20``.
    window_from, window_to:
        First and last day measured, both inclusive.
    n:
        How many rows the value rests on.
    evidence:
        Keys of documents, never personal data.
    amount_fen:
        The exposed amount in hundredths of a yuan.
    """

    rule: str
    uscc: str
    window_from: date
    window_to: date
    value: float
    threshold: float
    n: int
    severity: Severity
    evidence: tuple[str, ...] = ()
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class AlertStep:
    """A step an officer took on an alert, by account id."""

    alert_id: str
    step: Step
    taken_on: date
    account: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An episode as it stands on a day.

    Attributes
    ----------
    severity:
        The worst of the episode: an alert does not grow harmless by itself.
    window_from, window_to:
        From the first window's beginning to the last one's end.
    value, threshold, n, evidence, amount_fen:
        Of the latest measurement over the threshold.
    last_hit_on:
        The last day it was over the threshold; quiet days count from here.
    closed_because:
        ``officer``, ``quiet`` or ``expired`` (a confirmed alert past its longest life).
    """

    alert_id: str
    rule: str
    uscc: str
    severity: Severity
    window_from: date
    window_to: date
    value: float
    threshold: float
    n: int
    evidence: tuple[str, ...]
    amount_fen: int
    opened_on: date
    last_hit_on: date
    state: State = State.OPEN
    assigned_to: str | None = None
    finding: str | None = None
    finding_on: date | None = None
    closed_on: date | None = None
    closed_because: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it belongs to the day's alerts."""
        return self.state is not State.CLOSED

    def standing(self) -> AlertStanding:
        """What the grade needs to know of it."""
        return AlertStanding(
            self.alert_id, self.rule, self.severity, self.opened_on, self.finding, self.finding_on, self.closed_on
        )

    def to_json(self) -> dict[str, Any]:
        """The alert as plain JSON values; ``alert_from_json`` is the way back."""
        return {
            "alert_id": self.alert_id,
            "rule": self.rule,
            "uscc": self.uscc,
            "severity": self.severity.value,
            "window": {"from": self.window_from.isoformat(), "to": self.window_to.isoformat()},
            "value": self.value,
            "threshold": self.threshold,
            "n": self.n,
            "evidence": list(self.evidence),
            "amount_fen": self.amount_fen,
            "opened_on": self.opened_on.isoformat(),
            "last_hit_on": self.last_hit_on.isoformat(),
            "state": self.state.value,
            "assigned_to": self.assigned_to,
            "finding": self.finding,
            "finding_on": self.finding_on.isoformat() if self.finding_on else None,
            "closed_on": self.closed_on.isoformat() if self.closed_on else None,
            "closed_because": self.closed_because,
        }


def alert_from_json(content: Mapping[str, Any]) -> Alert:
    """The alert that ``to_json`` wrote."""
    window = content["window"]
    return Alert(
        alert_id=content["alert_id"],
        rule=content["rule"],
        uscc=content["uscc"],
        severity=Severity(content["severity"]),
        window_from=date.fromisoformat(window["from"]),
        window_to=date.fromisoformat(window["to"]),
        value=content["value"],
        threshold=content["threshold"],
        n=content["n"],
        evidence=tuple(content["evidence"]),
        amount_fen=content["amount_fen"],
        opened_on=date.fromisoformat(content["opened_on"]),
        last_hit_on=date.fromisoformat(content["last_hit_on"]),
        state=State(content["state"]),
        assigned_to=content["assigned_to"],
        finding=content["finding"],
        finding_on=_day(content["finding_on"]),
        closed_on=_day(content["closed_on"]),
        closed_because=content["closed_because"],
    )


def alert_id_of(uscc: str, rule: str, opened_on: date) -> str:
    """The identity of an episode: enterprise, rule, opening day."""
    return sha256_of([uscc, rule, opened_on])[:_ID_LENGTH]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
