"""What the pages read and do, from the ledger: the other side of ``reports/pages/ports.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from expectations.errors import UsageError
from expectations.vocabulary.role import Role
from models.people.objections import Objection, objections_of
from models.people.objections import Outcome as Answer
from models.people.overrides import OverrideCase, override_cases
from pipelines.steps.advising import advice_for
from pipelines.steps.certifying import CertificateOffice
from pipelines.steps.home import Home
from pipelines.steps.people import Desk
from pipelines.steps.serving import ServedDesk, ServedHouse
from pipelines.steps.statistics import KEPT
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known
from pipelines.storage.decisions import GradePoint
from pipelines.storage.duties import DatabaseDuties
from pipelines.storage.queries import DatabaseQueries
from reports.certificate.document import render_certificate
from reports.certificate.page import render_verify_page
from reports.pages.ports import Disputable
from reports.risklist.rows import RiskList
from reports.statistics.bulletin import Bulletin
from reports.statistics.period import Period
from reports.statistics.record import bulletin_of_json

_LOOKS_SHOWN = 200
_AUTHORITIES = frozenset(role.value for role in Role if role.is_authority)


@dataclass(frozen=True)
class Grades:
    """What was decided about one enterprise, and what is on record beside it."""

    home: Home
    queries: DatabaseQueries
    desk: ServedDesk
    office: CertificateOffice | None

    def decision(self, uscc: str) -> Mapping[str, Any] | None:
        """The decision that holds."""
        return self.queries.latest_decision(uscc, None)

    def history(self, uscc: str) -> list[GradePoint]:
        """Grades, oldest first, one a day."""
        return self.queries.grade_history(uscc)

    def disputable(self, uscc: str) -> list[Disputable]:
        """The records that the latest decision rests on, and the grade itself."""
        record = self.decision(uscc)
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

    def objections(self, uscc: str) -> list[Objection]:
        """Its objections, oldest first."""
        return self.desk.objections(uscc)

    def file_objection(self, uscc: str, target: str, reason: str, account: str, at: datetime) -> Objection:
        """File an objection."""
        return self.desk.file_objection(uscc, target, reason, account, at)

    def looks(self, uscc: str) -> list[dict[str, Any]]:
        """Which authority looked, at what and why, latest first."""
        found = self.queries.looks(uscc, hide_inquiries=True)
        shown = [one for one in found if one["role"] in _AUTHORITIES and one["status"] == HTTPStatus.OK]
        return [{**one, "at": datetime.fromisoformat(one["at"])} for one in reversed(shown[-_LOOKS_SHOWN:])]

    def advice(self, uscc: str, at: datetime) -> Mapping[str, Any]:
        """What lifts the grade."""
        return advice_for(self.home, uscc, at)

    def certificates(self, uscc: str) -> list[dict[str, Any]]:
        """Certificates issued, oldest first."""
        return self.office.issued(uscc) if self.office else []

    def certify(self, uscc: str, account: str, at: datetime) -> tuple[str, bytes]:
        """Issue a certificate: its number, and the page as PDF."""
        if self.office is None:
            raise UsageError("This zone has no key to sign certificates with.", "Ask the zone's operator.")
        made, token = self.office.issue(uscc, account, at)
        return made.serial, render_certificate(made, token)


@dataclass(frozen=True)
class Work:
    """What a department works with."""

    home: Home
    queries: DatabaseQueries
    duties: DatabaseDuties
    house: ServedHouse
    desk: ServedDesk

    def latest_day(self) -> date | None:
        """The latest day that was run; None before the first."""
        with self.home.database.reading() as connection:
            return decisions.latest_run_date(connection)

    def department_of(self, account: str) -> str | None:
        """The department whose part an account sees; None for one that sees the whole zone."""
        return self.duties.department_of(account)

    def list_of(self, business_date: date, department: str | None) -> RiskList | None:
        """The list of a day, or a department's part of it; None where there was no run."""
        return self.house.listed(business_date, department)

    def alerts(self, uscc: str, department: str | None) -> list[dict[str, Any]]:
        """Alerts open about an enterprise that ask something of a department, with the titles of their patterns."""
        day = self.latest_day()
        if day is None:
            return []
        asked = self.house.departments(day)
        found = [
            one
            for one in self.queries.open_alerts(day)
            if one["uscc"] == uscc and (department is None or department in asked.get(one["rule"], frozenset()))
        ]
        titles = {one["rule"]: self.home.policies.rules.get(f"typologies/{one['rule']}") for one in found}
        return [
            {**one, **({"zh": rule.title.zh, "en": rule.title.en} if (rule := titles[one["rule"]]) else {})}
            for one in found
        ]

    def find(self, alert_id: str, outcome: str, reason: str, account: str, at: datetime) -> Mapping[str, Any]:
        """Put a finding on record."""
        return self.desk.give_feedback(alert_id, outcome, reason, account, at)


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

    def objection_step(self, objection: str, step: str, reason: str, account: str, at: datetime) -> None:
        """Forward an objection to the department that ``reason`` names, or answer it."""
        desk = Desk(self.home.database, self.home.policies, at)
        if step == "forward":
            desk.forward_objection(objection, account, reason)
        else:
            desk.answer_objection(objection, account, cast(Answer, step), reason)

    def approve_override(self, override: str, reason: str, account: str, at: datetime) -> None:
        """Approve an override that another account asked for."""
        Desk(self.home.database, self.home.policies, at).approve_override(override, account, reason)


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
