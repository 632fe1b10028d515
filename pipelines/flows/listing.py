"""The list at its hour: the day's own, or the one before, marked stale, with an alarm."""

from __future__ import annotations

from datetime import date

from prefect import flow

from pipelines.flows.alarms import raise_alarm
from pipelines.steps.standing_in import Placed, place_list
from pipelines.wiring import Wiring


@flow(name="list-due", validate_parameters=False, persist_result=False)
def list_due(wiring: Wiring, business_date: date, error: str = "") -> Placed:
    """Put a list in place for a day, whatever became of its run. ``error`` is what a failed run said."""
    placed = place_list(wiring.home, business_date, error)
    if placed.alarm:
        raise_alarm(wiring, placed.alarm)
    return placed
