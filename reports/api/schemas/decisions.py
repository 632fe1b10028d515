"""Grades, reasons, alerts and suggestions as they are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from pydantic import Field

from reports.api.ports import HistoryPoint, Record
from reports.api.schemas.shown import Shown


class OwnReason(Shown):
    """A reason as its enterprise reads it: in words, without the measured value."""

    code: str
    zh: str
    en: str


class OwnGrade(Shown):
    """An enterprise's view of itself: no rule, threshold, evidence, cap on suspicion or suggested check."""

    decision_id: str
    uscc: str
    date: date
    status: str
    grade: str | None
    previous_grade: str | None
    score: int | None
    dimensions: dict[str, float | None]
    reasons: list[OwnReason]
    feeds_missing: list[str]

    @classmethod
    def of(cls, record: Record) -> Self:
        """From a decision, with only the reasons that policy lets the enterprise see."""
        shown = [reason for reason in record["reasons"] if reason["shown_to_enterprise"]]
        return cls.model_validate({**record, "reasons": shown})


class Reason(Shown):
    """A reason with its value."""

    code: str
    zh: str
    en: str
    value: Any = None


class RuleTrace(Shown):
    """A rule, whether it fired, on what, against what."""

    id: str
    fired: bool
    value: Any = None
    threshold: Any = None


class Cap(Shown):
    """A cap that held, and the fact it rests on."""

    id: str
    max_grade: str | None
    fact: Any = None


class Suggestion(Shown):
    """What a department is asked to consider. Never an order."""

    id: str
    zh: str
    en: str


class Excused(Shown):
    """A pattern over its limit that raised no alert, since enough peers rose as well in a promotion."""

    rule: str
    guard: str
    value: float
    threshold: float
    peer_share: float
    least_share: float


class Model(Shown):
    """The model a decision was made with."""

    version: str
    digest: str


class FullGrade(Shown):
    """A decision as the authorities see it (design, section 6)."""

    decision_id: str
    supersedes: str | None
    uscc: str
    date: date
    known_at: datetime
    status: str
    grade: str | None
    previous_grade: str | None
    grade_model: str | None
    grade_rules: str | None
    score: int | None
    score_raw: int | None
    p: float | None
    dimensions: dict[str, float | None]
    reasons: list[Reason]
    rules: list[RuleTrace]
    caps: list[Cap]
    override: dict[str, Any] | None
    actions: list[Suggestion]
    excused: list[Excused]
    feeds_missing: list[str]
    model: Model
    policy_digest: str


class GradeDay(Shown):
    """One day of a history."""

    date: date
    grade: str | None
    score: int | None
    status: str
    decision_id: str

    @classmethod
    def of(cls, point: HistoryPoint) -> Self:
        """From a day of an enterprise."""
        return cls(
            date=point.business_date,
            grade=point.grade,
            score=point.score,
            status=point.status,
            decision_id=point.decision_id,
        )


class History(Shown):
    """A page of an enterprise's grades, oldest first."""

    uscc: str
    history: list[GradeDay]
    next: str | None


class Reasons(Shown):
    """Why a grade is what it is."""

    decision_id: str
    uscc: str
    date: date
    reasons: list[Reason]


class OwnReasons(Shown):
    """The same as its enterprise may read it."""

    decision_id: str
    uscc: str
    date: date
    reasons: list[OwnReason]

    @classmethod
    def of(cls, record: Record) -> Self:
        """From a decision, with only the reasons that policy lets the enterprise see."""
        shown = [reason for reason in record["reasons"] if reason["shown_to_enterprise"]]
        return cls.model_validate({**record, "reasons": shown})


class Grades(Shown):
    """A page of a day's decisions, by USCC. ``next``: ask for what comes after it; None on the last page."""

    date: date
    known_at: datetime
    grades: list[FullGrade]
    next: str | None


class Window(Shown):
    """The days an alert looks at, inclusive."""

    from_: date = Field(alias="from")
    to: date


class Alert(Shown):
    """An alert: a pattern that deserves a check, not a finding."""

    alert_id: str
    rule: str
    uscc: str
    severity: str
    window: Window
    value: float
    threshold: float
    n: int
    evidence: list[str]
    opened_on: date
    state: str


class Alerts(Shown):
    """A page of a day's open alerts."""

    date: date
    alerts: list[Alert]
    next: str | None


class EnterpriseAlerts(Shown):
    """The alerts of one enterprise that stand open on the day of its latest decision."""

    uscc: str
    date: date
    alerts: list[Alert]


class Action(Shown):
    """What a department is asked to consider, under which law and by when. Never an order."""

    uscc: str
    id: str
    zh: str
    en: str
    department: str = ""
    legal_basis: str = ""
    due_on: date | None = None
    alert_id: str | None = None


class Actions(Shown):
    """Suggestions of a day."""

    date: date
    actions: list[Action]
    next: str | None


class Look(Shown):
    """Somebody looked: by account and role, never by name."""

    position: int
    at: datetime
    account: str
    role: str
    what: str
    purpose: str
    status: int


class Looks(Shown):
    """A page of who looked at an enterprise, oldest first."""

    uscc: str
    looks: list[Look]
    next: str | None
