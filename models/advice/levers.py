"""The whitelist of levers: what may be advised, how far, how long until it shows, and on what law it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from features.catalogue.schema import Catalogue, Feature
from models.policy.apart import apart_in_force, read_apart
from models.policy.documents import PolicyError
from models.policy.schema import Citation, Closed, Words
from models.policy.values import Where

PACKAGED = Path(__file__).parents[1] / "policy"
"""The policy that comes with the product."""

_VOLUME = frozenset({"count", "cny", "usd", "kg"})


class Move(Closed):
    """A measure that the lever moves, over every window of the catalogue.

    Attributes
    ----------
    at_most, at_least:
        What it is brought to, from the mildest to the furthest; one of the two. A better value stays as it is.
    at_once:
        Whether the whole window changes (a debt that is paid), or only the days since the start (a habit).
    """

    measure: str
    at_most: tuple[float, ...] = ()
    at_least: tuple[float, ...] = ()
    at_once: bool = False

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if bool(self.at_most) == bool(self.at_least):
            raise ValueError(f"{self.measure}: give at_most or at_least.")
        return self

    def target(self, step: int) -> float:
        """What a step brings it to; the last step where there are fewer."""
        steps = self.at_most or self.at_least
        return steps[min(step, len(steps) - 1)]

    def moved(self, value: float, feature: Feature, step: int, days: int) -> float:
        """The value after some days at the target, never a worse one than before."""
        target = self.target(step)
        if isnan(value) or (value <= target if self.at_most else value >= target):
            return value
        if self.at_once or feature.window_days <= days:
            return target
        past = (feature.window_days - days) / feature.window_days
        return value * past + target * (1 - past)


class Ending(Closed):
    """An official fact that ends: the field that is filled, and the first months in which it cannot be."""

    table: str
    where: Where
    field: str
    starts: tuple[str, ...] = Field(min_length=1)
    earliest_months: int = Field(ge=0)


class LeverValue(Closed):
    """One lever from a date on.

    Attributes
    ----------
    effort:
        From 1, a habit, to 5; the smallest sum is advised first.
    days:
        Until it shows in the grade.
    """

    says: Words
    effort: int = Field(ge=1, le=5)
    days: int = Field(gt=0)
    ends: Ending | None = None
    moves: tuple[Move, ...]


class AdviceLimits(Closed):
    """Bounds of advice; what each is for is said in the policy file."""

    requests_a_day: int = Field(gt=0)
    most_levers: int = Field(gt=0)
    plans: int = Field(gt=0)
    horizon_days: int = Field(gt=0)


@dataclass(frozen=True)
class Lever:
    """A lever in force, with its law."""

    id: str
    value: LeverValue
    legal_basis: tuple[Citation, ...]


@dataclass(frozen=True)
class Levers:
    """Everything in force on a day.

    Attributes
    ----------
    measured_by:
        The features that each move's measure stands for.
    """

    levers: tuple[Lever, ...]
    limits: AdviceLimits
    measured_by: Mapping[str, tuple[Feature, ...]]


def levers_in_force(day: date, catalogue: Catalogue, root: Path = PACKAGED) -> Levers:
    """The levers and limits of a day.

    Raises
    ------
    PolicyError
        When a file breaks its schema, names a measure that does not exist, or would move a volume of trade: to trade
        more or less is no merit, and advice that says so would be gamed.
    """
    found = []
    for path in sorted((root / "levers").glob("*.yaml")):
        rule = read_apart(path, LeverValue)
        if (value := rule.value_on(day)) is not None:
            found.append(Lever(rule.id, value, rule.legal_basis))
    limits = apart_in_force(root / "advice" / "limits.yaml", AdviceLimits, day)
    measures = {move.measure for lever in found for move in lever.value.moves}
    return Levers(tuple(found), limits, {measure: _features(measure, catalogue) for measure in sorted(measures)})


def _features(measure: str, catalogue: Catalogue) -> tuple[Feature, ...]:
    found = tuple(
        feature
        for feature in catalogue.features
        if feature.name == measure or feature.name.removesuffix(f"_{feature.window_days}d") == measure
    )
    if not found:
        raise PolicyError(f"A lever moves '{measure}', which is not in the feature catalogue.", "Use a name of it.")
    for feature in found:
        if feature.unit in _VOLUME and feature.direction == "open":
            raise PolicyError(
                f"A lever moves '{feature.name}', a volume without a direction.",
                "Trading more or less is no merit: take the move out.",
            )
    return found
