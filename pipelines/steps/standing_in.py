"""What goes out at the hour of the list: the day's own, or the last one before it, marked stale with the cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.errors import NotFoundError
from pipelines.steps.alarms import Runbook
from pipelines.steps.home import Home
from pipelines.steps.listing import risk_list, stale_list
from pipelines.steps.publishing import write_list_of
from pipelines.storage import decisions


@dataclass(frozen=True)
class Placed:
    """What was put in place for a day.

    Attributes
    ----------
    is_stale:
        Whether an earlier list stands in.
    alarm:
        What an operator must know; empty where all is as it should be.
    """

    business_date: str
    list_of: str | None
    is_stale: bool
    files: tuple[Path, ...]
    alarm: str = ""


def place_list(home: Home, business_date: date, error: str = "") -> Placed:
    """Put a list in place as that of a day. A stale one never takes the place of the day's own.

    ``error`` is what a failed run said; empty where the run is not there yet.
    """
    with home.database.reading() as connection:
        has_run = decisions.run_for(connection, business_date) is not None
    wanted = business_date.isoformat()
    if has_run:
        files = write_list_of(home, risk_list(home, business_date), business_date)
        return Placed(wanted, wanted, False, files)
    what = f"failed: {error}" if error else "is late"
    remedy = f"Run it: xinji run --date {wanted}"
    try:
        found = stale_list(home, business_date, "failed" if error else "late", error)
    except NotFoundError:
        none = f"The run for {wanted} {what}. There is no earlier list to send. {remedy}"
        return Placed(wanted, None, True, (), Runbook.LIST_STALE.alarm(none))
    files = write_list_of(home, found, business_date)
    said = f"The run for {wanted} {what}. The list of {found.business_date} went out instead, marked stale. {remedy}"
    return Placed(wanted, found.business_date, True, files, Runbook.LIST_STALE.alarm(said))
