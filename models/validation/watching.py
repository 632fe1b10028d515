"""Bounds of monitoring as policy, and the few statistics that only monitoring needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import Field
from scipy import stats

from models.policy.apart import apart_in_force
from models.policy.schema import Closed
from models.validation.calibration import RateTest, rate_test
from models.validation.stability import Shift

PACKAGED = Path(__file__).parents[1] / "policy" / "monitoring" / "bounds.yaml"
"""The bounds that come with the product."""


class WatchBounds(Closed):
    """The numbers behind an operator's alarms; what each is for is said in the policy file."""

    level: float = Field(gt=0, lt=1)
    stability_index: float = Field(gt=0)
    drifted_features: float = Field(gt=0, le=1)
    significance: float = Field(gt=0, lt=1)
    override_share: float = Field(gt=0, lt=1)
    inspection_days: int = Field(gt=0)
    retrain_days: int = Field(gt=0)

    def counts(self, moved: Shift) -> bool:
        """Whether a shift is one: further than custom allows, and than luck explains among so many enterprises."""
        return moved.is_beyond_luck and moved.index > self.stability_index


@dataclass(frozen=True, slots=True)
class HitRates:
    """How often inspections found something, by how they were chosen.

    ``p_value``: how likely luck alone gives the targeted ones so many of the hits (Fisher, one-sided); None without
    inspections on both sides.
    """

    random: RateTest | None
    targeted: RateTest | None
    p_value: float | None


def watch_bounds(day: date, path: Path = PACKAGED) -> WatchBounds:
    """The bounds in force on a day.

    Raises
    ------
    PolicyError
        When the file breaks its schema or nothing is in force.
    """
    return apart_in_force(path, WatchBounds, day)


def hit_rates(random: tuple[int, int], targeted: tuple[int, int], level: float) -> HitRates:
    """Compare (inspections, hits) of random and of targeted inspections."""
    both = random[0] and targeted[0]
    table = [[targeted[1], targeted[0] - targeted[1]], [random[1], random[0] - random[1]]]
    p_value = float(stats.fisher_exact(table, alternative="greater").pvalue) if both else None
    return HitRates(_rate(*random, level), _rate(*targeted, level), p_value)


def _rate(count: int, hits: int, level: float) -> RateTest | None:
    if not count:
        return None
    outcome = np.repeat([1.0, 0.0], [hits, count - hits])
    return rate_test(outcome, np.full(count, hits / count), level)
