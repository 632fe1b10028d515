"""The steps of the statistics, in the order they need each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from features.engine import Engine, read_step

STEPS = ("released_document", "returned_document", "trade_cell", "vehicle_year", "document_match")


def build_statistics(engine: Engine, first: date, last: date) -> None:
    """Make one table per step of what was released, completed or declared from ``first`` to ``last``, both included.

    Needs the ``known_`` views. A bulletin reads ``trade_cell``, ``vehicle_year``, ``document_match``, and of
    ``returned_document`` the returns that name no counted document.
    """
    for step in STEPS:
        engine.create_table(step, read_step("features.statistics", step), {"from_day": first, "to_day": last})


def main_modes(engine: Engine, first: date, last: date) -> Mapping[str, str]:
    """The supervision mode of most documents, of everybody who declared any in the period. Needs ``known_`` views."""
    rows = engine.rows(read_step("features.statistics", "main_mode"), {"from_day": first, "to_day": last})
    return {str(uscc): str(mode) for uscc, mode in rows}
