"""What the pages read and do, from the ledger: the other side of ``reports/pages/ports.py``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from expectations.errors import UsageError
from models.people.acts import Kind
from models.people.objections import Objection, objections_of
from models.people.objections import Outcome as Answer
from models.people.overrides import OverrideCase, override_cases
from pipelines.steps.advising import advice_for
from pipelines.steps.certifying import CertificateOffice
from pipelines.steps.home import Home
from pipelines.steps.listing import titled
from pipelines.steps.people import Desk
from pipelines.steps.policies import published_book, square, with_policy_in_force
from pipelines.steps.regrading import uphold
from pipelines.steps.serving import ServedHouse
from pipelines.steps.statistics import KEPT
from pipelines.steps.supporting import support_of
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known
from reports.certificate.document import render_certificate
from reports.certificate.page import render_verify_page
from reports.pages.changes import Migration
from reports.pages.ports import Disputable
from reports.risklist.rows import RiskList
from reports.statistics.bulletin import Bulletin
from reports.statistics.period import Period
from reports.statistics.record import bulletin_of_json

_MONTH = 30


@dataclass(frozen=True)
class Portal:
    """What an enterprise asks for about itself."""

    home: Home
    office: CertificateOffice | None

    def disputable(self, uscc: str) -> list[Disputable]:
        """The records that the latest decision rests on, and the grade itself."""
        with self.home.database.reading() as connection:
            record = decisions.latest_decision(connection, uscc)
        if record is None:
            return []
        titles = {table: contract.title for table, contract in self.home.contracts.items()}
        facts = [
            Disputable(
                fact["key"], f"{titles[fact['table']].zh} {fact['key']}", f"{titles[fact['table']].en} {fact['key']}"
            )
            for fact in record["inputs"]["facts"]
        ]
        return [*facts, Disputable("grade", "等级本身", "the grade itself")]

    def advice(self, uscc: str, at: datetime) -> Mapping[str, Any]:
        """What lifts the grade."""
        return advice_for(with_policy_in_force(self.home), uscc, at)

    def support(self, uscc: str) -> Mapping[str, Any]:
        """Support measures, and what stands against each."""
        return support_of(with_policy_in_force(self.home), uscc)

    def certificates(self, uscc: str) -> list[dict[str, Any]]:
        """Certificates issued, oldest first."""
        return self.office.issued(uscc) if self.office else []

    def certify(self, uscc: str, account: str, at: datetime) -> tuple[str, bytes]:
        """Issue a certificate: its number, and the page as PDF."""
        if self.office is None:
            raise UsageError(
                "This zone has no key to sign certificates with.",
                "Ask the zone's operator.",
                zh="本试验区尚未配置证书签名密钥。请联系运营方。",
            )
        made, token = self.office.issue(uscc, account, at)
        return made.serial, render_certificate(made, token)


@dataclass(frozen=True)
class Work:
    """What a department works with.

    Attributes
    ----------
    patience:
        Seconds that somebody waits for a list; after that, a page says that it is being made.
    """

    home: Home
    house: ServedHouse
    patience: float

    def latest_day(self) -> date | None:
        """The latest day that was run; None before the first."""
        with self.home.database.reading() as connection:
            return decisions.latest_run_date(connection)

    def list_of(self, business_date: date, department: str | None) -> RiskList | None:
        """The list of a day, or a department's part of it; None where there was no run."""
        return self.house.listed(business_date, department, self.patience)

    def migration(self, before: date | None, day: date | None) -> Migration | None:
        """How grades moved from one day that was run to another; None where there are no two such days.

        Without days the latest, and the one a month before it or else the first.
        """
        with self.home.database.reading() as connection:
            days = decisions.run_dates(connection)
            until = day or next(iter(days), None)
            earlier = [one for one in days if until is not None and one < until]
            since = before or next((one for one in earlier if until and (until - one).days >= _MONTH), None)
            since = since or next(reversed(earlier), None)
            if until not in days or since not in earlier:
                return None
            told = (decisions.grades_on(connection, since), decisions.grades_on(connection, until))
        moved = Counter((told[0].get(uscc), told[1].get(uscc)) for uscc in told[0].keys() | told[1].keys())
        return Migration(since, until, square((a or "-", b or "-", number) for (a, b), number in moved.items()))

    def checked(self) -> frozenset[str]:
        """The alerts of which a finding is on record, whether or not a run has read it yet."""
        with self.home.database.reading() as connection:
            return frozenset(act.about for act in acts_known(connection) if act.kind is Kind.FINDING)

    def titled(self, alerts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Alerts with the titles of their patterns in both languages."""
        home = with_policy_in_force(self.home)
        return [titled(home, one) for one in alerts]


@dataclass(frozen=True)
class Queues:
    """What waits for an officer."""

    home: Home

    def open_objections(self) -> list[Objection]:
        """Objections without an answer, oldest first."""
        with self.home.database.reading() as connection:
            return [one for one in objections_of(acts_known(connection)).values() if one.is_open]

    def waiting_overrides(self) -> list[OverrideCase]:
        """Overrides that wait for a second account."""
        with self.home.database.reading() as connection:
            cases = override_cases(acts_known(connection)).values()
        return [one for one in cases if not one.counts and one.ended_on is None]

    def objection_step(
        self, objection: str, step: str, reason: str, account: str, at: datetime
    ) -> Callable[[], object] | None:
        """Forward an objection to the department that ``reason`` names, or answer it.

        An objection that is upheld leaves something to do that takes its time: deciding again about every day that
        rested on what it names. Cut short, the next run goes on with it, or ``xinji objection uphold``.
        """
        home = with_policy_in_force(self.home)
        desk = Desk(home.database, home.policies, at)
        if step == "forward":
            desk.forward_objection(objection, account, reason)
            return None
        desk.answer_objection(objection, account, cast(Answer, step), reason)
        return partial(uphold, home, desk, objection, account, reason) if step == "upheld" else None

    def approve_override(self, override: str, reason: str, account: str, at: datetime) -> None:
        """Approve an override that another account asked for."""
        desk = Desk(self.home.database, published_book(self.home.database), at)
        desk.approve_override(override, account, reason)


@dataclass(frozen=True)
class Bulletins:
    """Bulletins that were made, in a folder of their own each."""

    folder: Path

    def periods(self) -> list[str]:
        """Their periods, by the last day they tell of, latest first."""
        found = [path.parent.name for path in self.folder.glob(f"*/{KEPT}")]
        return sorted(found, key=lambda name: (Period.parse(name).last, name), reverse=True)

    def bulletin(self, period: str) -> Bulletin | None:
        """The bulletin of a period; None when none was made."""
        text = self.document(period, KEPT)
        return bulletin_of_json(text) if text else None

    def document(self, period: str, file: str) -> bytes | None:
        """One of its documents by name; None when it is not there."""
        path = self.folder / Period.parse(period).label / file
        return path.read_bytes() if path.exists() else None


@dataclass(frozen=True)
class Verification:
    """What anybody may have in order to check a certificate."""

    office: CertificateOffice
    key_set: Mapping[str, Any]

    def keys(self) -> Mapping[str, Any]:
        """The public keys, as a JSON Web Key Set."""
        return self.key_set

    def status_list(self, at: datetime) -> str:
        """The signed list of which certificates are revoked."""
        return self.office.status_list(at)

    def page(self) -> bytes:
        """The page that checks without a connection."""
        return render_verify_page(self.office.zone, self.key_set)
