"""What a version must show before it may grade: numbers of policy, dated and cited."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.role import Role
from models.policy.apart import apart_in_force
from models.policy.schema import Closed
from models.scorer.protocol import ScorerKind
from models.validation.discrimination import Resampling
from models.validation.subgroups import SubgroupLimits

PACKAGED = Path(__file__).parents[1] / "policy" / "promotion" / "gates.yaml"
"""The limits that come with the product."""


class GateLimits(Closed):
    """The numbers behind the gates; what each is for is said in the policy file.

    Attributes
    ----------
    must_beat:
        Kinds of champion that a challenger must beat; any other it must merely not fall behind.
    proposes, approves:
        Roles that may ask for a promotion, and that may be the second pair of eyes.
    """

    fewest_events: int = Field(gt=0)
    draws: int = Field(gt=0)
    level: float = Field(gt=0, lt=1)
    implausible_auc: float = Field(gt=0.5, le=1)
    implausible_alone: float = Field(gt=0.5, le=1)
    must_beat: tuple[ScorerKind, ...]
    share_of_draws_better: float = Field(ge=0, le=1)
    expected_to_observed: tuple[float, float]
    significance: float = Field(gt=0, lt=1)
    stability_index: float = Field(gt=0)
    monotone_tolerance: float = Field(ge=0)
    new_days: int
    small_employees: int
    proposes: tuple[Role, ...] = Field(min_length=1)
    approves: tuple[Role, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _bounds_hold_one(self) -> Self:
        low, high = self.expected_to_observed
        if not low < 1 < high:
            raise ValueError("expected_to_observed: the bounds must lie on both sides of 1.")
        return self

    @property
    def resampling(self) -> Resampling:
        """How intervals are drawn."""
        return Resampling(self.draws, self.level)

    @property
    def kinds(self) -> SubgroupLimits:
        """Where the kinds of enterprises end."""
        return SubgroupLimits(self.new_days, self.small_employees)

    @property
    def digest(self) -> str:
        """Identifies the numbers a pack was judged by."""
        return sha256_of(self.model_dump(mode="json"))


def gate_limits(day: date, path: Path = PACKAGED) -> GateLimits:
    """The limits in force on a day.

    Raises
    ------
    PolicyError
        When the file breaks its schema or nothing is in force.
    """
    return apart_in_force(path, GateLimits, day)
