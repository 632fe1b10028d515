"""What people send to the desk and get back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from reports.api.schemas.shown import Given, Shown

_LONGEST = 1000


class NewObjection(Given):
    """``target``: the key of a fact or alert behind the grade, or ``grade``."""

    target: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=_LONGEST)


class Attachment(Shown):
    """A paper attached to an objection, without its content."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    attached_at: datetime


class Objection(Shown):
    """An objection as it stands. An officer's account is not shown."""

    id: str
    uscc: str
    target: str
    reason: str
    filed_at: datetime
    forward_by: date
    answer_by: date
    longest: date
    state: str
    forwarded_to: str | None
    answered_at: datetime | None
    answer: str | None
    attachments: list[Attachment]


class Objections(Shown):
    """A page of an enterprise's objections, oldest first."""

    uscc: str
    objections: list[Objection]
    next: str | None


class GivenFeedback(Given):
    """What a check found, and why; both go on record."""

    finding: Literal["confirmed", "explained", "data_error"]
    reason: str = Field(min_length=1, max_length=_LONGEST, pattern=r"^[^\r\n]*$")


class FeedbackGiven(Shown):
    """The alert with what is now on record about it."""

    alert_id: str
    uscc: str
    rule: str
    finding: str
    decided_at: datetime
