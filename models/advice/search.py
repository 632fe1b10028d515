"""The smallest set of levers that lifts an enterprise a grade, tried with the model and the engine that grade.

Every combination of a few levers is scored at once; each is then judged as of the day on which it shows, with caps,
periods of facts and hysteresis as they will stand. Everything that no lever moves is taken to stay as it is, so a
plan is what would have been graded and no promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from math import isnan
from typing import Any

import pandas as pd

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import add_months, knowledge_cutoff
from models.advice.levers import Ending, Lever, Levers
from models.grade.engine import judge
from models.grade.judgement import Judgement
from models.grade.subject import OfficialFact, PreviousGrade, Subject
from models.policy.inforce import Condition, Policy
from models.scorer.protocol import Scorer

PolicyOn = Callable[[date], Policy]
_BEST = 1e-9
"""A probability that leaves only the rules to hold an enterprise down."""


@dataclass(frozen=True)
class Change:
    """One lever as it is pulled: how far, and what it moves."""

    lever: Lever
    step: int
    moves: Mapping[str, tuple[float, float]]
    ended: tuple[OfficialFact, ...]
    shows_on: date


@dataclass(frozen=True)
class Plan:
    """Changes that together lift the grade, confirmed by the engine on the day they show."""

    changes: tuple[Change, ...]
    grade: Grade
    shows_on: date

    @property
    def effort(self) -> int:
        """The sum of the levers' efforts."""
        return sum(change.lever.value.effort for change in self.changes)


@dataclass(frozen=True)
class Blocked:
    """A rule that keeps every plan below the target until a day; ``until`` is None where no end is in sight."""

    rule: str
    branch: str
    fact: str
    until: date | None


@dataclass(frozen=True)
class Advice:
    """What can be done.

    Attributes
    ----------
    target:
        One grade better; None at the top, or without a grade.
    plans:
        The smallest first; none contains another.
    blocked:
        The cap that makes the target impossible for now, with the first day on which it can be reached at all.
    """

    grade: Grade | None
    target: Grade | None
    plans: tuple[Plan, ...] = ()
    blocked: Blocked | None = None


@dataclass(frozen=True)
class Case:
    """An enterprise to advise: as it was judged, with its one-row feature table and the model that judged it."""

    subject: Subject
    vector: pd.DataFrame
    scorer: Scorer
    grade: Grade | None


def advise(case: Case, levers: Levers, policy_on: PolicyOn) -> Advice:
    """Search the levers for the smallest plans that lift the case one grade."""
    if case.grade is None or case.grade is Grade.AAA:
        return Advice(case.grade, None)
    target = case.grade.one_better()
    changes = [list(_options(case, lever, levers)) for lever in levers.levers]
    sets = list(_sets([options for options in changes if options], levers.limits.most_levers))
    plans = _confirmed(case, sets, target, policy_on)
    chosen = _smallest(plans, levers.limits.plans)
    return Advice(case.grade, target, chosen, _blocked(case, target, chosen, levers, policy_on))


def _options(case: Case, lever: Lever, levers: Levers) -> Iterator[Change]:
    """The lever at each of its steps, where it changes something; ``at_once`` facts end on the earliest lawful day."""
    today, value = case.subject.business_date, lever.value
    ended = _endable(case.subject, value.ends) if value.ends else ()
    if value.ends and not ended:
        return
    shows_on = max([today + timedelta(days=value.days), *(_earliest(fact, value.ends) for fact in ended if value.ends)])
    steps = max((len(move.at_most or move.at_least) for move in value.moves), default=1)
    for step in range(steps):
        moves = _moves(case, lever, levers, step)
        if moves or ended:
            yield Change(lever, step, moves, ended, shows_on)


def _moves(case: Case, lever: Lever, levers: Levers, step: int) -> dict[str, tuple[float, float]]:
    found = {}
    for move in lever.value.moves:
        for feature in levers.measured_by[move.measure]:
            if feature.name in case.vector.columns:
                before = float(case.vector[feature.name].iloc[0])
                after = move.moved(before, feature, step, lever.value.days)
                if not isnan(after) and after != before:
                    found[feature.name] = (before, after)
    return found


def _endable(subject: Subject, ending: Ending) -> tuple[OfficialFact, ...]:
    """Facts of the kind that have not been ended yet."""
    condition = Condition.of(ending.where)
    return tuple(
        fact
        for fact in subject.facts
        if fact.table == ending.table and condition.holds(fact.fields) and not fact.fields.get(ending.field)
    )


