"""What officers do about an alert: assign it, find something, close it.

A finding is a row of the alert feedback like any other, with an act in the ledger beside it. Assigning and closing are
acts alone: no feed carries them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from expectations.errors import NotFoundError, UsageError
from expectations.intake.delivery import Delivery, FileOnOffer
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.moment import zoned
from models.people.acts import Act, Kind, with_reason
from pipelines.steps.ingest.batch import take_batch
from pipelines.steps.ingest.correction import ungated
from pipelines.steps.ingest.file import Intake, TakenFile
from pipelines.steps.people import MAY_JUDGE, actor
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known, record_acts
from pipelines.storage.database import Database
from pipelines.storage.working import working_folder

Outcome = Literal["confirmed", "explained", "data_error"]


@dataclass(frozen=True)
class Finding:
    """What an officer found about an alert, by account, with the reason."""

    alert_id: str
    outcome: Outcome
    account: str
    reason: str


@dataclass(frozen=True)
class Doing:
    """Who acts on an alert, why and when."""

    account: str
    reason: str
    at: datetime


def record_finding(intake: Intake, finding: Finding, at: datetime) -> dict[str, Any]:
    """Put a finding on record and into the lake, both in one transaction. Gives the alert as it stood.

    The next run reads it as it reads findings of the risk-control system: it feeds caps, the alert's life and labels.

    Raises
    ------
    NotFoundError
        When no run knows the alert.
    """
    with intake.lake.database.reading() as connection:
        actor(connection, finding.account, MAY_JUDGE)
        alert = _alert(connection, finding.alert_id)
    reason = with_reason(finding.reason)
    content = {"finding": finding.outcome, "rule": alert["rule"]}
    act = Act(Kind.FINDING, alert["uscc"], finding.alert_id, finding.account, at, reason, content)

    def on_commit(connection: Connection, _sequence: int, taken: Sequence[TakenFile]) -> None:
        if taken[0].row.accepted != 1:
            raise UsageError(
                "The finding was not accepted as a row.",
                "Shorten the reason, without line breaks.",
                zh="核查结果未被接收。请缩短理由，不要换行。",
            )
        record_acts(connection, [act])

    row = {
        "alert_id": finding.alert_id,
        "finding": finding.outcome,
        "officer": finding.account,
        "note": reason,
        "decided_at": zoned(at).isoformat(timespec="seconds"),
    }
    with working_folder(intake.lake.root / "working") as work:
        path = work / "alert_feedback.jsonl"
        path.write_text(canonical_json(row) + "\n", encoding="utf-8")
        delivery = Delivery(path, (FileOnOffer("alert_feedback", path.name, path),))
        take_batch(ungated(intake), delivery, at, on_commit)
    return alert


def assign_alert(database: Database, alert_id: str, to: str, doing: Doing) -> dict[str, Any]:
    """Hand an alert to the account that is to check it. Gives the alert as it stood.

    Raises
    ------
    NotFoundError
        When no run knows the alert.
    """
    with database.transaction() as connection:
        actor(connection, doing.account, MAY_JUDGE)
        actor(connection, to, MAY_JUDGE)
        alert = _alert(connection, alert_id)
        reason = with_reason(doing.reason)
        content = {"to": to, "rule": alert["rule"]}
        act = Act(Kind.ALERT_ASSIGNED, alert["uscc"], alert_id, doing.account, doing.at, reason, content)
        record_acts(connection, [act])
    return alert


def close_alert(database: Database, alert_id: str, doing: Doing) -> dict[str, Any]:
    """Close an alert that was checked: the last step of its life. A cap that rests on it ends with it.

    Raises
    ------
    NotFoundError
        When no run knows the alert.
    UsageError
        When nothing was found about it yet.
    """
    with database.transaction() as connection:
        actor(connection, doing.account, MAY_JUDGE)
        alert = _alert(connection, alert_id)
        acts = acts_known(connection, uscc=alert["uscc"])
        if not alert["finding"] and not any(act.kind is Kind.FINDING and act.about == alert_id for act in acts):
            raise UsageError(
                f"Alert {alert_id} was not checked yet.",
                "Put a finding on record first: confirm, explain or data-error.",
                zh=f"预警 {alert_id} 尚未核查。请先填写核查结果。",
            )
        reason = with_reason(doing.reason)
        content = {"rule": alert["rule"]}
        act = Act(Kind.ALERT_CLOSED, alert["uscc"], alert_id, doing.account, doing.at, reason, content)
        record_acts(connection, [act])
    return alert


def _alert(connection: Connection, alert_id: str) -> dict[str, Any]:
    alert = decisions.latest_alert(connection, alert_id)
    if alert is None:
        raise NotFoundError(
            f"There is no alert {alert_id}.",
            "Take the id from 'xinji alerts'.",
            zh=f"没有编号为 {alert_id} 的预警。请重新打开页面查看。",
        )
    return alert
