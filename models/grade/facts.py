"""Which official facts are in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from expectations.errors import XinjiError
from expectations.vocabulary.moment import add_months
from models.grade.subject import OfficialFact
from models.policy.inforce import FactPeriod, Policy
from models.policy.values import Duration


class FactError(XinjiError):
    """An official fact lacks what its period is counted from."""


@dataclass(frozen=True, slots=True)
class EndedFact:
    """A fact that no longer holds.

    Attributes
    ----------
    why:
        The field whose date ended it (``repaired_on``, ``revoked_on``, ...), or ``longest_time``.
    on:
        The first day on which it does not hold.
    """

    fact: OfficialFact
    why: str
    on: date

    def to_json(self) -> dict[str, str]:
        """Plain JSON values."""
        return {"table": self.fact.table, "key": self.fact.key, "why": self.why, "on": self.on.isoformat()}


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


def ended_facts(facts: Iterable[OfficialFact], policy: Policy, since: date) -> tuple[EndedFact, ...]:
    """The facts whose first day out of force lies after ``since`` and not after the policy's business date."""
    ended = (_ending(fact, policy) for fact in facts)
    return tuple(one for one in ended if one is not None and one.on > since)


def _ending(fact: OfficialFact, policy: Policy) -> EndedFact | None:
    """What ended a fact first; None for one that nothing has ended."""
    start = _start(fact, policy)
    if start is None:
        return None
    period = _period(fact, policy)
    ends = [(date.fromisoformat(end), name) for name in period.rule.ends_before if (end := fact.fields.get(name))]
    last_days = [(date.fromisoformat(end), name) for name in period.rule.ends_on if (end := fact.fields.get(name))]
    ends += [(end + timedelta(days=1), name) for end, name in last_days]
    lasts = period.rule.lasts
    if lasts is not None and not (lasts.unless and fact.fields.get(lasts.unless)):
        ends.append((add_months(date.fromisoformat(start), _months(fact, lasts)), "longest_time"))
    past = sorted(end for end in ends if end[0] <= policy.business_date)
    return EndedFact(fact, past[0][1], past[0][0]) if past else None


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
