"""The monitoring flow: one look at the home, with an artifact an operator can read."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from pipelines.steps import monitoring as steps
from pipelines.steps.home import Home
from pipelines.wiring import Wiring


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=60, timeout_seconds=3600)
def look(home: Home, business_date: date) -> steps.Watch:
    """Look at ledger, feeds, outbox and grades."""
    watch = steps.watch(home, business_date)
    alarms = "\n".join(f"- {alarm}" for alarm in watch.alarms) or "Nothing to act on."
    create_markdown_artifact(key=f"watch-{business_date}", markdown=f"# {business_date}\n\n{alarms}")
    return watch


@flow(name="monitoring", validate_parameters=False, persist_result=False)
def monitoring(wiring: Wiring, business_date: date) -> dict[str, Any]:
    """Look at the home after the run for a business date."""
    return look(wiring.home, business_date).to_json()
