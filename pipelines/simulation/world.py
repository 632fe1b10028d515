"""What every part of a zone shares: who is there, what they sell, how they behave, what is planted."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Integers, words
from pipelines.simulation.conduct import Conduct, behave
from pipelines.simulation.enterprises import Population, populate
from pipelines.simulation.goods import Articles, stock_shelves
from pipelines.simulation.habits import Habits, settle_habits
from pipelines.simulation.plan import Plan, dress, make_plan
from pipelines.simulation.rates import Rates
from pipelines.simulation.settings import ZoneSettings


@dataclass(frozen=True)
class World:
    """A zone before anything happens in it."""

    settings: ZoneSettings
    calendar: Calendar
    population: Population
    plan: Plan
    habits: Habits
    conduct: Conduct
    articles: Articles
    rates: Rates
    codes: pa.Array

    def uscc(self, position: Integers) -> pa.Array:
        """Codes of enterprises; null for a negative position."""
        return words(self.codes, position.clip(0), position >= 0)


def create(settings: ZoneSettings) -> World:
    """Draw the zone that the settings describe."""
    calendar = Calendar(settings)
    population = populate(settings, calendar)
    plan = make_plan(settings, calendar, population)
    dress(plan, population, calendar)
    habits = settle_habits(settings, population, plan)
    return World(
        settings=settings,
        calendar=calendar,
        population=population,
        plan=plan,
        habits=habits,
        conduct=behave(settings, calendar, population),
        articles=stock_shelves(settings, population, habits),
        rates=Rates(settings, calendar),
        codes=pa.array(population.uscc, pa.string()),
    )
