"""What a run is on record, and how entries of the ledger become rows of the projections. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from expectations.errors import UsageError
from expectations.vocabulary.grade import Grade
from models.grade.record import SealedRecord
from models.people.acts import Act
from pipelines.storage.outbox import NewMessage
from reports.alerts.episodes import AlertDay

Record = Mapping[str, Any]

REGRADE = "regrade"
"""State of a run that decided again about some enterprises only."""


@dataclass(frozen=True, slots=True)
class Run:
    """One committed daily run: which inputs, which judgement.

    Attributes
    ----------
    business_date, known_at:
        D and K. There is one run for each pair.
    snapshot_digest:
        The pinned list of lake files.
    feature_path, feature_digest:
        The feature vectors in the lake, relative to the home, and the sha256 of the file.
    code_version:
        The version of this software.
    state:
        ``complete``; ``withheld`` when gates kept something from this run; ``regrade`` when it decided again about
        some enterprises only, and says nothing of the others or of alerts.
    """

    business_date: date
    known_at: datetime
    snapshot_digest: str
    policy_digest: str
    model_version: str
    model_digest: str
    feature_path: str
    feature_digest: str
    code_version: str
    state: str = "complete"

    def body(self) -> dict[str, Any]:
        """The run as it stands in the ledger."""
        return asdict(self)

    @classmethod
    def of_body(cls, body: Record) -> Run:
        """The run that a ledger entry records."""
        fields = {name: body[name] for name in cls.__slots__}
        fields["business_date"] = date.fromisoformat(fields["business_date"])
        fields["known_at"] = datetime.fromisoformat(fields["known_at"])
        return cls(**fields)


@dataclass(frozen=True)
class Judged:
    """A day's outcome, ready to be committed.

    ``alerts`` are the day's episodes as ``alert_records`` gives them; ``acts`` what the run itself did to people.
    """

    decisions: Iterable[SealedRecord] = ()
    alerts: Iterable[Record] = ()
    messages: Sequence[NewMessage] = ()
    acts: Sequence[Act] = ()


def decision_row(run: Run, record: Record, position: int) -> tuple[Any, ...]:
    """The projection of a decision record (design, section 6, ``grade``), in the order of the table's columns."""
    if record["date"] != run.business_date.isoformat():
        problem = f"Decision {record['decision_id']} is for {record['date']}, the run for {run.business_date}."
        raise UsageError(problem, "Commit a run's own decisions only.")
    return (
        record["decision_id"],
        record["uscc"],
        run.business_date,
        run.known_at,
        position,
        record["grade"],
        record["score"],
        record["status"],
        _has_risen(record),
        record["supersedes"],
    )


def _has_risen(record: Record) -> bool:
    grade, previous = record["grade"], record["previous_grade"]
    return bool(grade and previous) and Grade(grade).is_better_than(Grade(previous))


def alert_row(run: Run, record: Record, position: int) -> dict[str, Any]:
    """The projection of an alert episode as this run saw it."""
    return {
        "alert_id": record["alert_id"],
        "business_date": run.business_date,
        "known_at": run.known_at,
        "position": position,
        "uscc": record["uscc"],
        "rule": record["rule"],
        "severity": record["severity"],
        "opened_on": _day(record["opened_on"]),
        "closed_on": _day(record["closed_on"]),
        "is_carried": record["is_carried"],
    }


def alert_records(day: AlertDay) -> list[Record]:
    """A day's alerts as a run records them: every one that tomorrow must know of, and those that ended today."""
    carried = {alert.alert_id for alert in day.carried}
    seen = {alert.alert_id: alert for alert in (*day.carried, *day.closed)}
    return [{**alert.to_json(), "is_carried": name in carried} for name, alert in seen.items()]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
