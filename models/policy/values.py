"""What each kind of policy file may say, one class per folder."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade, Severity
from models.policy.schema import Closed, Words

Where = dict[str, str | tuple[str, ...]]
"""Conditions on a record's fields, all of which must hold: a value, a list of values, or ``"*"`` for any value."""


class ScaleValue(Closed):
    """From probability to points to grades (``scale/``).

    Points are ``anchor - points_to_double * log2(odds(p) / odds(p0))``, rounded half up, within 0 and ``top``.
    """

    anchor: int
    points_to_double: int = Field(gt=0)
    top: int
    p_margin: float = Field(gt=0, lt=0.5)
    grades: dict[Grade, int]

    @model_validator(mode="after")
    def _covers_the_scale(self) -> Self:
        floors = [self.grades.get(grade) for grade in Grade]
        if None in floors:
            raise ValueError("grades: every grade needs its lowest score.")
        if sorted(self.grades.values(), reverse=True) != floors or len(set(floors)) != len(floors):
            raise ValueError("grades: lowest scores must fall from AAA to D.")
        if self.grades[Grade.D] != 0 or self.grades[Grade.AAA] > self.top:
            raise ValueError("grades: the scale runs from D at 0 to AAA below the top.")
        return self


class Duration(Closed):
    """How many months a fact is in force at most: one number, or one per value of a field.

    ``unless`` names a field whose date, where filled, takes the place of the duration.
    """

    months: int | dict[str, int]
    by: str | None = None
    unless: str | None = None

    @model_validator(mode="after")
    def _by_and_months_agree(self) -> Self:
        if (self.by is None) == isinstance(self.months, dict):
            raise ValueError("lasts: months per value need 'by', and 'by' needs months per value.")
        return self


class FactPeriodValue(Closed):
    """How long one kind of official fact is in force (``facts/``).

    Attributes
    ----------
    starts:
        Fields with the first day, in order of preference.
    ends_before:
        Fields with a day on which the fact no longer holds.
    ends_on:
        Fields with the last day on which it holds.
    latest_of:
        A field: of several records with the same value in it, only the one that started last counts.
    counts:
        Only records that meet one of these are facts at all; empty for every record.
    lifts_floor:
        Records that meet one of these let an enterprise fall below the floor of the scale.
    """

    starts: tuple[str, ...] = Field(min_length=1)
    ends_before: tuple[str, ...] = ()
    ends_on: tuple[str, ...] = ()
    lasts: Duration | None = None
    latest_of: str | None = None
    counts: tuple[Where, ...] = ()
    lifts_floor: tuple[Where, ...] = ()


class _Branch(Closed):
    """One line of a cap: when it fires, and what it says."""

    name: str = Field(pattern="^[a-z0-9_]+$")
    says: Words
    max_grade: Grade | None
    mandatory: bool


class FactBranch(_Branch):
    """Fires on an official fact in force that meets ``where``."""

    rests_on: Literal["fact"]
    table: str
    where: Where = Field(default_factory=dict)
    max_grade: Grade


class RegistrationBranch(_Branch):
    """Fires on the register's status; leaves no grade at all."""

    rests_on: Literal["registration"]
    statuses: tuple[str, ...]
    max_grade: None = None


class AlertBranch(_Branch):
    """Fires on an alert of that severity and finding, from its first day to the age ``days``, both inclusive.

    Age counts from the opening day, or from the finding where there is one. An officer's closing ends it.
    """

    rests_on: Literal["alert"]
    severity: Severity
    finding: Literal["confirmed"] | None
    days: int
    max_grade: Grade


class AgeBranch(_Branch):
    """Fires in the first months after establishment."""

    rests_on: Literal["age"]
    months: int
    max_grade: Grade


class JointBranch(_Branch):
    """Fires when that many departments give their bottom class at once."""

    rests_on: Literal["bottom_classes"]
    departments: int
    flag: Literal["joint"]
    max_grade: Grade


Branch = Annotated[
    FactBranch | RegistrationBranch | AlertBranch | AgeBranch | JointBranch,
    Field(discriminator="rests_on"),
]


class CapValue(Closed):
    """A cap (``caps/``): the branches that hold an enterprise down."""

    branches: tuple[Branch, ...] = Field(min_length=1)
    shown_to_enterprise: bool = True


class PointsValue(Closed):
    """Points given on top of the score for an official fact (``points/``). They never cancel a cap."""

    points: int
    table: str
    where: Where
    says: Words
    shown_to_enterprise: bool = True


