"""Which enterprise carries which typology, and when: the plan that the planting follows and the truth records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Booleans, Integers
from pipelines.simulation.enterprises import Population, Temperament
from pipelines.simulation.settings import ZoneSettings

T = Temperament


class Planting(NamedTuple):
    """How often a typology is planted.

    ``per_hundred`` enterprises of the whole zone, in groups of ``group``; at least ``at_least`` groups. Sizes below
    are multiples of the ordinary volume, so that an episode clears the typology's own minimum count.
    """

    hosts: tuple[Temperament, ...]
    per_hundred: float
    at_least: int = 2
    group: int = 1
    volume: float = 0.0
    days: tuple[int, int] = (90, 240)


PLANTINGS: dict[str, Planting] = {
    "R01": Planting((T.IMPORTER_1210,), 1.0, volume=8.0),
    "R02": Planting((T.IMPORTER_1210,), 1.0, volume=4.5),
    "R03": Planting((T.IMPORTER_1210,), 1.0, volume=1.0),
    "R04": Planting((T.IMPORTER_1210,), 1.0, volume=1.0),
    "R05": Planting((T.IMPORTER_1210,), 1.3, volume=1.0),
    "R06": Planting((T.GENERAL_0110, T.EXPORTER_9710), 1.0, volume=1.5),
    "R07": Planting((T.IMPORTER_1210,), 1.0, volume=1.5),
    "R08": Planting((T.EXPORTER_9610, T.IMPORTER_1210), 1.0, volume=1.0),
    "R09": Planting((T.GENERAL_0110,), 1.0, volume=1.5, days=(400, 401)),
    "R10": Planting((T.GENERAL_0110,), 0.7, volume=1.0),
    "R11": Planting((T.EXPORTER_9710, T.GENERAL_0110), 1.7, at_least=3, volume=1.0, days=(400, 401)),
    "R12": Planting((T.EXPORTER_9610,), 0.4, at_least=1, group=3),
    "R13": Planting((T.EXPORTER_9610, T.IMPORTER_1210), 1.0, volume=2.0),
    "R14": Planting((T.EXPORTER_9710, T.EXPORTER_9610), 0.4, at_least=1, group=4, volume=1.0),
    "R15": Planting((T.OVERSEAS_9810,), 1.0, volume=1.0, days=(400, 401)),
    "R16": Planting((T.EXPORTER_9610, T.EXPORTER_9710), 1.0),
    "R17": Planting((T.BORDER_PROCESSOR,), 0.7, volume=1.0),
    "R18": Planting((T.BARTER_TRADER,), 0.7, volume=1.0, days=(400, 401)),
    "R19": Planting((T.IMPORTER_1210, T.EXPORTER_9610), 1.0, volume=1.0),
    "R20": Planting((T.EXPORTER_9610, T.EXPORTER_9710), 0.7, volume=0.6, days=(60, 90)),
}
"""Rates far above life: two or three bearers of each in a zone of 300, so that each detector has something to find."""

YOUNG_DAYS = 220
"""R14: so long before the end the group is founded, within the 12 months of the rule."""

OPEN_AT_END = 0.6
"""Share of episodes that are still going on at the end, where the daily batches are."""


class Episode(NamedTuple):
    """One enterprise carries one typology from one day to another, both inclusive. Members of a group share it."""

    typology: str
    enterprise: int
    first_day: int
    last_day: int
    group: int


@dataclass(frozen=True)
class Plan:
    """Every planted episode."""

    episodes: tuple[Episode, ...]

    def of(self, typology: str) -> list[Episode]:
        """The episodes of one typology."""
        return [episode for episode in self.episodes if episode.typology == typology]

    def covers(self, typology: str, enterprise: Integers, day: Integers) -> Booleans:
        """For each pair of enterprise and day: whether an episode of the typology is going on."""
        inside: NDArray[Any] = np.zeros(len(enterprise), dtype=bool)
        for episode in self.of(typology):
            inside |= (enterprise == episode.enterprise) & (day >= episode.first_day) & (day <= episode.last_day)
        return inside

    @property
    def bearers(self) -> Integers:
        """Every enterprise that carries a typology at some time."""
        return np.array(sorted({episode.enterprise for episode in self.episodes}), dtype=np.int64)


def make_plan(settings: ZoneSettings, calendar: Calendar, population: Population) -> Plan:
    """Deal the typologies out to enterprises that trade throughout; an enterprise carries one at most."""
    random = settings.stream("plan")
    steady = (population.active_from == calendar.first_day) & (population.active_to > calendar.last_day)
    free = steady.copy()
    episodes: list[Episode] = []
    for typology, planting in PLANTINGS.items():
        wanted = max(planting.at_least, round(planting.per_hundred * settings.enterprises / 100))
        for group in range(round(wanted * settings.typology_intensity)):
            options = np.flatnonzero(free & np.isin(population.temperament, planting.hosts))
            if len(options) < planting.group:
                break  # a small zone has too few of this temperament left: the truth lists what was planted
            chosen = random.choice(options, planting.group, replace=False)
            free[chosen] = False
            first, last = _window(planting, calendar, random, open_at_end=group == 0 or random.random() < OPEN_AT_END)
            episodes += [Episode(typology, int(one), first, last, group) for one in chosen]
    return Plan(tuple(episodes))


def dress(plan: Plan, population: Population, calendar: Calendar) -> None:
    """Make the bearers of R14 what the rule describes: founded lately, at about the same time, without staff."""
    for episode in plan.of("R14"):
        start = max(calendar.last_day - YOUNG_DAYS - 7 * (episode.enterprise % 4), calendar.first_day + 20)
        population.established[episode.enterprise] = start - 15
        population.active_from[episode.enterprise] = start
        population.employees[episode.enterprise] = 0


def _window(
    planting: Planting, calendar: Calendar, random: np.random.Generator, *, open_at_end: bool
) -> tuple[int, int]:
    length = int(random.integers(*planting.days))
    span = calendar.last_day - calendar.first_day
    if length >= span:
        return calendar.first_day, calendar.last_day
    if open_at_end:
        return calendar.last_day - length + 1, calendar.last_day
    first = calendar.first_day + int(random.integers(0, span - length + 1))
    return first, first + length - 1
