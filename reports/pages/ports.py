"""What the pages need from outside, declared where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from expectations.vocabulary.role import Role
from reports.api.ports import HistoryPoint, Record
from reports.risklist.rows import RiskList
from reports.statistics.bulletin import Bulletin


class Person(Protocol):
    """Who is signed in."""

    @property
    def account_id(self) -> str:
        """The account; records name accounts, never people."""

    @property
    def role(self) -> Role:
        """What the account is for."""

    @property
    def uscc(self) -> str | None:
        """The one enterprise it speaks for; None for an office."""


class Opened(Protocol):
    """A session that was opened: what the browser shows from then on, and until when."""

    @property
    def token(self) -> str:
        """What opens the pages."""

    @property
    def expires_at(self) -> datetime:
        """When it ends by itself."""


class EntrancePort(Protocol):
    """The way in and out."""

    def enter(self, account_id: str, password: str, at: datetime) -> Opened:
        """Open a session. Raises a UsageError in words for the person when the password opens nothing."""

    def holder(self, token: str, at: datetime) -> Person | None:
        """Whose session it is; None when it opens nothing, whatever the reason."""

    def leave(self, token: str, at: datetime) -> None:
        """End a session."""


class ObjectionView(Protocol):
    """An objection as the enterprise sees it."""

    @property
    def id(self) -> str:
        """Its receipt."""

    @property
    def target(self) -> str:
        """What is disputed."""

    @property
    def state(self) -> str:
        """Where it stands."""

    @property
    def filed_at(self) -> datetime:
        """When it was filed."""

    @property
    def answer_by(self) -> date:
        """By when it is answered."""

    @property
    def answered_at(self) -> datetime | None:
        """When it was answered."""


@dataclass(frozen=True, slots=True)
class Disputable:
    """A record that a grade rests on and an objection may name."""

    key: str
    zh: str
    en: str


class GradePort(Protocol):
    """What was decided about one enterprise, and what is on record beside it."""

    def decision(self, uscc: str) -> Record | None:
        """The decision that holds."""

    def history(self, uscc: str) -> Sequence[HistoryPoint]:
        """Grades, oldest first, one a day."""

    def disputable(self, uscc: str) -> Sequence[Disputable]:
        """What an objection may name today."""

    def objections(self, uscc: str) -> Sequence[ObjectionView]:
        """Its objections, oldest first."""

    def file_objection(self, uscc: str, target: str, reason: str, account: str, at: datetime) -> ObjectionView:
        """File an objection. Raises a UsageError in words for the person when it cannot be taken."""

    def looks(self, uscc: str) -> Sequence[Record]:
        """Which authority looked, at what and why, latest first."""

    def advice(self, uscc: str, at: datetime) -> Mapping[str, Any]:
        """What lifts the grade. Raises a UsageError when asked too often."""

    def certificates(self, uscc: str) -> Sequence[Mapping[str, Any]]:
        """Certificates issued, oldest first."""

    def certify(self, uscc: str, account: str, at: datetime) -> tuple[str, bytes]:
        """Issue a certificate: its number, and the page as PDF."""


class CertificatePort(Protocol):
    """What anybody may have in order to check a certificate."""

    def keys(self) -> Mapping[str, Any]:
        """The public keys, as a JSON Web Key Set."""

    def status_list(self, at: datetime) -> str:
        """The signed list of which certificates are revoked."""

    def page(self) -> bytes:
        """The page that checks without a connection."""


class ConsolePort(Protocol):
    """What a department works with."""

    def latest_day(self) -> date | None:
        """The latest day that was run; None before the first."""

    def department_of(self, account: str) -> str | None:
        """The department whose part an account sees; None for one that sees the whole zone."""

    def list_of(self, business_date: date, department: str | None) -> RiskList | None:
        """The list of a day, or a department's part of it; None where there was no run."""

    def alerts(self, uscc: str, department: str | None) -> Sequence[Record]:
        """Alerts open about an enterprise on the latest day that ask something of a department."""

    def find(self, alert_id: str, outcome: str, reason: str, account: str, at: datetime) -> Record:
        """Put a finding on record. Raises a UsageError when it cannot be taken."""


class OpenObjection(ObjectionView, Protocol):
    """An objection as an office sees it."""

    @property
    def uscc(self) -> str:
        """Whose it is."""

    @property
    def reason(self) -> str:
        """Why it was filed."""

    def overdue(self, today: date) -> str | None:
        """What should have happened before a day and has not; None while the clock is kept."""


class WaitingOverride(Protocol):
    """An override that counts only when a second account approves it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def uscc(self) -> str:
        """Whose grade it changes."""

    @property
    def requested_by(self) -> str:
        """The account that asked for it."""


class QueuePort(Protocol):
    """What waits for an officer."""

    def open_objections(self) -> Sequence[OpenObjection]:
        """Objections without an answer, oldest first."""

    def waiting_overrides(self) -> Sequence[WaitingOverride]:
        """Overrides that wait for a second account."""

    def objection_step(self, objection: str, step: str, reason: str, account: str, at: datetime) -> None:
        """Forward an objection to the department ``reason`` names, or answer it. Raises a UsageError in words."""

    def approve_override(self, override: str, reason: str, account: str, at: datetime) -> None:
        """Approve an override that another account asked for. Raises a ConflictError in words."""


class StatisticsPort(Protocol):
    """Bulletins that were made."""

    def periods(self) -> Sequence[str]:
        """Their periods, latest first."""

    def bulletin(self, period: str) -> Bulletin | None:
        """The bulletin of a period; None when none was made."""

    def document(self, period: str, file: str) -> bytes | None:
        """One of its documents by name; None when it is not there."""
