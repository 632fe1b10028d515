"""The delivery flow: one pass over the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from pipelines.delivery import DeliveryReport, channel_to, deliver
from pipelines.flows.alarms import raise_alarm
from pipelines.steps.alarms import Runbook
from pipelines.wiring import Wiring


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=60, timeout_seconds=3600)
def send(wiring: Wiring, clock: Callable[[], datetime]) -> DeliveryReport:
    """Send what is due. A pass that is killed repeats messages, never their effect."""
    endpoint = wiring.endpoint()
    with channel_to(endpoint) as channel:
        report = deliver(wiring.outbox, endpoint, channel, clock)
    create_markdown_artifact(
        key="delivery",
        markdown=f"{report.acknowledged} acknowledged, {report.failed} to be tried again, {report.dead} dead, "
        f"{report.waiting} waiting. {report.stopped_because}",
    )
    if report.dead:
        says = f"New dead letters: {report.dead}. See: xinji outbox dead"
        raise_alarm(wiring, Runbook.DEAD_LETTERS.alarm(says))
    return report


@flow(name="delivery", validate_parameters=False, persist_result=False)
def delivery(wiring: Wiring, clock: Callable[[], datetime]) -> dict[str, Any]:
    """One pass over the outbox."""
    return asdict(send(wiring, clock))