def _earliest(fact: OfficialFact, ending: Ending) -> date:
    start = next((text for name in ending.starts if (text := fact.fields.get(name))), None)
    return add_months(date.fromisoformat(start), ending.earliest_months) if start else date.min


def _sets(changes: list[list[Change]], most: int) -> Iterator[tuple[Change, ...]]:
    """Every set of at most so many levers, each at one of its steps."""
    for size in range(1, min(most, len(changes)) + 1):
        for group in combinations(changes, size):
            yield from _one_of_each(group)


def _one_of_each(group: tuple[list[Change], ...]) -> Iterator[tuple[Change, ...]]:
    if not group:
        yield ()
        return
    for rest in _one_of_each(group[1:]):
        for change in group[0]:
            yield (change, *rest)


def _confirmed(case: Case, sets: list[tuple[Change, ...]], target: Grade, policy_on: PolicyOn) -> list[Plan]:
    if not sets:
        return []
    rows = pd.DataFrame([_after(case, changes) for changes in sets], columns=list(case.vector.columns))
    plans = []
    for changes, p in zip(sets, case.scorer.probabilities(rows.astype("float64")), strict=True):
        shows_on = max(change.shows_on for change in changes)
        ended = [(fact, change.lever.value.ends) for change in changes for fact in change.ended]
        judgement = judged_on(case, shows_on, float(p), ended, policy_on)
        if judgement.grade is not None and not target.is_better_than(judgement.grade):
            plans.append(Plan(changes, judgement.grade, shows_on))
    return plans


def _after(case: Case, changes: tuple[Change, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {str(name): value for name, value in case.vector.iloc[0].items()}
    for change in changes:
        row |= {name: after for name, (_, after) in change.moves.items()}
    return row


def judged_on(
    case: Case, day: date, p: float, ended: list[tuple[OfficialFact, Ending | None]], policy_on: PolicyOn
) -> Judgement:
    """The engine's judgement on a later day, with some facts ended by then and all feeds arrived."""
    ends = {fact.key: ending.field for fact, ending in ended if ending is not None}
    facts = tuple(
        replace(fact, fields={**fact.fields, ends[fact.key]: day.isoformat()}) if fact.key in ends else fact
        for fact in case.subject.facts
    )
    previous = case.subject.previous
    same_month = (day.year, day.month) == (case.subject.business_date.year, case.subject.business_date.month)
    risen = same_month and previous is not None and (previous.risen_this_month or previous.grade != case.grade)
    subject = replace(
        case.subject,
        business_date=day,
        known_at=knowledge_cutoff(day),
        p=p,
        facts=facts,
        previous=PreviousGrade(day - timedelta(days=1), case.grade, risen) if case.grade else None,
        feeds_late=(),
        missing_weight=0.0,
    )
    return judge(subject, policy_on(day))


def _smallest(plans: list[Plan], most: int) -> tuple[Plan, ...]:
    """The least effort first, then the soonest; a plan that contains a smaller one says nothing new."""
    ordered = sorted(plans, key=_size)
    chosen: list[Plan] = []
    for plan in ordered:
        ids = {change.lever.id for change in plan.changes}
        if len(chosen) < most and not any({one.lever.id for one in other.changes} <= ids for other in chosen):
            chosen.append(plan)
    return tuple(chosen)


def _size(plan: Plan) -> tuple[int, date, int, tuple[tuple[str, int], ...]]:
    named = tuple((change.lever.id, change.step) for change in plan.changes)
    return plan.effort, plan.shows_on, sum(change.step for change in plan.changes), named


def _blocked(case: Case, target: Grade, plans: tuple[Plan, ...], levers: Levers, policy_on: PolicyOn) -> Blocked | None:
    """The cap that keeps even a spotless enterprise below the target, and the first day on which it no longer does."""
    today = case.subject.business_date
    now = judged_on(case, today, _BEST, [], policy_on)
    holding = [hit for hit in now.caps if hit.max_grade is None or target.is_better_than(hit.max_grade)]
    if not holding:
        return None
    worst = max(holding, key=lambda hit: hit.max_grade.rank if hit.max_grade else len(Grade))
    lifted = min((plan.shows_on for plan in plans), default=None)
    horizon = (lifted - today).days if lifted else levers.limits.horizon_days
    for ahead in range(1, horizon + 1):
        day = today + timedelta(days=ahead)
        grade = judged_on(case, day, _BEST, [], policy_on).grade
        if grade is not None and not target.is_better_than(grade):
            return Blocked(worst.id, worst.branch, worst.fact, day)
    return Blocked(worst.id, worst.branch, worst.fact, lifted)
