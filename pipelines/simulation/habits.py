"""Fixed habits of general traders: who imports, and who deals in vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.simulation.columns import Booleans
from pipelines.simulation.enterprises import Population, Temperament
from pipelines.simulation.plan import Plan
from pipelines.simulation.settings import ZoneSettings

IMPORTING_SHARE = 0.3
VEHICLE_SHARE = 0.3
"""Of general traders: who imports, and of the exporters who deals in vehicles."""


@dataclass(frozen=True)
class Habits:
    """Per enterprise: whether its business trade is import, and whether it is in vehicles."""

    imports: Booleans
    deals_in_vehicles: Booleans


def settle_habits(settings: ZoneSettings, population: Population, plan: Plan) -> Habits:
    """Draw the habits. Bearers of a typology export, and those of R10 (the same vehicle twice) deal in vehicles."""
    is_general = population.temperament == Temperament.GENERAL_0110
    imports = is_general & (settings.stream("directions").random(population.size) < IMPORTING_SHARE)
    imports[plan.bearers] = False
    vehicles = is_general & ~imports & (settings.stream("vehicles").random(population.size) < VEHICLE_SHARE)
    vehicles[plan.bearers] = False
    vehicles[[episode.enterprise for episode in plan.of("R10")]] = True
    return Habits(imports, vehicles)
