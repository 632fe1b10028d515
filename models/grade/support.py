"""Which support measures an enterprise may ask for, as guidance: what stands against it, and what nobody here knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from expectations.vocabulary.grade import Grade
from models.grade.facts import facts_in_force
from models.grade.subject import OfficialFact, Subject
from models.policy.inforce import Condition, Policy
from models.policy.schema import RuleFile, Words
from models.policy.support_pack import BarValue, FactBar, GradeBar, MeasureValue, SupportPack


class Standing(StrEnum):
    """How a measure stands. ``open`` says that nothing on record stands against an application, and no more."""

    OPEN = "open"
    BARRED = "barred"
    ENDED = "ended"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class BarHit:
    """A bar that stands against the enterprise; ``fact`` is the key of the record it rests on, if it does."""

    id: str
    says: Words
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class SupportAnswer:
    """One measure for one enterprise on a day.

    Attributes
    ----------
    amount_most_cny:
        None where it is not known, or the measure is not in force.
    last_day:
        Of the measure; None while none is set.
    bars:
        What stands against it.
    not_known:
        What would have to be known to say more.
    """

    id: str
    title: Words
    standing: Standing
    amount_most_cny: int | None
    last_day: date | None
    bars: tuple[BarHit, ...]
    not_known: tuple[Words, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "id": self.id,
            "title": self.title.model_dump(),
            "standing": self.standing.value,
            "amount_most_cny": self.amount_most_cny,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "bars": [{"id": one.id, "fact": one.fact, **one.says.model_dump()} for one in self.bars],
            "not_known": [one.model_dump() for one in self.not_known],
        }


def support_for(subject: Subject, grade: Grade | None, policy: Policy, pack: SupportPack) -> tuple[SupportAnswer, ...]:
    """Every measure of the pack for an enterprise on the policy's day, with its grade of that day."""
    facts = facts_in_force(subject.facts, policy)
    bars = tuple(_bars(pack, policy.business_date, (facts, grade, subject.registration_status)))
    return tuple(_answer(rule, policy.business_date, bars) for _, rule in sorted(pack.measures.items()))


def _answer(rule: RuleFile[MeasureValue], day: date, bars: tuple[BarHit, ...]) -> SupportAnswer:
    value = rule.value_on(day)
    if value is None:
        standing = Standing.NOT_YET if day < rule.valid_from else Standing.ENDED
        return SupportAnswer(rule.id, rule.title, standing, None, rule.valid_to, (), ())
    standing = Standing.BARRED if bars else Standing.OPEN
    return SupportAnswer(rule.id, rule.title, standing, value.amount_most_cny, rule.valid_to, bars, value.not_known)


_Given = tuple[tuple[OfficialFact, ...], Grade | None, str | None]


def _bars(pack: SupportPack, day: date, given: _Given) -> Iterable[BarHit]:
    for name, rule in sorted(pack.bars.items()):
        value = rule.value_on(day)
        if value is not None:
            yield from _hits(name, value, given)


def _hits(name: str, value: BarValue, given: _Given) -> Iterable[BarHit]:
    facts, grade, status = given
    bar = value.bar
    if isinstance(bar, FactBar):
        condition = Condition.of(bar.where)
        for fact in facts:
            if fact.table == bar.table and condition.holds(fact.fields):
                yield BarHit(name, value.says, fact.key)
    elif isinstance(bar, GradeBar):
        if grade in bar.grades:
            yield BarHit(name, value.says)
    elif status in bar.statuses:
        yield BarHit(name, value.says)
