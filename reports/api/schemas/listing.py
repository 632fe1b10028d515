"""The daily risk list and the inspection plan as they are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from reports.api.pages import page
from reports.api.ports import Record
from reports.api.schemas.shown import Shown


class ListedMeasure(Shown):
    """What a department is asked to consider."""

    zh: str
    en: str
    department: str
    legal_basis: str
    due_on: str


class ListedTrigger(Shown):
    """A pattern with the measured value and its limit."""

    rule: str
    zh: str
    en: str
    severity: str
    value: float
    threshold: float
    opened_on: date
    alert_id: str
    evidence: list[str]
    finding: str
    exposed_cny: str


class ListedChange(Shown):
    """Something that differs from the list before, and why."""

    zh: str
    en: str
    causes: list[str]


class ListedDifference(Shown):
    """What differs from the list before."""

    is_new: bool
    changes: list[ListedChange]


class ListedRow(Shown):
    """One enterprise on the list."""

    rank: int
    uscc: str
    name: str
    severity: str
    status: str
    grade: str | None
    previous_grade: str | None
    score: int | None
    reasons_zh: list[str]
    reasons_en: list[str]
    triggers: list[ListedTrigger]
    caps: list[str]
    exposed_cny: str
    measures: list[ListedMeasure]
    due_on: str
    difference: ListedDifference | None
    last_finding: str
    decision_id: str


class RiskListPage(Shown):
    """A page of a day's list."""

    business_date: date
    known_at: datetime
    compared_with: date | None
    rows: list[ListedRow]
    next: str | None

    @classmethod
    def of(cls, found: Record, after: str, limit: int) -> Self:
        """The rows after a rank, at most so many."""
        rows, following = page(map(ListedRow.model_validate, found["rows"]), after, limit, lambda row: str(row.rank))
        return cls.model_validate({**found, "rows": rows, "next": following})


class Planned(Shown):
    """An enterprise to be looked at. ``is_random``: drawn by lot, which says nothing against it."""

    order: int
    uscc: str
    name: str
    grade: str
    why: str
    is_random: bool
    p: float
    amount_fen: int
    expected_fen: int
    selection_probability: float


class OfficePlan(Shown):
    """One office's plan. ``law_short``: how many the law wants that no slot is left for."""

    law_short: int
    chosen: list[Planned]


class Plan(Shown):
    """The plan for the decisions of a day."""

    date: date
    offices: dict[str, OfficePlan]

    @classmethod
    def of(cls, found: Record, department: str | None) -> Self:
        """The whole plan, or a department's part of it."""
        own = {name: one for name, one in found["offices"].items() if department in (None, name)}
        return cls.model_validate({**found, "offices": own})
