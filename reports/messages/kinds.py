"""Every type of message, as the receiver may rely on it. What is not here is not sent, and a test holds that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field


class MessageKind(StrEnum):
    """The CloudEvents types. A type's form never changes: another form is another version."""

    GRADE = "cn.xinji.action.suggested.v1"
    ALERT_OPENED = "cn.xinji.alert.opened.v1"
    ALERT_CLOSED = "cn.xinji.alert.closed.v1"
    NOTICE_GIVEN = "cn.xinji.notice.given.v1"
    OVERRIDE_ENDED = "cn.xinji.override.ended.v1"
    GRADE_CORRECTED = "cn.xinji.grade.corrected.v1"


class Told(BaseModel):
    """The base: exactly these fields, in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cap(Told):
    """A cap that held, and the key of the fact it rests on."""

    id: str
    max_grade: str | None
    fact: Any
    mandatory: bool


class Reason(Told):
    """A reason in both languages, with its value."""

    code: str
    zh: str
    en: str
    value: Any
    shown_to_enterprise: bool


class Action(Told):
    """What a department is asked to consider. Never an order."""

    id: str
    zh: str
    en: str
    department: str
    legal_basis: str
    due_on: date | None = Field(description="By when a check is to be made; null for a standing measure.")
    alert_id: str | None


class GradeMessage(Told):
    """A grade that is new or other than before, with what is suggested."""

    decision_id: str
    uscc: str
    date: date
    grade: str
    previous_grade: str | None
    status: str
    score: int | None
    caps: list[Cap]
    reasons: list[Reason]
    actions: list[Action]


class Window(Told):
    """First and last day measured, both inclusive."""

    from_: date = Field(alias="from")
    to: date


class AlertMessage(Told):
    """An alert: a pattern that deserves a check, not a finding. Its evidence is keys of documents."""

    alert_id: str
    rule: str
    uscc: str
    severity: Literal["high", "medium", "low"]
    window: Window
    value: float
    threshold: float
    n: int
    evidence: list[str]
    amount_fen: int
    opened_on: date
    last_hit_on: date
    state: Literal["open", "assigned", "checked", "closed"]
    assigned_to: str | None
    finding: str | None
    finding_on: date | None
    closed_on: date | None
    closed_because: str | None


class NoticeMessage(Told):
    """An enterprise is told of a downgrade before it comes, and until when it may reply."""

    uscc: str
    told_on: date
    until: date
    grade: str
    instead_of: str
    date: date


class OverrideEndedMessage(Told):
    """An override reached its last day; from the next run on the computed grade holds."""

    uscc: str
    override: str
    grade: str
    last_day: date


class CorrectedDay(Told):
    """A day that was decided again: which decision no longer holds, and which stands in its place."""

    date: date
    instead_of: str
    grade_before: str | None
    decision_id: str
    grade: str | None


class GradeCorrectedMessage(Told):
    """Somebody had looked at grades that no longer hold. ``because``: the objection that was upheld."""

    uscc: str
    account: str
    because: str
    days: list[CorrectedDay]


MESSAGES: Final[Mapping[MessageKind, type[Told]]] = {
    MessageKind.GRADE: GradeMessage,
    MessageKind.ALERT_OPENED: AlertMessage,
    MessageKind.ALERT_CLOSED: AlertMessage,
    MessageKind.NOTICE_GIVEN: NoticeMessage,
    MessageKind.OVERRIDE_ENDED: OverrideEndedMessage,
    MessageKind.GRADE_CORRECTED: GradeCorrectedMessage,
}
"""The content of each type."""


class Event(Told):
    """A CloudEvents 1.0 event in JSON, as it goes out, whatever the way."""

    specversion: Literal["1.0"]
    id: str = Field(pattern="^[0-9a-f]{64}$", description="Of the content: an event that comes twice has the same.")
    type: MessageKind
    source: str = Field(description="Which zone speaks, such as /zones/shuanghe.")
    subject: str = Field(description="The enterprise, by its unified social credit code.")
    time: str = Field(description="When it became true, RFC 3339.")
    datacontenttype: Literal["application/json"]
    sequence: str = Field(pattern="^[0-9]{12}$", description="Counts the events of a subject; a gap was given up.")
    data: Any
