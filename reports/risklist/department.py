"""One department's part of the list: what it is asked to do, in the order of the days."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from reports.risklist.rows import RiskList, RiskRow


def departments_of(risk_list: RiskList) -> tuple[str, ...]:
    """The departments with a part of their own, by name."""
    asked = {measure.department for row in risk_list.rows for measure in row.asked}
    return tuple(sorted(asked))


def without_suspicions_of_others(row: RiskRow, patterns: Set[str]) -> RiskRow:
    """A row with the triggers of some patterns alone: a suspicion belongs to the department that checks it.

    What differs from yesterday is told in words, and goes with the trigger that its words name.
    """
    others = {trigger.en for trigger in row.triggers if trigger.rule not in patterns}
    kept = tuple(trigger for trigger in row.triggers if trigger.rule in patterns)
    difference = row.difference
    if difference is not None:
        changes = tuple(one for one in difference.changes if not any(title in one.en for title in others))
        difference = replace(difference, changes=changes)
    return replace(row, triggers=kept, difference=difference)


def rows_of(risk_list: RiskList, department: str) -> Sequence[RiskRow]:
    """A department's rows, with its own measures and days alone, the earliest day first."""
    rows = []
    for row in risk_list.rows:
        own = tuple(measure for measure in row.asked if measure.department == department)
        if own:
            days = [measure.due_on for measure in own if measure.is_task]
            rows.append(replace(row, measures=own, due_on=min(days) if days else row.due_on))
    return sorted(rows, key=lambda row: (row.due_on or "9999", row.rank))
