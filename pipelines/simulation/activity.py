"""How much each enterprise does on each day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Integers
from pipelines.simulation.enterprises import RETAIL, Population, Temperament
from pipelines.simulation.plan import PLANTINGS, Plan
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

BURST_DOCUMENTS = 26.0
"""Documents a day of an R16 burst, over six days: all inside the rule's seven. Before it the enterprise makes a fifth
of one a day, and then sleeps for more than 90 days."""

BURST_DAYS = 6
SLEEP_DAYS = 120
DRIFT_LIFT = 6.0
"""R20: volume after the change of identity against before; the threshold is 3."""

RAMP_DAYS = 40
"""A new enterprise needs this long to reach its size."""


def expected(world: World, members: Integers, mean: float) -> Floats:
    """Expected documents per day and member (day, member); ``mean`` documents a day for a volume of 1."""
    calendar, population, plan = world.calendar, world.population, world.plan
    is_retail = np.isin(population.temperament[members], RETAIL)
    rhythm = np.where(is_retail[None, :], calendar.retail_rhythm()[:, None], calendar.business_rhythm()[:, None])
    volume = population.volume[members].copy()
    for episode in plan.episodes:
        volume[members == episode.enterprise] = np.maximum(
            volume[members == episode.enterprise], PLANTINGS[episode.typology].volume
        )
    years = (calendar.days - calendar.first_day)[:, None] / 365
    growth = np.exp(population.annual_growth[members][None, :] * (years - calendar.days.size / 730))
    level = mean * volume[None, :] * rhythm * growth * _alive(calendar, population, members)
    return _with_planted_volume(level, calendar, plan, members)


def draw(level: Floats, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Documents in order of day: the position of the day and the position of the member, one pair per document."""
    counts = random.poisson(level)
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    return flat // counts.shape[1], flat % counts.shape[1]


def _alive(calendar: Calendar, population: Population, members: Integers) -> Floats:
    since = calendar.days[:, None] - population.active_from[members][None, :]
    is_new = population.active_from[members] > calendar.first_day
    ramp = np.where(is_new[None, :], np.clip((since + 1) / RAMP_DAYS, 0, 1), 1.0)
    return np.asarray(ramp * (calendar.days[:, None] < population.active_to[members][None, :]) * (since >= 0))


def _with_planted_volume(level: Floats, calendar: Calendar, plan: Plan, members: Integers) -> Floats:
    for episode in plan.episodes:
        place = np.flatnonzero(members == episode.enterprise)
        if len(place) == 0:
            continue
        first = episode.first_day - calendar.first_day
        if episode.typology == "R16":
            burst = burst_start(episode.last_day, calendar)
            level[:, place] = np.minimum(level[:, place], 0.2)
            level[max(burst - SLEEP_DAYS, 0) : burst, place] = 0
            level[burst : burst + BURST_DAYS, place] = BURST_DOCUMENTS
        elif episode.typology == "R20":
            level[first:, place] *= DRIFT_LIFT
    return level


def burst_start(last_day: int, calendar: Calendar) -> int:
    """Position of the first day of an R16 burst that ends on a day; a burst leaves room for the sleep before it."""
    return max(last_day - calendar.first_day - BURST_DAYS + 1, min(SLEEP_DAYS, calendar.days.size - BURST_DAYS))


def business_members(population: Population) -> Integers:
    """Enterprises that make declarations of whole consignments."""
    return population.of(
        Temperament.EXPORTER_9710,
        Temperament.OVERSEAS_9810,
        Temperament.GENERAL_0110,
        Temperament.BARTER_TRADER,
        Temperament.BORDER_PROCESSOR,
    )
