"""Official adverse events: what hidden behaviour comes to, late and by chance.

The hazard reads hidden conduct only, never the feeds. It is not a weighted sum: kinds of carelessness work through
thresholds and pairs (short receipts matter most where purchases are not covered; many returns where parcels are
prompt), so that adding up points catches a part of it, and chance bounds what anything can catch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Booleans, Integers
from pipelines.simulation.conduct import Kind
from pipelines.simulation.enterprises import Population
from pipelines.simulation.plan import Plan
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

DELAY_MONTHS = 3
"""An authority acts on what it saw over the last months: the hazard follows the mean of the three before."""

HORIZON_MONTHS = 6
PLANTED_LIFT = 0.6
"""Log of the extra hazard from an episode's second month on."""

YOUNG_DAYS = 365
FRAILTY = 0.3
"""What no feed shows (log): together with chance it bounds every model."""

DETERRED = 0.4
DETERRED_MONTHS = 12
"""After an event an enterprise mends its ways for a year. So a past penalty tells less than it seems to, and what
an enterprise does now tells more."""

DETERRENCE_MARGIN = 1.35
"""The hazard is set higher by this much, to bring about the wanted rate in spite of deterrence."""

NO_MONTH = -1000

INSPECTION_PART = 0.08
"""Share of the adverse rate that inspection findings bring; the rest comes from the hazard here."""


class Outcome(IntEnum):
    """The kind of official event."""

    PENALTY_GENERAL = 0
    PENALTY_SERIOUS = 1
    CUSTOMS_DISHONEST = 2
    TAX_D = 3
    SAFE_C = 4
    COURT = 5


OUTCOME_SHARES = (0.50, 0.14, 0.09, 0.09, 0.08, 0.10)


@dataclass(frozen=True)
class Outcomes:
    """Events in order of enterprise and month.

    ``hazard`` (enterprise, month) is that of an enterprise that was not punished lately; ``happened`` marks the months
    with an event.
    """

    enterprise: Integers
    day: Integers
    kind: Integers
    hazard: Floats
    happened: Booleans


def risk(world: World) -> Floats:
    """Log hazard by enterprise and month, up to a constant."""
    calendar, population = world.calendar, world.population
    seen = _before(world.conduct.levels)
    tax, settlement, purchasing = seen[Kind.TAX], seen[Kind.SETTLEMENT], seen[Kind.PURCHASING]
    papers, pricing = seen[Kind.PAPERS], seen[Kind.PRICING]
    returns, logistics = seen[Kind.RETURNS], seen[Kind.LOGISTICS]
    is_young = calendar.month_starts[None, :-1] < population.established[:, None] + YOUNG_DAYS
    return np.asarray(
        1.5 * np.clip(tax - 0.35, 0, None)
        + 5.0 * purchasing
        + 6.0 * purchasing * np.maximum(pricing, settlement)
        + 3.5 * np.maximum(papers, pricing) ** 2
        + 4.5 * returns * (1 - logistics)
        + 1.0 * is_young * papers
        + PLANTED_LIFT * _planted(calendar, population, world.plan)
    )


def happen(world: World) -> Outcomes:
    """Draw the official events of all months, two years before the span of trade included."""
    settings, calendar, population = world.settings, world.calendar, world.population
    random = settings.stream("outcomes")
    log_risk = risk(world) + random.normal(0, FRAILTY, population.size)[:, None]
    exposure = _exposed(calendar, population)
    level = _level(log_risk, exposure, calendar, settings.adverse_rate * (1 - INSPECTION_PART) * DETERRENCE_MARGIN)
    hazard = np.exp(level + log_risk) * exposure
    happened = _one_month_after_another(hazard, random.random(hazard.shape))
    enterprise, month = np.nonzero(happened)
    length = np.diff(calendar.month_starts)[month]
    day = calendar.month_starts[month] + (random.random(len(month)) * length).astype(np.int64)
    kind = random.choice(len(OUTCOME_SHARES), len(month), p=OUTCOME_SHARES)
    return Outcomes(enterprise, day, kind, hazard, happened)


def _one_month_after_another(hazard: Floats, draw: Floats) -> Booleans:
    """Events month by month: who was punished lately is careful for a while."""
    happened = np.zeros(hazard.shape, dtype=bool)
    last = np.full(len(hazard), NO_MONTH)
    for month in range(hazard.shape[1]):
        now = hazard[:, month] * deterrence(last, month)
        happened[:, month] = draw[:, month] < 1 - np.exp(-now)
        last[happened[:, month]] = month
    return happened


def deterrence(last: Integers, month: int | Integers) -> Floats:
    """What is left of the hazard in a month after the last event's month."""
    return np.where(month - last <= DETERRED_MONTHS, DETERRED, 1.0)


def last_event(happened: Booleans) -> Integers:
    """The month of the last event up to each month (enterprise, month); ``NO_MONTH`` where there was none."""
    months = np.where(happened, np.arange(happened.shape[1])[None, :], NO_MONTH)
    return np.maximum.accumulate(months, axis=1)


def probability(hazard: Floats, happened: Booleans, findings: Floats) -> Floats:
    """Chance of an event in the six months after each month (enterprise, month).

    Parameters
    ----------
    hazard, happened:
        As of ``Outcomes``: what is known of deterrence up to the month counts, nothing later.
    findings:
        Expected grave inspection findings by month, which deterrence leaves as they are.
    """
    last = last_event(happened)
    months = np.arange(hazard.shape[1])[None, :]
    ahead = np.zeros(hazard.shape)
    for step in range(1, HORIZON_MONTHS + 1):
        later = np.pad(hazard, ((0, 0), (0, step)))[:, step:] * deterrence(last, months + step)
        ahead += later + np.pad(findings, ((0, 0), (0, step)))[:, step:]
    return np.asarray(1 - np.exp(-ahead))


def _before(levels: Floats) -> Floats:
    """Mean of the months before each month; the first month stands for those before it."""
    padded = np.concatenate([np.repeat(levels[..., :1], DELAY_MONTHS, axis=-1), levels], axis=-1)
    months = levels.shape[-1]
    parts = [padded[..., back : back + months] for back in range(DELAY_MONTHS)]
    return np.asarray(sum(parts) / DELAY_MONTHS)


def _planted(calendar: Calendar, population: Population, plan: Plan) -> Floats:
    active = np.zeros((population.size, calendar.month_count))
    for episode in plan.episodes:
        first, last = calendar.month_of(np.array([episode.first_day, episode.last_day + 90]))
        active[episode.enterprise, first + 1 : last + 1] = 1
    return active


def _exposed(calendar: Calendar, population: Population) -> Booleans:
    """An enterprise that is not yet founded, or struck off, cannot be punished."""
    starts = calendar.month_starts[None, :-1]
    return np.asarray((starts >= population.established[:, None]) & (starts < population.closed_on[:, None]))


def _level(log_risk: Floats, exposure: Booleans, calendar: Calendar, wanted: float) -> float:
    """The constant at which the mean chance over the months of trade is the wanted rate."""
    months = calendar.trade_months
    low, high = -12.0, 2.0
    for _ in range(50):
        middle = (low + high) / 2
        hazard = np.exp(middle + log_risk) * exposure
        chance = probability(hazard, np.zeros(hazard.shape, dtype=bool), np.zeros(hazard.shape))[:, months]
        low, high = (middle, high) if chance[exposure[:, months]].mean() < wanted else (low, middle)
    return middle
