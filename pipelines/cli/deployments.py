"""The flows as they are deployed: with a schedule instead of a person, so they read the clock and the environment.

``prefect.yaml`` names these as entry points. Each is run by a worker of the pool ``xinji``.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from prefect import flow

from expectations.vocabulary.moment import zoned
from pipelines.cli.output import now
from pipelines.settings import keep_libraries_quiet
from pipelines.wiring import Wiring, wire


def _wired(home: str | None) -> Wiring:
    wired = wire(Path(home) if home else None)
    keep_libraries_quiet(wired.path)
    return wired


def _yesterday() -> date:
    return zoned(now()).date() - timedelta(days=1)


@flow(name="scheduled-daily")
def scheduled_daily(home: str | None = None, business_date: date | None = None) -> dict[str, Any]:
    """Take in what lies in the inbox, then decide about a business date: yesterday when none is given."""
    from pipelines.flows.daily import daily
    from pipelines.flows.ingest import ingest
    from pipelines.flows.listing import list_due

    wired, day = _wired(home), business_date or _yesterday()
    inbox = wired.path / "inbox"
    try:
        if inbox.is_dir() and any(inbox.iterdir()):
            ingest(wired, inbox, now())
        return daily(wired, day).to_json()
    except Exception as error:
        list_due(wired, day, str(error) or type(error).__name__)
        raise


@flow(name="scheduled-list")
def scheduled_list(home: str | None = None, business_date: date | None = None) -> bool:
    """At the hour of the list: the day's own is put in place, or the one before, marked stale, with an alarm."""
    from pipelines.flows.listing import list_due

    return list_due(_wired(home), business_date or _yesterday()).is_stale


@flow(name="scheduled-monitoring")
def scheduled_monitoring(home: str | None = None, business_date: date | None = None) -> dict[str, Any]:
    """Check the ledger, the feeds, the outbox, the drift of inputs, scores and grades, and what matured labels say."""
    from pipelines.flows.monitoring import monitoring

    return monitoring(_wired(home), business_date or _yesterday()).to_json()


@flow(name="scheduled-retraining")
def scheduled_retraining(home: str | None = None, business_date: date | None = None) -> dict[str, Any]:
    """Train a challenger where drift, calibration or the calendar asks for one. It never becomes champion by itself."""
    from pipelines.flows.monitoring import retraining

    return retraining(_wired(home), business_date or _yesterday())


@flow(name="scheduled-delivery")
def scheduled_delivery(home: str | None = None) -> dict[str, Any]:
    """Send what waits in the outbox."""
    from pipelines.flows.delivery import delivery

    return delivery(_wired(home), now)
