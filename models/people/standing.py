"""Everything that people did, as it bears on one day's grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from models.grade.subject import Notice, Override
from models.people.acts import Act
from models.people.notices import notices_before
from models.people.objections import disputed_by, objections_of, set_aside
from models.people.overrides import OverrideCase, ended_before, override_cases, overrides_on
from models.policy.inforce import Policy


@dataclass(frozen=True)
class PeopleOnDay:
    """By enterprise, what people did that a day's judgement reads.

    Attributes
    ----------
    overrides:
        Those that hold on the day.
    disputed, set_aside:
        Records under objection, and records that an objection was upheld against.
    notices:
        The latest downgrade that was announced before the day.
    ended:
        Overrides that ended lately, so that their enterprises are told.
    cases:
        Every override by id.
    """

    overrides: Mapping[str, Override] = field(default_factory=dict)
    disputed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    set_aside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    ended: Sequence[OverrideCase] = ()
    cases: Mapping[str, OverrideCase] = field(default_factory=dict)

    def overridden_on(self, uscc: str, day: date) -> bool:
        """Whether an override held for an enterprise on a day."""
        return any(case.uscc == uscc and case.holds_on(day) for case in self.cases.values())


NOBODY = PeopleOnDay()
"""A day on which people did nothing."""


def people_on_day(acts: Sequence[Act], policy: Policy) -> PeopleOnDay:
    """How things stand on the policy's business date after the acts, which are those known at the cutoff."""
    day = policy.business_date
    cases, objections = override_cases(acts), objections_of(acts).values()
    return PeopleOnDay(
        overrides=overrides_on(cases.values(), day),
        disputed=disputed_by(objections),
        set_aside=set_aside(objections),
        notices=notices_before(acts, day),
        ended=ended_before(cases.values(), day, policy.overrides),
        cases=cases,
    )
