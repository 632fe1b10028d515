"""What the API needs from outside, declared where it is used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from expectations.intake.attachments import Paper
from expectations.vocabulary.role import Role
from models.people.objections import Complaint
from models.people.sharing import Share
from reports.api.metrics import Measurements

Record = Mapping[str, Any]
"""A decision or an alert as the ledger holds it (design, section 6)."""


class Account(Protocol):
    """Somebody or something that may act."""

    @property
    def account_id(self) -> str:
        """The account; records name accounts, never people."""

    @property
    def role(self) -> Role:
        """What the account is for."""

    @property
    def uscc(self) -> str | None:
        """The one enterprise it speaks for; None for an office."""


class Caller(Account, Protocol):
    """Whom a valid key speaks for."""

    @property
    def key_id(self) -> str:
        """The key that was used."""

    @property
    def scopes(self) -> frozenset[str]:
        """What the key opens of all that the role may; empty for all of it."""


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

    def decisions_of(self, business_date: date, after: str, limit: int | None) -> Iterable[Record]:
        """The day's decisions by USCC, those after a USCC, at most so many."""

    def open_alerts(self, business_date: date) -> Sequence[Record]:
        """The alerts open on a day."""

    def alert(self, alert_id: str) -> Record | None:
        """An alert as the latest run saw it."""

    def looks(self, uscc: str, hide_inquiries: bool) -> Iterable[Record]:
        """Who looked at an enterprise, oldest first, each with its ``position``.

        ``hide_inquiries``: without what was looked at since an alert opened that nobody has checked yet.
        """

    def check(self) -> None:
        """Raise anything when questions cannot be answered now."""


class HousePort(Protocol):
    """What the house works with, and what it makes of a day."""

    def model_in_force(self) -> Record | None:
        """The model of the latest run: ``date``, ``version``, ``digest``."""

    def policy_in_force(self, business_date: date) -> Record | None:
        """What is in force on a day; None for a day without a policy."""

    def batches(self) -> Iterable[Any]:
        """Every delivery, the latest first."""

    def measurements(self) -> Measurements:
        """The state of the house in figures."""

    def departments(self, business_date: date) -> Mapping[str, frozenset[str]]:
        """Per pattern the departments that a day's policy asks to check it."""

    def risk_list(self, business_date: date, department: str | None) -> Record | None:
        """A day's list, or a department's part of it; None where there was no run."""


class PlanPort(Protocol):
    """Who is to be looked at."""

    def plan_of(self, business_date: date) -> Record | None:
        """The inspection plan on record for a day."""


class DutyPort(Protocol):
    """Whose duty an account serves."""

    def department_of(self, account_id: str) -> str | None:
        """The department whose part it sees; None for one that serves the zone as a whole."""


class DeskPort(Protocol):
    """Where acts are done. Each raises a ``XinjiError`` with what is wrong about it."""

    def objections(self, uscc: str) -> Iterable[Any]:
        """An enterprise's objections, oldest first."""

    def file_objection(self, complaint: Complaint, account: str, at: datetime, papers: Sequence[Paper] = ()) -> Any:
        """Put an objection on record, with the papers that are attached to it."""

    def attach(self, uscc: str, objection: str, papers: Sequence[Paper], account: str, at: datetime) -> Any:
        """Attach papers to an objection that waits for its answer."""

    def attachment(self, uscc: str, objection: str, sha256: str) -> tuple[Any, bytes]:
        """A paper of an objection, ``name`` and ``media_type``, with its content."""

    def give_feedback(self, alert_id: str, finding: str, reason: str, account: str, at: datetime) -> Record:
        """Put a finding about an alert on record."""


class ScreeningPort(Protocol):
    """Where single documents are screened."""

    async def screen(
        self,
        given: Mapping[str, Sequence[Mapping[str, str | None]]],
        account: str,
        at: datetime,
        look: Callable[[str, bool], Awaitable[None]],
    ) -> tuple[Record, bool]:
        """The screening of rows of texts by table, on record, and whether it is new. Raises what is wrong with them.

        ``look`` is told whose document it is and whether it is new, and puts on record who asked.
        """

    def screening(self, screening_id: str) -> Record | None:
        """The screening on record under an id."""


class SharingPort(Protocol):
    """Where enterprises consent to banks, and what banks and subscribers are told. Acts raise what is wrong."""

    def banks(self) -> Iterable[str]:
        """The accounts that an enterprise can consent to."""

    def consents(self, uscc: str) -> Iterable[Any]:
        """An enterprise's consents, oldest first."""

    def receivers(self, uscc: str, at: datetime) -> Iterable[Any]:
        """The subscriptions that cover it now."""

    def give_consent(self, uscc: str, share: Share, account: str, at: datetime) -> Any:
        """Put a consent on record."""

    def withdraw_consent(self, uscc: str, consent: str, account: str, at: datetime, reason: str) -> Any:
        """Put its withdrawal on record."""

    def consent_to(self, uscc: str, bank: str, at: datetime) -> Any | None:
        """The consent by which a bank may look now: ``id``, ``purpose``; None when there is none."""

    def summary(self, uscc: str) -> Record | None:
        """The trade-finance summary; None for an enterprise without a decision."""

    def subscriptions(self) -> Sequence[Any]:
        """Every subscription, oldest first."""

    def standing(self, subscription: Any, after: str, limit: int) -> tuple[int, Sequence[Record]]:
        """The ledger's place, and what holds in the scope, by USCC behind one, at most so many."""

    def changes(self, subscription: Any, since: int) -> tuple[int, bool, Sequence[Record]]:
        """The place looked up to, whether there is more, and what is told otherwise."""


class CertificatePort(Protocol):
    """What anybody may have in order to check a certificate."""

    def keys(self) -> Mapping[str, Any]:
        """The public keys, as a JSON Web Key Set."""

    def status_list(self, at: datetime) -> str:
        """The signed list of which certificates are revoked."""

    def page(self) -> bytes:
        """The page that checks without a connection."""


@dataclass(frozen=True, slots=True)
class Read:
    """Who looked at what, why, when, and whether it was shown.

    Attributes
    ----------
    what:
        A name of ``permissions.MAY``.
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

    async def recorded(self, read: Read) -> None:
        """As ``record``, from a coroutine."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the API needs from outside. ``certificates`` is None where the zone has no key to sign them with."""

    queries: QueryPort
    keys: KeyPort
    reads: ReadLog
    duties: DutyPort
    house: HousePort
    plans: PlanPort
    desk: DeskPort
    screenings: ScreeningPort
    sharing: SharingPort
    certificates: CertificatePort | None = None
