"""What a run must know of the past: grades published before, decisions it takes the place of, what people did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from expectations.vocabulary.grade import Grade
from models.grade.facts import ended_facts, facts_in_force
from models.grade.record import subject_of
from models.grade.subject import PreviousGrade
from models.people.standing import PeopleOnDay, people_on_day
from models.policy.book import PolicyBook
from pipelines.steps.judging import Measured, Memory
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known

_LATEST_ARRIVAL = timedelta(days=60)
"""How long after its day the end of a fact may reach us and still be told as news."""


def remembered(connection: Connection, known_at: datetime, policies: PolicyBook, measured: Measured) -> Memory:
    """The memory of a run for a business date with this cutoff."""
    day = measured.features.business_date
    policy = policies.in_force(day)
    people = people_on_day(acts_known(connection, known_at), policy)
    previous = decisions.published_before(connection, day, known_at)
    for uscc in {case.uscc for case in people.cases.values()} & previous.keys():
        previous[uscc] = _without_override(connection, uscc, previous[uscc], people, known_at)
    ended = {}
    for uscc in measured.facts.keys() & previous.keys():
        since = previous[uscc].published_on - _LATEST_ARRIVAL
        if found := ended_facts(measured.facts[uscc], policy, since):
            record = decisions.latest_decision(connection, uscc, previous[uscc].published_on, known_at)
            ended[uscc] = [one for one in found if record and one.fact.key in _in_force_then(record, policies)]
    return Memory(previous, decisions.decision_ids_of(connection, day, known_at), people, ended)


def _in_force_then(record: Mapping[str, Any], policies: PolicyBook) -> frozenset[str]:
    """The keys of the facts that a decision rested on."""
    facts = facts_in_force(subject_of(record).facts, policies.in_force(date.fromisoformat(record["date"])))
    return frozenset(fact.key for fact in facts)


def _without_override(
    connection: Connection, uscc: str, previous: PreviousGrade, people: PeopleOnDay, known_at: datetime
) -> PreviousGrade:
    """The previous grade with what it would have been, where an override decided it."""
    if not people.overridden_on(uscc, previous.published_on):
        return previous
    record = decisions.latest_decision(connection, uscc, previous.published_on, known_at)
    shown = record["override"] if record else None
    return replace(previous, computed=Grade(shown["instead_of"])) if shown else previous
