"""A whole zone made up: landing files of every source, with the truth beside them. A generator, not evidence."""

from pipelines.simulation.settings import Outage, ZoneSettings
from pipelines.simulation.zone import SimulationReport, simulate

__all__ = ["Outage", "SimulationReport", "ZoneSettings", "simulate"]
