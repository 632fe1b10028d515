"""The ingest flow: every batch at the door, judged by its gates, with Data Docs that a person can read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from pipelines.steps.ingest.batch import take_in
from pipelines.steps.ingest.report import IngestReport
from pipelines.wiring import Wiring

_HOUR = 3600


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10, timeout_seconds=6 * _HOUR)
def take(wiring: Wiring, path: Path, received_at: datetime) -> IngestReport:
    """Take every batch in. Trying again cannot take one twice."""
    docs = wiring.data_docs()
    report = take_in(wiring.intake(docs), path, received_at)
    docs.build()
    create_table_artifact(
        key="ingest",
        table=[{"table": name, **counts} for name, counts in report.tables().items()],
        description=f"Rows taken in from {path.name}",
    )
    return report


@flow(name="ingest", validate_parameters=False, persist_result=False)
def ingest(wiring: Wiring, path: Path, received_at: datetime) -> IngestReport:
    """Take in whatever lies at a path."""
    return take(wiring, path, received_at)
