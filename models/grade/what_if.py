"""What history would have been under another policy: each day judged again in order, each with its own memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from models.grade.engine import judge
from models.grade.judgement import Judgement
from models.grade.record import subject_of
from models.grade.subject import Notice, PreviousGrade
from models.policy.inforce import Policy


@dataclass(frozen=True, slots=True)
class Crossing:
    """An enterprise whose grade on the last day differs, the first day on which it did, and what made it so.

    ``fires`` and ``rests`` are rules that fire under the change only, and those that fire without it only.
    """

    uscc: str
    first_on: date
    before: str | None
    after: str | None
    fires: tuple[str, ...]
    rests: tuple[str, ...]


@dataclass
class History:
    """What was judged again so far.

    Attributes
    ----------
    matrix:
        On the last day: how many enterprises stood at a grade and would stand at another (or the same).
    days_changed:
        How many decisions of all days would differ in grade.
    """

    matrix: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    days_changed: int = 0
    decisions: int = 0
    crossings: dict[str, Crossing] = field(default_factory=dict)
    _memory: dict[str, PreviousGrade] = field(default_factory=dict)
    _notices: dict[str, Notice] = field(default_factory=dict)

    def add_day(self, records: Iterable[Mapping[str, Any]], after: Policy) -> None:
        """Judge a day's decisions again. Days must come in order."""
        self.matrix.clear()
        standing: dict[str, Crossing] = {}
        for record in records:
            self.decisions += 1
            judgement = self._judged(record, after)
            self.matrix[record["grade"], judgement.grade] += 1
            if judgement.grade != record["grade"]:
                self.days_changed += 1
                standing[record["uscc"]] = self._crossing(record, judgement)
        self.crossings = standing

    def _judged(self, record: Mapping[str, Any], after: Policy) -> Judgement:
        subject = subject_of(record)
        uscc, day = subject.uscc, subject.business_date
        if uscc in self._memory and subject.previous is not None:
            told = self._memory[uscc]
            same_month = (told.published_on.year, told.published_on.month) == (day.year, day.month)
            subject = replace(
                subject,
                previous=replace(told, risen_this_month=told.risen_this_month and same_month),
                notice=self._notices.get(uscc, subject.notice),
            )
        judgement = judge(subject, after)
        if judgement.notice_period is not None:
            self._notices[uscc] = judgement.notice_period
        if judgement.grade is not None:
            before = subject.previous
            rose = before is not None and judgement.grade.is_better_than(before.grade)
            risen = rose or (before is not None and before.risen_this_month)
            computed = judgement.computed if judgement.override_applied else None
            self._memory[uscc] = PreviousGrade(day, judgement.grade, risen, computed)
        return judgement

    def _crossing(self, record: Mapping[str, Any], judgement: Judgement) -> Crossing:
        fired_then = {entry["id"] for entry in record["rules"] if entry["fired"]}
        fires_now = {entry["id"] for entry in judgement.rules if entry["fired"]}
        known = self.crossings.get(record["uscc"])
        return Crossing(
            uscc=record["uscc"],
            first_on=known.first_on if known else date.fromisoformat(record["date"]),
            before=record["grade"],
            after=judgement.grade,
            fires=tuple(sorted(fires_now - fired_then)),
            rests=tuple(sorted(fired_then - fires_now)),
        )


def inspections_suggested(grades: Mapping[str | None, int], policy: Policy) -> dict[str, float]:
    """What a distribution of grades asks of inspectors.

    ``at_base_rate``: enterprises inspected at the base rate that would take the same slots; ``at_own_share``: expected
    number of enterprises of grades that are inspected at a share of their own.
    """
    known = [(count, policy.actions[grade]) for grade, count in grades.items() if grade in policy.actions and grade]
    return {
        "at_base_rate": round(sum(count * (value.inspection_factor or 0.0) for count, value in known), 6),
        "at_own_share": round(sum(count * (value.inspection_share_min or 0.0) for count, value in known), 6),
    }