class FloorValue(Closed):
    """The least score while no official fact that lifts the floor is in force (``floors/``)."""

    score: int


class HysteresisValue(Closed):
    """How many grades an enterprise may rise within a calendar month (``hysteresis/``)."""

    grades_per_month: Literal[1]


class StatusValue(Closed):
    """When a status applies and what it does to the grade (``statuses/``).

    Attributes
    ----------
    missing_weight_above:
        The status applies above this share of missing weight (``insufficient_data`` only).
    starts_at:
        The grade shown instead of the computed one, before caps.
    protects:
        Whether the grade may not fall below the previous one, but for an official fact.
    """

    missing_weight_above: float | None = None
    starts_at: Grade | None = None
    protects: bool
    says: Words


class SchemeValue(Closed):
    """The classes of another authority's rating under one set of its rules (``ratings/``), best first."""

    of: Literal["customs", "tax", "safe"]
    classes: tuple[str, ...] = Field(min_length=2)
    bottom: str

    @model_validator(mode="after")
    def _bottom_is_a_class(self) -> Self:
        if self.bottom not in self.classes:
            raise ValueError(f"bottom: '{self.bottom}' is not one of the classes.")
        return self


class Promotion(Closed):
    """A declared promotion, every year: month and day, both inclusive, written MM-DD."""

    name: Words
    first: str = Field(pattern=r"^\d{2}-\d{2}$")
    last: str = Field(pattern=r"^\d{2}-\d{2}$")

    def covers(self, day: date) -> bool:
        """Whether a day lies in the promotion."""
        return self.first <= f"{day:%m-%d}" <= self.last


class TypologyValue(Closed):
    """The numbers of one pattern (``typologies/``), and what an alert of it says.

    Attributes
    ----------
    parameters:
        Handed to the measuring SQL under exactly these names.
    guards:
        Rules whose hits this one may suppress.
    """

    parameters: dict[str, int | float]
    says: Words
    shown_to_enterprise: bool = False
    guards: tuple[str, ...] = ()
    promotions: tuple[Promotion, ...] = ()


class Measure(Closed):
    """Something a department is asked to consider."""

    id: str = Field(pattern="^[A-Za-z0-9_.]+$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    department: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)


class ActionsValue(Closed):
    """What a grade, a status or an alert asks departments to consider (``actions/``)."""

    measures: tuple[Measure, ...] = Field(min_length=1)
    document_review_share: float | None = None
    inspection_factor: float | None = None
    inspection_share_min: float | None = None
    audit_months: int | None = None


class AlertLifeValue(Closed):
    """The life of an alert (``alerts/``): quiet days that close it, working days to check it."""

    quiet_days: int = Field(gt=0)
    confirmed_days: int = Field(gt=0)
    due_working_days: dict[Severity, int]


class OverrideValue(Closed):
    """What an override may be (``overrides/``).

    Attributes
    ----------
    longest_days:
        From its first to its last day.
    second_approver_from:
        From so many grades between it and the computed grade on, a second account must approve it.
    told_for_days:
        How many days after its end a run still tells of it, so that a day without a run loses nothing.
    """

    longest_days: int = Field(gt=0)
    second_approver_from: int = Field(gt=0)
    told_for_days: int = Field(gt=0)


class NoticeValue(Closed):
    """Notice before a downgrade that no mandatory cap orders (``notices/``).

    Attributes
    ----------
    working_days:
        The published grade stands so long after the day of the notice.
    serves_days:
        So many days after that, the notice still serves for a fall to the grade it named.
    """

    working_days: int = Field(gt=0)
    serves_days: int = Field(gt=0)
    says: Words


class ObjectionValue(Closed):
    """The clock of an objection in working days, the day of filing not counted (``objections/``)."""

    forward_working_days: int = Field(gt=0)
    answer_working_days: int = Field(gt=0)
    longest_working_days: int = Field(gt=0)

    @model_validator(mode="after")
    def _longest_is_longest(self) -> Self:
        if not self.forward_working_days <= self.answer_working_days <= self.longest_working_days:
            raise ValueError("forwarding must be due before the answer, and the answer before the longest extension.")
        return self


class ReasonValue(Closed):
    """What a reason of one dimension says (``reasons/``); ``{feature}`` stands for the feature's title."""

    dimension: Dimension
    raises_risk: Words
    lowers_risk: Words
    shown_to_enterprise: bool
