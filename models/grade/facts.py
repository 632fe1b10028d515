"""Which official facts are in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from expectations.errors import XinjiError
from expectations.vocabulary.moment import add_months
from models.grade.subject import OfficialFact
from models.policy.inforce import FactPeriod, Policy
from models.policy.values import Duration


class FactError(XinjiError):
    """An official fact lacks what its period is counted from."""


def facts_in_force(facts: Iterable[OfficialFact], policy: Policy) -> tuple[OfficialFact, ...]:
    """The facts that hold on the policy's business date, in the order given.

    Raises
    ------
    FactError
        When a fact is of a kind the policy does not know, or has no day to count from.
    """
    today = policy.business_date.isoformat()
    started = [(fact, start) for fact in facts if (start := _start(fact, policy)) is not None and start <= today]
    latest = _latest_starts(started, policy)
    return tuple(
        fact
        for fact, start in started
        if not _has_ended(fact, start, _period(fact, policy), policy.business_date)
        and start == latest.get(_series(fact, policy), start)
    )


def lifts_floor(fact: OfficialFact, policy: Policy) -> bool:
    """Whether a fact in force lets an enterprise fall below the floor."""
    return any(condition.holds(fact.fields) for condition in policy.periods[fact.table].lifts_floor)


def _period(fact: OfficialFact, policy: Policy) -> FactPeriod:
    try:
        return policy.periods[fact.table]
    except KeyError:
        raise FactError(
            f"{fact.table} {fact.key}: no policy says how long such a fact is in force.",
            f"Add facts/{fact.table}.yaml to the policy, or do not hand such records to the grade.",
        ) from None


def _start(fact: OfficialFact, policy: Policy) -> str | None:
    """The first day as YYYY-MM-DD, which sorts as a date does; None for a record that is no fact."""
    period = _period(fact, policy)
    if period.counts and not any(condition.holds(fact.fields) for condition in period.counts):
        return None
    for name in period.rule.starts:
        if start := fact.fields.get(name):
            return start
    raise FactError(
        f"{fact.table} {fact.key}: none of {', '.join(period.rule.starts)} is filled.",
        "Correct the record at its source; its contract requires one of them.",
    )


def _series(fact: OfficialFact, policy: Policy) -> tuple[str, str | None] | None:
    """What a later record of the same kind takes the place of; None where records stand side by side."""
    name = policy.periods[fact.table].rule.latest_of
    return (fact.table, fact.fields.get(name)) if name else None


def _latest_starts(
    started: Iterable[tuple[OfficialFact, str]], policy: Policy
) -> Mapping[tuple[str, str | None] | None, str]:
    latest: dict[tuple[str, str | None] | None, str] = {}
    for fact, start in started:
        series = _series(fact, policy)
        if series is not None and start > latest.get(series, ""):
            latest[series] = start
    return latest


def _has_ended(fact: OfficialFact, start: str, period: FactPeriod, day: date) -> bool:
    today = day.isoformat()
    rule = period.rule
    if any((end := fact.fields.get(name)) and end <= today for name in rule.ends_before):
        return True
    if any((end := fact.fields.get(name)) and end < today for name in rule.ends_on):
        return True
    if rule.lasts is None or (rule.lasts.unless and fact.fields.get(rule.lasts.unless)):
        return False
    return add_months(date.fromisoformat(start), _months(fact, rule.lasts)) <= day


def _months(fact: OfficialFact, lasts: Duration) -> int:
    if isinstance(lasts.months, int):
        return lasts.months
    value = fact.fields.get(lasts.by or "") or ""
    if value not in lasts.months:
        raise FactError(
            f"{fact.table} {fact.key}: {lasts.by} is '{value}', for which no period is laid down.",
            f"Correct the record at its source to one of: {', '.join(lasts.months)}.",
        )
    return lasts.months[value]
