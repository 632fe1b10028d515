"""Policy cases: sentences with an example, which an official reads and ``xinji policy test`` runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from expectations.vocabulary import uscc as uscc_code
from expectations.vocabulary.grade import Grade, Severity, Status
from expectations.vocabulary.moment import knowledge_cutoff
from models.grade.engine import judge
from models.grade.history import previous_grade
from models.grade.judgement import Judgement
from models.grade.score import probability_of
from models.grade.subject import AlertStanding, Notice, OfficialFact, Override, PreviousGrade, Subject
from models.grade.support import SupportAnswer, support_for
from models.policy.book import PolicyBook
from models.policy.change import Change, with_change
from models.policy.check import policy_check
from models.policy.documents import PolicyError, read_yaml
from models.policy.inforce import Policy
from models.policy.schema import Closed
from models.policy.support_pack import SupportPack

_USUAL_P0 = 0.02
_LONG_AGO = date(2000, 1, 1)


class AlertGiven(Closed):
    """An alert of a case; ``age`` is its days since opening, ``checked`` the days since the finding."""

    id: str = "an alert"
    rule: str
    severity: Severity
    age: int
    finding: str | None = None
    checked: int | None = None
    closed: int | None = None


class OverrideGiven(Closed):
    """An override of a case."""

    grade: Grade
    given_on: date
    expires_on: date


class NoticeGiven(Closed):
    """A notice of a case: when the enterprise was told, until when it may reply, and of which grade."""

    told_on: date
    until: date
    grade: Grade


class Given(Closed):
    """The facts in. What a case leaves out is clean: an old, operating enterprise with trade and all its feeds.

    Attributes
    ----------
    score:
        The model's score, from which p follows; or give ``p`` itself.
    facts:
        Records by table; ``key`` in one names it.
    previous:
        The latest published grade, a day before; ``published`` gives a whole past instead. ``previous_computed`` is
        what it would have been without an override.
    """

    day: date
    score: int | None = None
    p: float | None = None
    p0: float = _USUAL_P0
    established_on: date | None = _LONG_AGO
    registration_status: str | None = "operating"
    trade_history: bool = True
    facts: tuple[dict[str, dict[str, str | date | None]], ...] = ()
    alerts: tuple[AlertGiven, ...] = ()
    previous: Grade | None = None
    risen_this_month: bool = False
    published: dict[date, Grade | None] | None = None
    missing_weight: float = 0.0
    feeds_missing: tuple[str, ...] = ()
    feeds_late: tuple[str, ...] = ()
    override: OverrideGiven | None = None
    disputed: tuple[str, ...] = ()
    notice: NoticeGiven | None = None
    previous_computed: Grade | None = None
    uscc: str | None = None


class Expected(Closed):
    """What comes out; only what is written is compared. ``uscc`` is ``accept`` or what is wrong with the code.

    ``support`` says how support measures stand (``S01: open``); those that are not named are not compared.
    """

    grade: Grade | None = None
    grade_model: Grade | None = None
    grade_rules: Grade | None = None
    score: int | None = None
    score_raw: int | None = None
    status: Status | None = None
    caps: tuple[str, ...] | None = None
    fired: tuple[str, ...] | None = None
    hysteresis: str | None = None
    held: str | None = None
    notice: bool | None = None
    notice_until: date | None = None
    computed: Grade | None = None
    flags: tuple[str, ...] | None = None
    support: dict[str, str] | None = None
    uscc: str | None = None


class Case(Closed):
    """One sentence, its example, and the rules (``K3``, ``H1``, ``stale``) it is about."""

    case: str = Field(min_length=10)
    about: tuple[str, ...] = ()
    scenario: int | None = None
    given: Given
    expect: Expected


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case that was run; it holds when nothing differs. Each difference reads ``grade: A, expected B``."""

    file: str
    case: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All cases of a folder.

    Attributes
    ----------
    coverage:
        How many cases about a rule made each branch fire (``K3/tax_d``), or left the rule quiet (``K3/quiet``).
    """

    results: tuple[CaseResult, ...]
    coverage: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases that came out otherwise."""
        return tuple(result for result in self.results if not result.holds)


_CASES = TypeAdapter(list[Case])


def read_cases(folder: Path) -> Iterator[tuple[str, Case]]:
    """Every case under a folder with the file it stands in.

    Raises
    ------
    PolicyError
        When the folder has none, or a file is not a list of cases.
    """
    files = sorted(folder.glob("**/*.yaml"))
    if not files:
        raise PolicyError(f"{folder} holds no cases.", "Name the folder with the YAML cases.")
    for path in files:
        try:
            cases = _CASES.validate_python(read_yaml(path))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise PolicyError(f"{path}: {place}: {first['msg']}.", "See the cases beside it.") from error
        yield from ((path.name, case) for case in cases)


def run_cases(folder: Path, book: PolicyBook) -> CaseReport:
    """Run every case of a folder against the policy in force on its own date, and the support measures beside it."""
    return _run(read_cases(folder), book, SupportPack.load(book.root))


def change_faults(book: PolicyBook, change: Change, effective: date) -> list[str]:
    """What is wrong with a change: faults it would bring into the policy, and cases of its own that do not hold."""
    try:
        changed = with_change(book, change, effective)
        cases = [("the change", case) for case in _CASES.validate_python(list(change.cases))]
        report = _run(cases, changed, SupportPack({}, {}))
    except ValidationError as error:
        return [f"a case of the change: {error.errors()[0]['msg']}"]
    except PolicyError as error:
        return [str(error)]
    before = set(map(str, policy_check(book)))
    faults = [str(fault) for fault in policy_check(changed) if str(fault) not in before]
    if not cases:
        faults.append("the change: case: it brings no case that shows it.")
    return faults + [f"case '{one.case}': {'; '.join(one.differences)}" for one in report.failed]


