"""What the API needs from outside, declared where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from expectations.vocabulary.role import Role

Record = Mapping[str, Any]
"""A decision or an alert as the ledger holds it (design, section 6)."""


class Caller(Protocol):
    """Whom a valid key speaks for."""

    @property
    def account_id(self) -> str:
        """The account; records name accounts, never people."""

    @property
    def role(self) -> Role:
        """What the account is for."""

    @property
    def uscc(self) -> str | None:
        """The one enterprise it speaks for; None for an office."""

    @property
    def key_id(self) -> str:
        """The key that was used."""


class KeyPort(Protocol):
    """Who is calling."""

    def holder_of(self, presented: str, now: datetime) -> Caller | None:
        """Whom a presented key speaks for; None when it opens nothing, whatever the reason."""


class HistoryPoint(Protocol):
    """One day of an enterprise's history."""

    @property
    def decision_id(self) -> str:
        """The decision that holds for the day."""

    @property
    def business_date(self) -> date:
        """The day."""

    @property
    def grade(self) -> str | None:
        """The published grade; None while inactive."""

    @property
    def score(self) -> int | None:
        """0 to 1000."""

    @property
    def status(self) -> str:
        """How far the grade can be relied on."""


class QueryPort(Protocol):
    """What was decided."""

    def latest_decision(self, uscc: str, as_of: date | None) -> Record | None:
        """The decision that holds for an enterprise, now or as of a day."""

    def grade_history(self, uscc: str) -> Sequence[HistoryPoint]:
        """An enterprise's grades, oldest first, one per day."""

    def known_at(self, business_date: date) -> datetime | None:
        """The knowledge cutoff of the day's latest run; None where there was no run."""

    def decisions_of(self, business_date: date, after: str, limit: int) -> Iterable[Record]:
        """The day's decisions by USCC, those after a USCC, at most so many."""

    def open_alerts(self, business_date: date) -> Sequence[Record]:
        """The alerts open on a day."""

    def check(self) -> None:
        """Raise anything when questions cannot be answered now."""


@dataclass(frozen=True, slots=True)
class Read:
    """Who looked at what, why, when, and whether it was shown.

    Attributes
    ----------
    what:
        ``grade``, ``history``, ``grades`` or ``alerts``.
    about:
        The USCC, or the day for a list.
    status:
        The HTTP status of the answer: refusals are on record too.
    """

    account: str
    role: str
    key_id: str
    what: str
    about: str
    purpose: str
    at: datetime
    status: int


class ReadLog(Protocol):
    """The record of who looked."""

    def record(self, read: Read) -> None:
        """Put a read on record, durably, before it is answered. When this raises, nothing is shown."""
