"""Notices before a downgrade: what a run tells an enterprise, and how a later run remembers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from models.grade.record import notice_from
from models.grade.subject import Notice
from models.people.acts import Act, Kind


def notices_before(acts: Iterable[Act], business_date: date) -> Mapping[str, Notice]:
    """The latest notice that each enterprise was given before a business date."""
    latest: dict[str, Notice] = {}
    for act in acts:
        if act.kind is Kind.NOTICE:
            notice = notice_from(act.content)
            before = latest.get(act.uscc)
            if notice.told_on < business_date and (before is None or notice.told_on >= before.told_on):
                latest[act.uscc] = notice
    return latest


def notices_given(records: Iterable[Mapping[str, Any]], known_at: datetime) -> list[Act]:
    """The notices that a day's decisions give for the first time, as acts of the run itself."""
    acts = []
    for record in records:
        period = record.get("notice_period")
        if period is not None and period["told_on"] == record["date"]:
            reason = f"{record['previous_grade']} would become {period['grade']}"
            content = {**period, "date": record["date"], "instead_of": record["previous_grade"]}
            acts.append(Act(Kind.NOTICE, record["uscc"], record["uscc"], "system", known_at, reason, content))
    return acts