def _run(cases: Iterable[tuple[str, Case]], book: PolicyBook, pack: SupportPack) -> CaseReport:
    results = []
    coverage: Counter[str] = Counter()
    for file, case in cases:
        if case.given.uscc is not None:
            differences = _compared(case.expect, {"uscc": uscc_code.fault(case.given.uscc) or "accept"})
        else:
            policy = book.in_force(case.given.day)
            subject = subject_of(case.given, policy)
            judgement = judge(subject, policy)
            outcome = _outcome(judgement)
            if case.expect.support is not None:
                answers = support_for(subject, judgement.grade, policy, pack)
                outcome["support"] = _stands(answers, case.expect.support)
                coverage.update(_covered_support(case, answers))
            differences = _compared(case.expect, outcome)
            coverage.update(_covered(case, judgement))
        results.append(CaseResult(file, case.case, differences))
    return CaseReport(tuple(results), coverage)


def subject_of(given: Given, policy: Policy) -> Subject:
    """The enterprise a case describes.

    Raises
    ------
    PolicyError
        When a case gives neither score nor p.
    """
    if given.p is None and given.score is None:
        raise PolicyError("A case gives neither score nor p.", "Write the model's score, such as score: 930.")
    p = given.p if given.p is not None else probability_of(given.score or 0, given.p0, policy.scale)
    return Subject(
        uscc="91659007MA7TETA132",
        business_date=given.day,
        known_at=knowledge_cutoff(given.day),
        p=p,
        p0=given.p0,
        established_on=given.established_on,
        registration_status=given.registration_status,
        has_trade_history=given.trade_history,
        facts=tuple(_facts(given)),
        alerts=tuple(_standing(alert, given.day) for alert in given.alerts),
        previous=_previous(given),
        missing_weight=given.missing_weight,
        feeds_missing=given.feeds_missing,
        feeds_late=given.feeds_late,
        override=_override(given.override),
        disputed=frozenset(given.disputed),
        notice=Notice(given.notice.told_on, given.notice.until, given.notice.grade) if given.notice else None,
    )


def _facts(given: Given) -> Iterator[OfficialFact]:
    for number, record in enumerate(given.facts, start=1):
        for table, fields in record.items():
            texts = {name: None if value is None else str(value) for name, value in fields.items()}
            yield OfficialFact(table, texts.pop("key", None) or f"{table} {number}", texts)


def _standing(alert: AlertGiven, today: date) -> AlertStanding:
    def ago(days: int | None) -> date | None:
        return None if days is None else today - timedelta(days=days)

    opened_on = today - timedelta(days=alert.age)
    return AlertStanding(
        alert.id, alert.rule, alert.severity, opened_on, alert.finding, ago(alert.checked), ago(alert.closed)
    )


def _previous(given: Given) -> PreviousGrade | None:
    if given.published is not None:
        return previous_grade(given.published.items(), given.day)
    if given.previous is None:
        return None
    return PreviousGrade(given.day - timedelta(days=1), given.previous, given.risen_this_month, given.previous_computed)


def _override(given: OverrideGiven | None) -> Override | None:
    if given is None:
        return None
    return Override(given.grade, "officer-1", "a case", given.given_on, given.expires_on)


def _outcome(judgement: Judgement) -> dict[str, Any]:
    return {
        "grade": judgement.grade,
        "grade_model": judgement.grade_model,
        "grade_rules": judgement.grade_rules,
        "score": judgement.score,
        "score_raw": judgement.score_raw,
        "status": judgement.status,
        "caps": tuple(dict.fromkeys(hit.id for hit in judgement.caps)),
        "fired": tuple(entry["id"] for entry in judgement.rules if entry["fired"]),
        "hysteresis": judgement.hysteresis,
        "held": judgement.held,
        "notice": judgement.notice,
        "notice_until": judgement.notice_period.until if judgement.notice_period else None,
        "computed": judgement.computed,
        "flags": judgement.flags,
    }


def _compared(expected: Expected, outcome: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{name}: {outcome.get(name)}, expected {wanted}"
        for name in sorted(expected.model_fields_set)
        if (wanted := getattr(expected, name)) != outcome.get(name)
    )


def _stands(answers: Iterable[SupportAnswer], asked: Iterable[str]) -> dict[str, str]:
    found = {one.id: one.standing.value for one in answers}
    return {name: found[name] for name in asked if name in found}


def _covered_support(case: Case, answers: tuple[SupportAnswer, ...]) -> Iterator[str]:
    for one in answers:
        if case.expect.support and one.id in case.expect.support:
            yield f"{one.id}/{one.standing}"
    barring = {hit.id for one in answers for hit in one.bars}
    yield from (rule if rule in barring else f"{rule}/quiet" for rule in case.about)


def _covered(case: Case, judgement: Judgement) -> Iterator[str]:
    fired = {entry["id"] for entry in judgement.rules if entry["fired"]}
    for rule in case.about:
        if rule not in fired:
            yield f"{rule}/quiet"
            continue
        yield rule
        yield from {f"{hit.id}/{hit.branch}" for hit in judgement.caps if hit.id == rule}
