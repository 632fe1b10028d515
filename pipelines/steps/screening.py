"""One document before clearance: checked, measured, judged, and on record before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from expectations.contracts.documents import DocumentFaultsError, Fault
from expectations.contracts.one_row import row_checks
from expectations.errors import NotFoundError
from expectations.vocabulary.digest import canonical_json, sha256_of
from expectations.vocabulary.moment import zoned
from features.screening.measured import Papers, measure
from features.screening.reference import reference_selects
from models.policy.inforce import Policy
from models.policy.parameters import typology_parameters
from models.screening.record import Question, Record, rejudge, screening_record
from models.screening.terms import TermsBook
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import know
from pipelines.steps.replaying import ReplayCheck
from pipelines.storage import decisions
from pipelines.storage.policies import keep_policy, kept_policy
from pipelines.storage.references import FolderOfReferences
from pipelines.storage.screenings import Look, ScreeningLog, screening_of

Text = Mapping[str, str | None]
Given = Mapping[str, Sequence[Text]]
"""Rows of texts by table, as they were handed in."""

REFERENCES = "lake/screening"
BEFORE_CLEARANCE = {"inventory": ("released_at", "cancelled_at"), "declaration": ("released_at", "departed_at")}
"""Fields that are only filled once there is nothing left to screen."""


def prepare_reference(home: Home, business_date: date) -> str:
    """Keep what documents are held against from now on: what the run for a day knew. Gives its digest.

    Raises
    ------
    NotFoundError
        When the day has not been run.
    """
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
    if run is None:
        raise NotFoundError(f"There is no run for {business_date}.", f"Run it: xinji run --date {business_date}")
    day = Day(business_date, run.known_at)
    selects = reference_selects(typology_parameters(home.policies.in_force(business_date)), business_date)
    with home.engine() as engine:
        know(home, day, home.pinned(run.snapshot_digest), engine)
        return FolderOfReferences(home.path / REFERENCES).write(engine, selects, business_date, zoned(run.known_at))


def keep_reference_current(home: Home, business_date: date) -> None:
    """Prepare the reference of a day that is the latest one run, unless it is there; an earlier day changes nothing."""
    with home.database.reading() as connection:
        is_latest = decisions.latest_run_date(connection) == business_date
        run = decisions.run_for(connection, business_date)
    if is_latest and run and not FolderOfReferences(home.path / REFERENCES).holds(business_date, run.known_at):
        prepare_reference(home, business_date)


@dataclass
class ScreeningDesk:
    """Where documents are screened. What it looks up takes microseconds, so that it is done where the question arrives.

    Attributes
    ----------
    draw:
        Gives a lot: a whole number below ``judging.LOTS``, all alike.
    """

    home: Home
    references: FolderOfReferences
    log: ScreeningLog
    draw: Callable[[], int]
    terms: TermsBook = field(default_factory=TermsBook.load)
    _kept: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._decisions = decisions.LatestDecisions(self.home.database)

    async def screen(self, given: Given, account: str, at: datetime, look: Look) -> tuple[Record, bool]:
        """The screening of what was handed in, and whether it is new; ``look`` puts on record who asked about whom.

        Raises
        ------
        DocumentFaultsError
            Naming every field at fault.
        """
        screening_id = sha256_of(given)
        return await self.log.once(screening_id, lambda: self._made(screening_id, given, account, at), look)

    def screening(self, screening_id: str) -> Record | None:
        """The screening on record under an id; None where there is none."""
        return self.log.recorded(screening_id)

    def _made(self, screening_id: str, given: Given, account: str, at: datetime) -> Record:
        papers = read_papers(given, at)
        today = zoned(at).date()
        policy, reference = self._policy(today), self.references.latest(at)
        decision = self._decisions.of(papers.head["uscc"])
        question = Question(
            screening_id=screening_id,
            table=papers.table,
            number=papers.number,
            uscc=papers.head["uscc"],
            account=account,
            at=zoned(at).isoformat(),
            reference=reference.digest if reference else None,
            lot=self.draw(),
            code_version=self.home.code_version,
        )
        return screening_record(
            question, measure(papers, reference), standing_of(decision), policy, self.terms.in_force(today)
        )

    def _policy(self, day: date) -> Policy:
        """The day's policy, kept for whoever makes a screening again."""
        policy = self.home.policies.in_force(day)
        if policy.digest not in self._kept:
            keep_policy(self.home.kept_policies, self.home.policies, policy)
            self._kept.add(policy.digest)
        return policy


def standing_of(decision: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a screening takes of an enterprise's latest decision."""
    names = ("decision_id", "date", "grade", "status", "score", "p", "dimensions")
    standing = {name: decision[name] if decision else None for name in names}
    return standing | {"reasons": [_without_inquiry(one) for one in decision["reasons"]] if decision else []}


def _without_inquiry(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {name: reason[name] for name in ("code", "zh", "en")}


def read_papers(given: Given, at: datetime) -> Papers:
    """Everything handed in, typed and checked by the contracts.

    Raises
    ------
    DocumentFaultsError
        Naming every field at fault in every row.
    """
    faults: list[Fault] = []
    odd: list[str] = []
    rows: dict[str, list[Mapping[str, Any]]] = {}
    table = "inventory" if "inventory" in given else "declaration"
    for name, delivered in given.items():
        checks = row_checks(name)
        for place, row in enumerate(delivered):
            checked = checks.check({**row, "received_at": zoned(at).isoformat()})
            faults += [Fault(name, place, code) for code in checked.faults]
            faults += [Fault(name, place, f"unknown:{field}") for field in sorted(row.keys() - checks.names)]
            if name == table:
                faults += [
                    Fault(name, place, f"cleared:{field}") for field in BEFORE_CLEARANCE[table] if row.get(field)
                ]
            odd += [f"{name}.{code}" for code in checked.warnings if not code.startswith("inner_check")]
            rows.setdefault(name, []).append(checked.values)
    if faults:
        raise DocumentFaultsError(faults)
    lines = rows.get(f"{table}_line", [])
    return Papers(
        table,
        rows[table][0],
        lines,
        next(iter(rows.get("order", [])), None),
        tuple(rows.get("payment", ())),
        next(iter(rows.get("waybill", [])), None),
        tuple(dict.fromkeys(odd)),
    )


def replay_screening(home: Home, screening_id: str) -> tuple[Record, tuple[ReplayCheck, ...]]:
    """A screening made again from its own figures under its own policy, compared to the byte.

    Raises
    ------
    NotFoundError
        When the ledger holds no such screening.
    IntegrityError
        When its policy is not here any more.
    """
    with home.database.reading() as connection:
        record = screening_of(connection, screening_id)
    if record is None:
        raise NotFoundError(f"The ledger holds no screening {screening_id}.", "Take the id from its answer.")
    day = datetime.fromisoformat(record["at"]).date()
    policy = home.policies.in_force(day)
    if policy.digest != record["policy_digest"]:
        policy = kept_policy(home.kept_policies, record["policy_digest"], day) or policy
    made = rejudge(record, policy, TermsBook.load().in_force(day))
    same = canonical_json(made) == canonical_json(record)
    return record, (ReplayCheck("screening", same, f"lane {made['lane']}, {len(made['reasons'])} reasons"),)
