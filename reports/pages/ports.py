"""What the pages need from outside beyond what the API does, declared where it is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from expectations.vocabulary.role import Role
from reports.api.ports import Account, Record
from reports.pages.changes import Migration
from reports.risklist.rows import RiskList
from reports.statistics.bulletin import Bulletin


class BeingLookedUpError(Exception):
    """An answer that takes longer than somebody should wait at a page; asked again a moment later it may be there."""


Clock = Callable[[], datetime]


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

    def holder(self, token: str, at: datetime) -> Account | None:
        """Whose session it is; None when it opens nothing, whatever the reason."""

    def leave(self, token: str, at: datetime) -> None:
        """End a session."""


class ProviderPort(Protocol):
    """The way in by the office's own provider. Each raises a UsageError in words for the person."""

    def begin(self) -> tuple[str, str]:
        """Where to send the browser, and what it is to carry meanwhile."""

    def finish(self, code: str, state: str, carried: str, at: datetime) -> Opened:
        """Open a session for whoever the provider's answer names."""


@dataclass(frozen=True, slots=True)
class Disputable:
    """A record that a grade rests on and an objection may name."""

    key: str
    zh: str
    en: str


class PortalPort(Protocol):
    """What an enterprise asks for about itself. Each raises a ``XinjiError`` with what is wrong about it."""

    def disputable(self, uscc: str) -> Sequence[Disputable]:
        """What an objection may name today."""

    def advice(self, uscc: str, at: datetime) -> Mapping[str, Any]:
        """What lifts the grade."""

    def support(self, uscc: str) -> Mapping[str, Any]:
        """Support measures, and what stands against each."""

    def certificates(self, uscc: str) -> Sequence[Mapping[str, Any]]:
        """Certificates issued, oldest first."""

    def certify(self, uscc: str, account: str, at: datetime) -> tuple[str, bytes]:
        """Issue a certificate: its number, and the page as PDF."""


class ConsolePort(Protocol):
    """What a department works with."""

    def latest_day(self) -> date | None:
        """The latest day that was run; None before the first."""

    def list_of(self, business_date: date, department: str | None) -> RiskList | None:
        """The list of a day, or a department's part of it; None where there was no run."""

    def migration(self, before: date | None, day: date | None) -> Migration | None:
        """How grades moved from one day that was run to another; None where there are no two such days."""

    def checked(self) -> Collection[str]:
        """The alerts of which a finding is on record, whether or not a run has read it yet."""

    def titled(self, alerts: Sequence[Record]) -> Sequence[Record]:
        """Alerts with the titles of their patterns in both languages."""


class QueuePort(Protocol):
    """What waits for an officer. Each step raises a ``XinjiError`` with what is wrong about it."""

    def open_objections(self) -> Sequence[Any]:
        """Objections without an answer, oldest first."""

    def waiting_overrides(self) -> Sequence[Any]:
        """Overrides that wait for a second account."""

    def objection_step(
        self, objection: str, step: str, reason: str, account: str, at: datetime
    ) -> Callable[[], object] | None:
        """Forward an objection to the department ``reason`` names, or answer it.

        Gives what is left to do that nobody should be kept waiting for; None when nothing is.
        """

    def approve_override(self, override: str, reason: str, account: str, at: datetime) -> None:
        """Approve an override that another account asked for."""


class AccountPort(Protocol):
    """Where accounts and keys are kept. Each act raises a ``XinjiError`` with what is wrong about it."""

    def accounts(self) -> Sequence[Any]:
        """Every open account, by id."""

    def keys_of(self, account: str) -> Sequence[Any]:
        """The keys of an account, oldest first, without what opens the door."""

    def open(self, account: str, role: Role, by: str, at: datetime) -> None:
        """Open an account of an office."""

    def enrol(self, uscc: str, days: int, by: str, at: datetime) -> str:
        """Open the account of an enterprise; gives its key."""

    def issue_key(self, account: str, days: int, by: str, at: datetime) -> str:
        """Make a key."""

    def rotate_key(self, key_id: str, days: int, by: str, at: datetime) -> str:
        """Make a key in place of another, which opens for a while yet."""

    def revoke_key(self, key_id: str, by: str, at: datetime) -> None:
        """Revoke a key, at once."""


class DeadLetterPort(Protocol):
    """Where messages that were not taken are seen to. Each act raises a ``XinjiError`` with what is wrong about it."""

    def letters(self) -> Sequence[Any]:
        """Every dead letter: ``message``, ``owner``, ``waiting_behind``; in the order in which it was written."""

    def assign(self, letter: str, to: str, account: str, reason: str, at: datetime) -> Any:
        """Say who answers for it."""

    def resend(self, letter: str, account: str, reason: str, at: datetime) -> Any:
        """Send it once more, before anything else about its enterprise."""

    def give_up(self, letter: str, account: str, reason: str, at: datetime) -> Any:
        """Let it go for good."""


class StatisticsPort(Protocol):
    """Bulletins that were made."""

    def periods(self) -> Sequence[str]:
        """Their periods, latest first."""

    def bulletin(self, period: str) -> Bulletin | None:
        """The bulletin of a period; None when none was made."""

    def document(self, period: str, file: str) -> bytes | None:
        """One of its documents by name; None when it is not there."""
