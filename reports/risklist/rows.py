"""The words of the list: a row, what it rests on, what is asked of whom, and what is different from yesterday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from expectations.vocabulary.grade import Severity


@dataclass(frozen=True, slots=True)
class Measure:
    """What an office is asked to consider, with the law it rests on and the day it is due.

    One that an alert asks for is a task with a day; one of the grade stands as long as the grade does.
    """

    zh: str
    en: str
    department: str
    legal_basis: str
    due_on: str

    @property
    def is_task(self) -> bool:
        """Whether somebody is to do it by a day."""
        return bool(self.due_on)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One open alert as the list shows it: the measured value against its threshold, and where to look.

    Attributes
    ----------
    exposed_cny:
        The amount behind it, in yuan.
    departments:
        Those that policy asks to check it.
    """

    rule: str
    zh: str
    en: str
    severity: Severity
    value: float
    threshold: float
    opened_on: str
    alert_id: str
    evidence: tuple[str, ...]
    finding: str = ""
    exposed_cny: str = "0.00"
    departments: tuple[str, ...] = ()


class Cause(StrEnum):
    """Why something differs from the day before.

    DATA: rows that arrived. MODEL, POLICY: another model or policy over the same data. REPAIR: a fact that was
    repaired, revoked or removed. OFFICER: a finding, a closing or an override. TIME: nothing but the calendar.
    """

    DATA = "data"
    MODEL = "model"
    POLICY = "policy"
    REPAIR = "repair"
    OFFICER = "officer"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs from the day before, in words, and why."""

    zh: str
    en: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs from yesterday's list. ``is_new``: the enterprise was not on it."""

    is_new: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether anything differs."""
        return self.is_new or bool(self.changes)


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One enterprise on the list.

    Attributes
    ----------
    exposed_cny:
        The amount behind the open alerts it tells of, in yuan.
    last_finding:
        What was last found about one of these; empty where nothing was.
    due_on:
        The earliest day something is due, YYYY-MM-DD; empty where nothing has a day.
    difference:
        From yesterday's list; None where there is no yesterday to compare with.
    """

    rank: int
    uscc: str
    name: str
    severity: Severity
    status: str
    grade: str | None
    previous_grade: str | None
    score: int | None
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    caps: tuple[str, ...]
    exposed_cny: str
    measures: tuple[Measure, ...]
    decision_id: str
    last_finding: str
    due_on: str = ""
    difference: Difference | None = None

    def is_checked(self, found: Collection[str]) -> bool:
        """Whether each of its alerts is among those that something was found about."""
        return bool(self.triggers) and all(one.alert_id in found for one in self.triggers)

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments asked to act, each once."""
        return tuple(dict.fromkeys(measure.department for measure in self.asked))

    @property
    def asked(self) -> tuple[Measure, ...]:
        """What is asked: the tasks; of a row without any, what its grade asks for.

        Standing measures are the same for everybody of a grade: beside tasks they would bury them.
        """
        return self.tasks or self.standing

    @property
    def exposed_shown(self) -> str:
        """The exposed amount with thousands apart, as a person reads it."""
        return f"{Decimal(self.exposed_cny):,}"

    @property
    def tasks(self) -> tuple[Measure, ...]:
        """The measures with a day."""
        return tuple(measure for measure in self.measures if measure.is_task)

    @property
    def standing(self) -> tuple[Measure, ...]:
        """The measures that go with grade and status."""
        return tuple(measure for measure in self.measures if not measure.is_task)

    def is_overdue(self, on: str) -> bool:
        """Whether its day is past on a day."""
        return bool(self.due_on) and self.due_on < on


@dataclass(frozen=True, slots=True)
class Excused:
    """A pattern of one enterprise that raised no alert, since enough peers rose as well in a promotion."""

    uscc: str
    rule: str
    promotion_zh: str
    promotion_en: str
    peer_share: float
    least_share: float


@dataclass(frozen=True, slots=True)
class Gone:
    """An enterprise that yesterday's list had and this one has not, and why."""

    uscc: str
    name: str
    severity: Severity
    grade: str | None
    difference: Difference


@dataclass(frozen=True, slots=True)
class Stale:
    """A list that goes out in place of one that is not there.

    Attributes
    ----------
    wanted:
        The business date that is missing.
    why:
        ``late`` or ``failed``.
    detail:
        What stopped the run, for operators; empty where nothing did.
    """

    wanted: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RiskList:
    """The list of one business date.

    Attributes
    ----------
    cut_on:
        The day on which it is cut, the one after the business date; what is due before it is overdue.
    compared_with:
        The business date of the list before; None for the first.
    gone:
        Who was on the list before and is not on this one.
    stale:
        Set where this list goes out in place of a later one.
    graded:
        Every enterprise graded, listed or not.
    excused:
        Patterns over their threshold that the season explains: no alert, but nothing is dropped unseen.
    """

    business_date: str
    known_at: str
    zone_zh: str
    zone_en: str
    graded: int
    grade_counts: Mapping[str, int]
    feeds_missing: tuple[str, ...]
    model: str
    policy_digest: str
    rows: tuple[RiskRow, ...] = field(default=())
    excused: tuple[Excused, ...] = ()
    cut_on: str = ""
    compared_with: str | None = None
    gone: tuple[Gone, ...] = ()
    stale: Stale | None = None

    @property
    def severity_counts(self) -> Mapping[Severity, int]:
        """How many rows of each severity."""
        counts = Counter(row.severity for row in self.rows)
        return {severity: counts[severity] for severity in Severity}

    @property
    def first_today(self) -> tuple[RiskRow, ...]:
        """The rows with a task that is due by the day the list is worked with, or of high risk; by rank."""
        return tuple(
            row for row in self.rows if row.tasks and (row.due_on <= self.cut_on or row.severity is Severity.HIGH)
        )

    @property
    def overdue(self) -> int:
        """How many rows are past their day."""
        return sum(row.is_overdue(self.cut_on) for row in self.rows)
