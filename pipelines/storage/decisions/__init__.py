"""What was decided: the commit of a run, and the questions asked of it afterwards.

The ledger is the source of truth; the tables here are projections that ``rebuild`` makes again from it.
"""

from pipelines.storage.decisions.commit import Commit, commit_run, rebuild
from pipelines.storage.decisions.queries import (
    GradePoint,
    LatestDecisions,
    alerts_seen,
    carried_alerts,
    decided_enterprises,
    decided_since,
    decision,
    decision_ids_of,
    decisions_about,
    decisions_of,
    grade_history,
    grades_on,
    latest_alert,
    latest_alerts,
    latest_decision,
    latest_run_date,
    open_alerts,
    published_before,
    run_before,
    run_dates,
    run_for,
)
from pipelines.storage.decisions.record import REGRADE, Judged, Record, Run, alert_records

__all__ = [
    "REGRADE",
    "Commit",
    "GradePoint",
    "Judged",
    "LatestDecisions",
    "Record",
    "Run",
    "alert_records",
    "alerts_seen",
    "carried_alerts",
    "commit_run",
    "decided_enterprises",
    "decided_since",
    "decision",
    "decision_ids_of",
    "decisions_about",
    "decisions_of",
    "grade_history",
    "grades_on",
    "latest_alert",
    "latest_alerts",
    "latest_decision",
    "latest_run_date",
    "open_alerts",
    "published_before",
    "rebuild",
    "run_before",
    "run_dates",
    "run_for",
]
