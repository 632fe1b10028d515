"""What the API asks of the house beyond what was decided: policy, models, deliveries, the list, and acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from expectations.errors import NotFoundError, XinjiError
from expectations.intake.attachments import Paper
from expectations.vocabulary.moment import zoned
from models.people.objections import Attachment, Complaint, Objection, objections_of
from pipelines.steps.dead_letters import dead_letters
from pipelines.steps.findings import Finding, Outcome, record_finding
from pipelines.steps.home import Home
from pipelines.steps.ingest.file import Intake
from pipelines.steps.listing import checked_by, risk_list
from pipelines.steps.lookups import Lookups
from pipelines.steps.people import Desk
from pipelines.steps.policies import published_book, with_policy_in_force
from pipelines.storage import batches, decisions, outbox
from pipelines.storage.acts import acts_known
from pipelines.storage.papers import keep_papers, kept_paper
from reports.api.metrics import Measurements
from reports.risklist.department import rows_of
from reports.risklist.document import list_to_json
from reports.risklist.rows import RiskList


class ServedHouse:
    """The house as the API sees it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        # A list that was made once stays what it is until its day is decided again or another policy is published for
        # it: run and policy are part of the key.
        self._listed = Lookups(lambda day, _known_at, _policy: risk_list(with_policy_in_force(home), day), remembered=4)

    def model_in_force(self) -> Mapping[str, Any] | None:
        """The model of the latest run."""
        with self._home.database.reading() as connection:
            day = decisions.latest_run_date(connection)
            run = decisions.run_for(connection, day) if day else None
        if run is None:
            return None
        return {"date": run.business_date, "version": run.model_version, "digest": run.model_digest}

    def policy_in_force(self, business_date: date) -> Mapping[str, Any] | None:
        """Every rule in force on a day; None where the day has no policy."""
        book = published_book(self._home.database)
        try:
            digest = book.in_force(business_date).digest
        except XinjiError:
            return None
        rules = [
            {
                "id": rule.id,
                "folder": name.partition("/")[0],
                "zh": rule.title.zh,
                "en": rule.title.en,
                "legal_basis": [f"{one.document} {one.article}" for one in rule.legal_basis],
                "since": max(day for day in rule.values if day <= business_date),
            }
            for name, rule in book.rules.items()
            if rule.value_on(business_date)
        ]
        return {"date": business_date, "digest": digest, "rules": rules}

    def batches(self) -> Iterable[batches.Batch]:
        """Every delivery, the latest first."""
        with self._home.database.reading() as connection:
            return sorted(batches.all_batches(connection), key=lambda one: -one.sequence)

    def measurements(self) -> Measurements:
        """The state of the house in figures."""
        with self._home.database.reading() as connection:
            day = decisions.latest_run_date(connection)
            records = list(decisions.decisions_of(connection, day)) if day else []
            waiting = outbox.counts(connection)
            owners = Counter("assigned" if one.owner else "nobody" for one in dead_letters(connection))
            oldest = outbox.oldest_unsettled(connection)
            files = [file for batch in batches.all_batches(connection) for file in batch.files]
        return Measurements(
            latest_day=day,
            grades=Counter(record["grade"] or "-" for record in records),
            outbox=waiting,
            dead_letters={"assigned": owners["assigned"], "nobody": owners["nobody"]},
            oldest_unsettled=oldest,
            late_feeds=tuple(records[0]["feeds_late"]) if records else (),
            quarantined=sum(file.quarantined for file in files),
        )

    def departments(self, business_date: date) -> Mapping[str, frozenset[str]]:
        """Per pattern the departments that a day's policy asks to check it; empty for a day without a policy."""
        try:
            actions = published_book(self._home.database).in_force(business_date).actions
        except XinjiError:
            return {}
        return checked_by(actions)

    def risk_list(self, business_date: date, department: str | None) -> Mapping[str, Any] | None:
        """A day's list as JSON values, or a department's part of it; None where there was no run."""
        found = self.listed(business_date, department)
        return list_to_json(found) if found else None

    def listed(self, business_date: date, department: str | None, patience: float | None = None) -> RiskList | None:
        """A day's list, or a department's part of it; None where there was no run. Errors as ``Lookups.answer``."""
        with self._home.database.reading() as connection:
            run = decisions.run_for(connection, business_date)
        if run is None:
            return None
        policy = published_book(self._home.database).in_force(business_date).digest
        found = self._listed.answer((business_date, run.known_at, policy), patience)
        if department is None:
            return found
        return replace(found, rows=tuple(rows_of(found, department)))


@dataclass(frozen=True)
class ServedDesk:
    """The desk as the API sees it. ``intake`` is opened when a finding is given: it is slow to load."""

    home: Home
    intake: Callable[[], Intake]

    def objections(self, uscc: str) -> list[Objection]:
        """An enterprise's objections, oldest first."""
        with self.home.database.reading() as connection:
            return list(objections_of(acts_known(connection, uscc=uscc)).values())

    def file_objection(
        self, complaint: Complaint, account: str, at: datetime, papers: Sequence[Paper] = ()
    ) -> Objection:
        """Put an objection on record, with the papers that are attached to it."""
        keep_papers(self.home.path / "lake", papers)
        desk = Desk(self.home.database, published_book(self.home.database), at)
        return desk.file_objection(complaint, account, papers)

    def attach(self, uscc: str, objection: str, papers: Sequence[Paper], account: str, at: datetime) -> Objection:
        """Attach papers to an objection that waits for its answer."""
        keep_papers(self.home.path / "lake", papers)
        desk = Desk(self.home.database, published_book(self.home.database), at)
        return desk.attach(uscc, objection, papers, account)

    def attachment(self, uscc: str, objection: str, sha256: str) -> tuple[Attachment, bytes]:
        """A paper of an objection of an enterprise, with its content."""
        found = {one.id: one for one in self.objections(uscc)}.get(objection)
        papers = {one.sha256: one for one in found.attachments} if found else {}
        if sha256 not in papers:
            raise NotFoundError(
                f"Objection {objection} has no file {sha256[:12]}.",
                "Open the list once more.",
                zh=f"异议 {objection} 没有该附件。请重新打开页面查看。",
            )
        return papers[sha256], kept_paper(self.home.path / "lake", sha256)

    def give_feedback(self, alert_id: str, finding: str, reason: str, account: str, at: datetime) -> Mapping[str, Any]:
        """Put a finding about an alert on record and into the lake."""
        given = Finding(alert_id, cast(Outcome, finding), account, reason)
        alert = record_finding(self.intake(), given, at)
        return {**alert, "finding": finding, "decided_at": zoned(at)}
