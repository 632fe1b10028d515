"""What people send to the desk and get back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field, field_validator

from reports.api.schemas.shown import Shown

_LONGEST = 1000


class _Given(BaseModel):
    """Unknown fields are refused: a misspelt one must not be passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _is_plain(cls, value: Any) -> Any:
        """Texts are read by people later: nothing in them may hide, or bend the line."""
        if isinstance(value, str) and any(category(one).startswith("C") and one not in "\r\n\t" for one in value):
            raise ValueError("Leave out control characters and marks of direction.")
        return value


class NewObjection(_Given):
    """``target``: the key of a fact or alert behind the grade, or ``grade``."""

    target: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=_LONGEST)


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


class Objections(Shown):
    """A page of an enterprise's objections, oldest first."""

    uscc: str
    objections: list[Objection]
    next: str | None


class GivenFeedback(_Given):
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
