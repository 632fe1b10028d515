"""Alarms: what an operator must act on, as a warning of the run and an event to listen for."""

from __future__ import annotations

from prefect import get_run_logger
from prefect.events import emit_event

from pipelines.wiring import Wiring

ALARM = "xinji.monitoring.alarm"
"""The event that an operator's automation listens for, such as one that sends a mail."""


def raise_alarm(wiring: Wiring, says: str) -> None:
    """Tell operators. Only inside a flow or a task."""
    get_run_logger().warning(says)
    emit_event(ALARM, {"prefect.resource.id": f"xinji.home.{wiring.path.name}"}, payload={"says": says})
