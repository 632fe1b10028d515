"""What is really so: written beside the feeds, for the eyes of those who measure, and read by no other command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.simulation.columns import dates, words
from pipelines.simulation.conduct import KINDS, Kind
from pipelines.simulation.enterprises import Temperament
from pipelines.simulation.inspections import Inspections
from pipelines.simulation.outcomes import Outcome, Outcomes, deterrence, last_event, probability
from pipelines.simulation.plan import Plan
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

HORIZON_DAYS = 180


@dataclass(frozen=True)
class Truth:
    """Tables of the truth: enterprises by month end, planted episodes, adverse events."""

    enterprises: pa.Table
    episodes: pa.Table
    events: pa.Table

    def write(self, folder: Path) -> None:
        """Write the three tables as Parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("enterprises", "episodes", "events"):
            pq.write_table(getattr(self, name), folder / f"{name}.parquet", compression="zstd", store_schema=False)


def tell(world: World, outcomes: Outcomes, inspections: list[Inspections]) -> Truth:
    """Put the truth together."""
    findings = findings_hazard(world, inspections)
    return Truth(
        enterprises=_enterprises(world, outcomes, findings),
        episodes=_episodes(world),
        events=_events(world, outcomes, inspections),
    )


def findings_hazard(world: World, inspections: list[Inspections]) -> Floats:
    """Expected grave findings by enterprise and month: chance to be chosen times chance of a grave finding."""
    hazard = np.zeros((world.population.size, world.calendar.month_count))
    for inspection in inspections:
        np.add.at(hazard, (inspection.documents.seller, inspection.documents.month), inspection.expected_grave)
    return hazard


def _events(world: World, outcomes: Outcomes, inspections: list[Inspections]) -> pa.Table:
    calendar = world.calendar
    names = [kind.name.lower() for kind in Outcome] + ["inspection_finding"]
    kept = outcomes.day <= calendar.last_day + HORIZON_DAYS
    enterprise, day, kind = [outcomes.enterprise[kept]], [outcomes.day[kept]], [outcomes.kind[kept]]
    for inspection in inspections:
        grave = inspection.grave
        enterprise.append(inspection.documents.seller[grave])
        day.append(inspection.documents.day[grave])
        kind.append(np.full(len(grave), len(names) - 1))
    who, when, what = np.concatenate(enterprise), np.concatenate(day), np.concatenate(kind)
    order = np.lexsort((what, when, who))
    who, when, what = who[order], when[order], what[order]
    return pa.table(
        {
            "uscc": world.uscc(who),
            "event_on": dates(when),
            "kind": words(names, what),
            "is_within_the_feeds": pa.array(when <= calendar.last_day),
        }
    )


def _enterprises(world: World, outcomes: Outcomes, findings: Floats) -> pa.Table:
    """One row per enterprise and month end of the span."""
    calendar, population = world.calendar, world.population
    months = calendar.trade_months
    chance = probability(outcomes.hazard, outcomes.happened, findings)
    every_month = np.arange(world.calendar.month_count)[None, :]
    hazard = outcomes.hazard * deterrence(last_event(outcomes.happened), every_month) + findings
    enterprise, month = (part.ravel() for part in np.meshgrid(np.arange(population.size), months, indexing="ij"))
    ends = calendar.month_starts[month + 1] - 1
    planted = _planted_words(world.plan, population.size)
    columns = {
        "uscc": world.uscc(enterprise),
        "month_end": dates(ends),
        "temperament": words([kind.name.lower() for kind in Temperament], population.temperament[enterprise]),
        "planted": words(planted, enterprise),
        "hazard": pa.array(hazard[enterprise, month]),
        "probability_180": pa.array(chance[enterprise, month]),
    }
    for kind in range(KINDS):
        columns[Kind(kind).name.lower()] = pa.array(world.conduct.levels[kind, enterprise, month])
    return pa.table(columns)


def _planted_words(plan: Plan, size: int) -> list[str]:
    carried: list[list[str]] = [[] for _ in range(size)]
    for episode in plan.episodes:
        carried[episode.enterprise].append(episode.typology)
    return ["|".join(sorted(set(words_of))) for words_of in carried]


def _episodes(world: World) -> pa.Table:
    plan = world.plan
    who = np.array([episode.enterprise for episode in plan.episodes], dtype=np.int64)
    return pa.table(
        {
            "typology": pa.array([episode.typology for episode in plan.episodes], pa.string()),
            "uscc": world.uscc(who),
            "first_day": dates(np.array([episode.first_day for episode in plan.episodes], dtype=np.int64)),
            "last_day": dates(np.array([episode.last_day for episode in plan.episodes], dtype=np.int64)),
            "group": pa.array([episode.group for episode in plan.episodes], pa.int64()),
        }
    )
