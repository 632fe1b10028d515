"""What goes out, field by field. A record's other fields never do: a new one is shown only once it is written here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from reports.api.ports import HistoryPoint, Record


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OwnReason(_Shown):
    """A reason as its enterprise reads it: in words, without the measured value."""

    code: str
    zh: str
    en: str


class OwnGrade(_Shown):
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


class Reason(_Shown):
    """A reason with its value."""

    code: str
    zh: str
    en: str
    value: Any = None


class RuleTrace(_Shown):
    """A rule, whether it fired, on what, against what."""

    id: str
    fired: bool
    value: Any = None
    threshold: Any = None


class Cap(_Shown):
    """A cap that held, and the fact it rests on."""

    id: str
    max_grade: str | None
    fact: Any = None


class Suggestion(_Shown):
    """What a department is asked to consider. Never an order."""

    id: str
    zh: str
    en: str


class Excused(_Shown):
    """A pattern over its limit that raised no alert, since enough peers rose as well in a promotion."""

    rule: str
    guard: str
    value: float
    threshold: float
    peer_share: float
    least_share: float


class Model(_Shown):
    """The model a decision was made with."""

    version: str
    digest: str


class FullGrade(_Shown):
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


class GradeDay(_Shown):
    """One day of a history."""

    date: date
    grade: str | None
    score: int | None
    status: str
    decision_id: str


class History(_Shown):
    """An enterprise's grades, oldest first."""

    uscc: str
    history: list[GradeDay]

    @classmethod
    def of(cls, uscc: str, points: list[HistoryPoint]) -> Self:
        """From the days of an enterprise."""
        days = [
            GradeDay(
                date=point.business_date,
                grade=point.grade,
                score=point.score,
                status=point.status,
                decision_id=point.decision_id,
            )
            for point in points
        ]
        return cls(uscc=uscc, history=days)


class Grades(_Shown):
    """A page of a day's decisions, by USCC. ``next``: ask for what comes after it; None on the last page."""

    date: date
    known_at: datetime
    grades: list[FullGrade]
    next: str | None


class Window(_Shown):
    """The days an alert looks at, inclusive."""

    from_: date = Field(alias="from")
    to: date


class Alert(_Shown):
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


class Alerts(_Shown):
    """A day's open alerts."""

    date: date
    alerts: list[Alert]


class Health(_Shown):
    """A sign of life."""

    status: str
