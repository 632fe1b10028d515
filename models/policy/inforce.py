"""The policy of one day, laid out for speed: tables that are looked up, conditions that are already parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade
from models.policy.schema import Words
from models.policy.values import (
    ActionsValue,
    AlertBranch,
    AlertLifeValue,
    FactPeriodValue,
    NoticeValue,
    ObjectionValue,
    OverrideValue,
    ReasonValue,
    StatusValue,
    TypologyValue,
    Where,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Conditions on a record's fields, all of which must hold. ``None`` stands for any value."""

    tests: tuple[tuple[str, frozenset[str] | None], ...]

    @classmethod
    def of(cls, where: Where) -> Condition:
        """The condition a policy file writes."""
        return cls(
            tuple(
                (name, None if wanted == "*" else frozenset((wanted,) if isinstance(wanted, str) else wanted))
                for name, wanted in where.items()
            )
        )

    def holds(self, fields: Mapping[str, str | None]) -> bool:
        """Whether a record meets it. An empty field meets nothing."""
        for name, wanted in self.tests:
            value = fields.get(name)
            if value is None or (wanted is not None and value not in wanted):
                return False
        return True

    def __str__(self) -> str:
        """The condition in words an official reads."""
        return " and ".join(
            f"{name} is filled" if wanted is None else f"{name}={'/'.join(sorted(wanted))}"
            for name, wanted in self.tests
        )


@dataclass(frozen=True, slots=True)
class FactPeriod:
    """How long a kind of fact is in force, with its conditions parsed."""

    rule: FactPeriodValue
    counts: tuple[Condition, ...]
    lifts_floor: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class FactCap:
    """A branch of a cap that rests on an official fact."""

    cap: str
    branch: str
    condition: Condition
    max_grade: Grade
    mandatory: bool


@dataclass(frozen=True, slots=True)
class AlertCap:
    """A branch of a cap that rests on an alert."""

    cap: str
    rule: AlertBranch


@dataclass(frozen=True, slots=True)
class PlainCap:
    """A branch of a cap that rests on a number: months of age, or departments that agree; or on a status."""

    cap: str
    branch: str
    limit: int
    statuses: frozenset[str]
    max_grade: Grade | None
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Points:
    """Points for an official fact."""

    id: str
    points: int
    table: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Scale:
    """The grade scale. ``bands`` holds each grade with its lowest and highest score, best first."""

    anchor: int
    points_to_double: int
    top: int
    p_margin: float
    bands: tuple[tuple[Grade, int, int], ...]

    def grade_of(self, score: int) -> Grade:
        """The grade of a score."""
        for grade, low, _ in self.bands:
            if score >= low:
                return grade
        return self.bands[-1][0]

    def highest(self, grade: Grade) -> int:
        """The highest score of a grade."""
        return self.bands[grade.rank][2]

    def lowest(self, grade: Grade) -> int:
        """The lowest score of a grade."""
        return self.bands[grade.rank][1]


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a rule says when it fires, and whether the enterprise may read it."""

    words: Words
    shown_to_enterprise: bool


@dataclass(frozen=True)
class Policy:
    """Everything in force on one business date.

    Attributes
    ----------
    digest:
        sha256 over what is in force: values only. A corrected title or note changes nothing.
    quiet_trace:
        The trace of an enterprise on which nothing fires, in order; ``trace_index`` finds a rule in it.
    notice:
        Before a downgrade; None where no notice is in force on the day.
    bottom_classes:
        Per scheme id, the authority and its bottom class.
    """

    business_date: date
    digest: str
    scale: Scale
    floor_id: str
    floor_score: int
    hysteresis_id: str
    periods: Mapping[str, FactPeriod]
    fact_caps: Mapping[str, tuple[FactCap, ...]]
    alert_caps: tuple[AlertCap, ...]
    age_caps: tuple[PlainCap, ...]
    joint_caps: tuple[PlainCap, ...]
    registration_caps: tuple[PlainCap, ...]
    points: tuple[Points, ...]
    bottom_classes: Mapping[str, tuple[str, str]]
    current_schemes: Mapping[str, str]
    statuses: Mapping[str, StatusValue]
    typologies: Mapping[str, TypologyValue]
    actions: Mapping[str, ActionsValue]
    alert_life: AlertLifeValue
    overrides: OverrideValue
    notice: NoticeValue | None
    objections: ObjectionValue
    reasons: Mapping[Dimension, ReasonValue]
    rule_reasons: Mapping[tuple[str, str], ReasonText]
    quiet_trace: tuple[Mapping[str, Any], ...]
    trace_index: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def quiet_texts(self) -> tuple[str, ...]:
        """The canonical JSON of each entry of ``quiet_trace``."""
        return tuple(map(canonical_json, self.quiet_trace))
