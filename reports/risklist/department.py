"""One department's part of the list: what it is asked to do, in the order of the days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reports.risklist.ranking import told_of
from reports.risklist.rows import RiskList, RiskRow


def departments_of(risk_list: RiskList) -> tuple[str, ...]:
    """The departments with a part of their own, by name."""
    asked = {measure.department for row in risk_list.rows for measure in row.asked}
    return tuple(sorted(asked))


def rows_of(risk_list: RiskList, department: str) -> Sequence[RiskRow]:
    """A department's rows, with its own measures, days, alerts and amounts alone, the earliest day first.

    Rank and risk are those of the whole list.
    """
    rows = []
    for row in risk_list.rows:
        own = tuple(measure for measure in row.asked if measure.department == department)
        if own:
            days = [measure.due_on for measure in own if measure.is_task]
            part = replace(row, measures=own, due_on=min(days) if days else row.due_on)
            rows.append(_without_suspicions_of_others(part, department))
    return by_day(rows)


def by_day(rows: Iterable[RiskRow]) -> Sequence[RiskRow]:
    """Rows in the order in which they are due, those without a day last."""
    return sorted(rows, key=lambda row: (row.due_on or "9999", row.rank))


def _without_suspicions_of_others(row: RiskRow, department: str) -> RiskRow:
    """A row that tells of a department's alerts alone: a suspicion belongs to the one that checks it.

    What differs from yesterday is told in words, and goes with the alert that its words name.
    """
    kept = tuple(trigger for trigger in row.triggers if department in trigger.departments)
    others = {trigger.en for trigger in row.triggers} - {trigger.en for trigger in kept}
    difference = row.difference
    if difference is not None:
        changes = tuple(one for one in difference.changes if not any(title in one.en for title in others))
        difference = replace(difference, changes=changes)
    exposed, finding = told_of(kept)
    return replace(row, triggers=kept, difference=difference, exposed_cny=exposed, last_finding=finding)
