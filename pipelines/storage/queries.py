"""Questions as those who serve them ask: each from a consistent snapshot, never behind a writer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from expectations.vocabulary.moment import zoned
from pipelines.storage import decisions
from pipelines.storage.database import Database
from pipelines.storage.decisions import GradePoint
from pipelines.storage.reads import reads_about


class DatabaseQueries:
    """What was decided, as the API sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._latest = decisions.LatestDecisions(database)

    def latest_decision(self, uscc: str, as_of: date | None) -> dict[str, Any] | None:
        """The decision record that holds for an enterprise, now or as of a day."""
        if as_of is None:
            return self._latest.of(uscc)
        with self._database.reading() as connection:
            return decisions.latest_decision(connection, uscc, as_of)

    def grade_history(self, uscc: str) -> list[GradePoint]:
        """An enterprise's grades, oldest first, one per day."""
        with self._database.reading() as connection:
            return decisions.grade_history(connection, uscc)

    def known_at(self, business_date: date) -> datetime | None:
        """The knowledge cutoff of the day's latest run; None where there was no run."""
        with self._database.reading() as connection:
            run = decisions.run_for(connection, business_date)
        return run.known_at if run else None

    def decisions_of(self, business_date: date, after: str, limit: int | None) -> list[dict[str, Any]]:
        """A page of the day's decision records by USCC."""
        with self._database.reading() as connection:
            return list(decisions.decisions_of(connection, business_date, after=after, limit=limit))

    def open_alerts(self, business_date: date) -> list[dict[str, Any]]:
        """The alert episodes open on a day."""
        with self._database.reading() as connection:
            return decisions.open_alerts(connection, business_date)

    def alert(self, alert_id: str) -> dict[str, Any] | None:
        """An alert as the latest run that knew it saw it."""
        with self._database.reading() as connection:
            return decisions.latest_alert(connection, alert_id)

    def looks(self, uscc: str, hide_inquiries: bool) -> list[dict[str, Any]]:
        """Who looked at an enterprise, oldest first; without those since an alert opened that nobody has checked."""
        with self._database.reading() as connection:
            found = reads_about(connection, uscc)
            day = decisions.latest_run_date(connection) if hide_inquiries else None
            alerts = decisions.open_alerts(connection, day) if day else []
        waiting = [one["opened_on"] for one in alerts if one["uscc"] == uscc and not one["finding"]]
        if not waiting:
            return found
        return [one for one in found if zoned(datetime.fromisoformat(one["at"])).date().isoformat() < min(waiting)]

    def check(self) -> None:
        """Raise when the database does not answer."""
        with self._database.reading() as connection:
            decisions.latest_run_date(connection)
