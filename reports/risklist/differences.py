"""What differs between yesterday's list and today's, told as changes with their causes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from expectations.vocabulary.grade import Severity
from reports.risklist.rows import Cause, Change, Difference, Gone, RiskRow, Trigger

_FINDINGS = {
    "confirmed": {"zh": "经核查确认", "en": "confirmed by a check"},
    "explained": {"zh": "经核查可以解释", "en": "explained by a check"},
    "data_error": {"zh": "经核查系数据错误", "en": "found to be a data error"},
}
_SEVERITIES = {Severity.HIGH: ("高", "high"), Severity.MEDIUM: ("中", "medium"), Severity.LOW: ("低", "low")}
_WHY_CLOSED = {"officer": Cause.OFFICER, "expired": Cause.TIME}


@dataclass(frozen=True)
class Grounds:
    """What the rows themselves do not tell.

    Attributes
    ----------
    grade_causes:
        Why an enterprise's grade is another than yesterday, for those of whom it is.
    closed:
        Alerts that ended since, by id, with ``closed_because``.
    changed_rules:
        Rules whose text or numbers policy changed since.
    grades:
        Today's grade of everyone who was on yesterday's list.
    """

    grade_causes: Mapping[str, tuple[Cause, ...]] = field(default_factory=dict)
    closed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    changed_rules: frozenset[str] = frozenset()
    grades: Mapping[str, str | None] = field(default_factory=dict)


def with_differences(
    today: Iterable[RiskRow],
    yesterday: Iterable[RiskRow],
    grounds: Grounds,
    due_of: Callable[[Severity], str],
) -> tuple[tuple[RiskRow, ...], tuple[Gone, ...]]:
    """Today's rows with what differs, and who left the list.

    A row without a task of its own that is new or changed is to be looked at by ``due_of`` its severity; one that
    stands as it stood has no day.
    """
    before = {row.uscc: row for row in yesterday}
    rows = tuple(_compared(row, before.pop(row.uscc, None), grounds, due_of) for row in today)
    gone = tuple(_gone(row, grounds) for row in before.values())
    return rows, gone


def _compared(row: RiskRow, before: RiskRow | None, grounds: Grounds, due_of: Callable[[Severity], str]) -> RiskRow:
    changes = tuple(_changes(row, before, grounds))
    difference = Difference(before is None, changes)
    due_on = row.due_on or (due_of(row.severity) if difference.is_any else "")
    return replace(row, difference=difference, due_on=due_on)


def _changes(row: RiskRow, before: RiskRow | None, grounds: Grounds) -> Iterator[Change]:
    previous = before.grade if before else row.previous_grade
    if row.grade != previous and row.uscc in grounds.grade_causes:
        yield _graded(previous, row.grade, grounds.grade_causes[row.uscc])
    known = {trigger.alert_id: trigger for trigger in before.triggers} if before else {}
    for trigger in row.triggers:
        yield from _triggered(trigger, known.pop(trigger.alert_id, None), grounds)
    for trigger in known.values():
        yield _ended(trigger, grounds)


def _triggered(trigger: Trigger, before: Trigger | None, grounds: Grounds) -> Iterator[Change]:
    rule = trigger.rule
    cause = Cause.POLICY if rule in grounds.changed_rules else Cause.DATA
    if before is None:
        yield Change(f"新预警 {rule} {trigger.zh}", f"new alert {rule} {trigger.en}", (cause,))
        return
    if before.severity != trigger.severity:
        (zh_before, en_before), (zh, en) = _SEVERITIES[before.severity], _SEVERITIES[trigger.severity]
        yield Change(f"{rule} 风险 {zh_before}→{zh}", f"{rule} risk {en_before} → {en}", (cause,))
    if trigger.finding != before.finding and trigger.finding:
        words = _FINDINGS.get(trigger.finding, {"zh": trigger.finding, "en": trigger.finding})
        yield Change(f"{rule} {words['zh']}", f"{rule} {words['en']}", (Cause.OFFICER,))


def _ended(trigger: Trigger, grounds: Grounds) -> Change:
    record = grounds.closed.get(trigger.alert_id, {})
    cause = _WHY_CLOSED.get(str(record.get("closed_because")), Cause.DATA)
    return Change(f"预警 {trigger.rule} 结束", f"alert {trigger.rule} ended", (cause,))


def _graded(before: str | None, after: str | None, causes: tuple[Cause, ...]) -> Change:
    return Change(f"等级 {before or '无'}→{after or '无'}", f"grade {before or 'none'} → {after or 'none'}", causes)


def _gone(row: RiskRow, grounds: Grounds) -> Gone:
    now = grounds.grades.get(row.uscc)
    changes = [_ended(trigger, grounds) for trigger in row.triggers]
    if now != row.grade and row.uscc in grounds.grade_causes:
        changes.insert(0, _graded(row.grade, now, grounds.grade_causes[row.uscc]))
    if not changes:
        # On the list for a fall alone, which is told once.
        changes.append(Change("降级已提示", "its fall has been told", (Cause.TIME,)))
    return Gone(row.uscc, row.name, row.severity, now, Difference(False, tuple(changes)))
