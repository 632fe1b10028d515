"""Hidden behaviour: what an enterprise is like, month by month, before any feed shows it.

Seven kinds of carelessness between 0 and 1 move together through one hidden character, each with a part of its own.
They shape what the feeds show (late filings, receipts that fall short, cancelled lists, late parcels ...) and, through
``outcomes.py``, the hazard of an official adverse event. Neither side reads the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Integers
from pipelines.simulation.enterprises import Population
from pipelines.simulation.settings import ZoneSettings

Floats = NDArray[np.float64]


class Kind(IntEnum):
    """A kind of carelessness, and where it shows."""

    PAPERS = 0  # cancelled lists, documents declared late, a missing document now and then
    TAX = 1  # returns filed and paid late
    SETTLEMENT = 2  # receipts that fall short and scatter
    LOGISTICS = 3  # slow parcels, tracks with holes
    RETURNS = 4  # many returns, bar codes that do not match
    PRICING = 5  # steep discounts, prices below peers, and findings at inspection
    PURCHASING = 6  # purchases without invoice, and too few of them to cover sales


KINDS = len(Kind)

LEVEL = -1.5
"""Logit of the middle: half of the zone lies below 0.18 on every kind."""

CHARACTER = 0.4
"""Weight of the one character that all kinds share, against OWN_PART of each: with more of it, adding up any few
symptoms would say all there is to say."""

OWN_PART = 1.4

DRIFTERS_WORSE = 0.13
DRIFTERS_BETTER = 0.13
DRIFT = 2.2
"""An eighth of the zone slips and an eighth mends, in two kinds, by this much logit over three months: without drift a
past grade would be as good as today's data, and with more of one than of the other no rate of the past would hold."""

RIPPLE = 0.25
"""Month-to-month wobble in logit."""


@dataclass(frozen=True)
class Conduct:
    """Carelessness by kind, enterprise and month (kind, enterprise, month), each in (0, 1)."""

    levels: NDArray[np.float64]
    drift_month: Integers
    drift_sign: Integers

    def at(self, kind: Kind, enterprise: Integers, month: Integers) -> Floats:
        """The level of a kind for pairs of enterprise and month."""
        return np.asarray(self.levels[kind, enterprise, month])


def behave(settings: ZoneSettings, calendar: Calendar, population: Population) -> Conduct:
    """Draw every enterprise's hidden behaviour for every month."""
    random = settings.stream("conduct")
    size, months = population.size, calendar.month_count
    character = random.normal(0, 1, size)
    own = random.normal(0, 1, (KINDS, size))
    start = LEVEL + CHARACTER * character[None, :] + OWN_PART * own
    path = np.repeat(start[:, :, None], months, axis=2) + random.normal(0, RIPPLE, (KINDS, size, months))
    draw = random.random(size)
    sign = np.where(draw < DRIFTERS_WORSE, 1, np.where(draw < DRIFTERS_WORSE + DRIFTERS_BETTER, -1, 0))
    trade = calendar.trade_months
    when = random.integers(trade[0] - 2, max(trade[-1] - 1, trade[0]), size)
    ramp = np.clip((np.arange(months)[None, :] - when[:, None]) / 3, 0, 1) * sign[:, None] * DRIFT
    touched = random.random((KINDS, size)).argsort(axis=0) < 2
    path += touched[:, :, None] * ramp[None, :, :]
    return Conduct(levels=1 / (1 + np.exp(-path)), drift_month=np.where(sign != 0, when, -1), drift_sign=sign)
