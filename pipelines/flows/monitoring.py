"""Monitoring and what follows from it: a look each morning, artifacts and alarms for operators, and retraining."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from models.validation.watching import watch_bounds
from pipelines.flows.alarms import raise_alarm
from pipelines.flows.training import training
from pipelines.steps import monitoring as steps
from pipelines.steps.model_watch import ModelWatch
from pipelines.steps.retraining import trigger_of
from pipelines.wiring import Wiring


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=60, timeout_seconds=3600)
def look(wiring: Wiring, business_date: date) -> steps.Watch:
    """Look at ledger, feeds, outbox, grades and model; every alarm becomes an event and a warning of the run."""
    watch = steps.watch(wiring.home, business_date, wiring.registry)
    alarms = "\n".join(f"- {alarm}" for alarm in watch.alarms) or "Nothing to act on."
    create_markdown_artifact(key=f"watch-{business_date}", markdown=f"# {business_date}\n\n{alarms}")
    if watch.model is not None:
        create_table_artifact(
            key=f"drift-{business_date}",
            table=list(_drift_rows(watch.model)),
            description=f"Stability index of the inputs and scores of version {watch.model.version}",
        )
    for alarm in watch.alarms:
        raise_alarm(wiring, alarm)
    return watch


@flow(name="monitoring", validate_parameters=False, persist_result=False)
def monitoring(wiring: Wiring, business_date: date) -> steps.Watch:
    """Look at the home after the run for a business date."""
    return look(wiring, business_date)


@flow(name="retraining", validate_parameters=False, persist_result=False)
def retraining(wiring: Wiring, business_date: date) -> dict[str, Any]:
    """Train a challenger where drift, calibration or the calendar asks for one. It ends in a pack, not a promotion."""
    watch = look(wiring, business_date)
    trigger = trigger_of(watch.model, wiring.registry, business_date, watch_bounds(business_date))
    if trigger is None:
        return {"trigger": None}
    trained, validation = training(wiring, business_date)
    passed = validation is not None and validation.result.passed
    create_markdown_artifact(
        key=f"retraining-{business_date}",
        markdown=f"**{trigger.kind}**: {trigger.says}\n\nChallenger {trained.challenger_version or 'none'}, "
        f"{'passes every gate; propose it if you stand by it' if passed else 'refused by a gate or not fitted'}.",
    )
    return {
        "trigger": trigger.kind,
        "says": trigger.says,
        "challenger": trained.challenger_version,
        "passes": passed,
        "refused_by": [check.name for check in validation.result.refusals] if validation else [],
    }


def _drift_rows(model: ModelWatch) -> Iterator[dict[str, Any]]:
    rows = ([("score", model.score)] if model.score else []) + list(model.inputs[:20])
    for name, moved in rows:
        yield {"what": name, "index": round(moved.index, 4), "luck explains": round(moved.bound, 4)}
