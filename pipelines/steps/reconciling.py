"""Sent, received, acted on: whether what went to the risk-control system agrees with what it says it has.

A receipt is a line of JSON Lines with the ``id`` of a message that the receiver has taken, as it lists them itself. An
acknowledgement only says that a request was answered; the receipt says that the message is there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from expectations.errors import UsageError
from models.people.acts import Kind
from pipelines.steps.dead_letters import DeadLetter, dead_letters
from pipelines.steps.home import Home
from pipelines.storage import decisions, outbox
from pipelines.storage.acts import acts_known
from pipelines.storage.outbox import Message
from reports.alerts.alert import alert_from_json
from reports.messages.kinds import MessageKind
from reports.supervision.actions import due_on

_DECLINED: Final = ("explained", "data_error")
_SHOWN: Final = 100


@dataclass(frozen=True)
class Reconciliation:
    """How delivery stands.

    Attributes
    ----------
    counts:
        Messages by state; together they are all that was ever written.
    lost:
        Acknowledged here, and not among the receiver's receipts. Only where receipts were given.
    unknown, repeated:
        Receipts of messages that were never sent, and of messages taken more than once.
    unanswered:
        Among the receipts, and not acknowledged here: the answer was lost. It is sent again and recognised.
    dead_letters:
        Dead messages with their reason and whoever answers for each.
    given_up:
        Messages that were let go for good, each by an act in the ledger: not delivered, and accounted for.
    acted, declined, open_alerts, overdue:
        Of the alerts that were delivered: confirmed; explained or a data error; not checked yet; of those, past their
        day.
    """

    counts: Mapping[str, int]
    has_receipts: bool
    lost: tuple[str, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    unanswered: tuple[str, ...]
    dead_letters: tuple[DeadLetter, ...]
    given_up: tuple[str, ...]
    acted: int
    declined: int
    open_alerts: int
    overdue: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything written was received once or given up, and whatever is due was acted on or declined."""
        undelivered = sum(self.counts[state] for state in (outbox.PENDING, outbox.SENT, outbox.DEAD))
        return not (undelivered or self.lost or self.unknown or self.repeated or self.overdue)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; of each list no more than a hundred."""
        listed = {
            name: {"count": len(found), "first": list(found[:_SHOWN])}
            for name in ("lost", "unknown", "repeated", "unanswered", "given_up", "overdue")
            for found in [getattr(self, name)]
        }
        alerts = {"acted": self.acted, "declined": self.declined, "open": self.open_alerts}
        return {
            "holds": self.holds,
            "has_receipts": self.has_receipts,
            "messages": dict(self.counts),
            "alerts": alerts,
            "dead_letters": [one.to_json() for one in self.dead_letters[:_SHOWN]],
            **listed,
        }


def read_receipts(path: Path) -> list[str]:
    """The message ids of a file of receipts. A line that says ``refused`` is about what the receiver has not taken.

    Raises
    ------
    UsageError
        When a line is no receipt, with its number.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            receipt = json.loads(line)
            if receipt.get("status") != "refused":
                found.append(str(receipt["id"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"Line {number} of {path} is no receipt.", 'Write {"id": "..."} a line.') from error
    return found


def reconcile(home: Home, today: date, receipts: Sequence[str] | None = None) -> Reconciliation:
    """Compare the outbox with the receiver's receipts, and delivered alerts with what became of them."""
    with home.database.reading() as connection:
        sent = outbox.messages(connection)
        dead = dead_letters(connection)
        alerts = decisions.latest_alerts(connection)
        found = {act.about: act.content["finding"] for act in acts_known(connection) if act.kind is Kind.FINDING}
    counts = Counter(message.state for message in sent)
    opened = [
        json.loads(message.body)["data"]
        for message in sent
        if _is_delivered(message) and message.kind == MessageKind.ALERT_OPENED
    ]
    findings = {one["alert_id"]: found.get(one["alert_id"]) or _latest(alerts, one)["finding"] for one in opened}
    waiting = [_latest(alerts, one) for one in opened if findings[one["alert_id"]] is None]
    standing = [one for one in waiting if one["closed_on"] is None]
    policy = home.policies.in_force(today)
    late = [one["alert_id"] for one in standing if due_on(alert_from_json(one), policy) < today]
    return Reconciliation(
        counts={state: counts[state] for state in outbox.STATES},
        has_receipts=receipts is not None,
        **_compared(sent, receipts or (), has_receipts=receipts is not None),
        dead_letters=tuple(dead),
        given_up=tuple(one.message_id for one in sent if one.state == outbox.GIVEN_UP),
        acted=sum(finding == "confirmed" for finding in findings.values()),
        declined=sum(finding in _DECLINED for finding in findings.values()),
        open_alerts=len(standing),
        overdue=tuple(sorted(late)),
    )


def _compared(sent: Iterable[Message], receipts: Sequence[str], *, has_receipts: bool) -> dict[str, tuple[str, ...]]:
    if not has_receipts:
        return dict.fromkeys(("lost", "unknown", "repeated", "unanswered"), ())
    state = {message.message_id: message.state for message in sent}
    taken = Counter(receipts)
    acknowledged = {name for name, one in state.items() if one == outbox.ACKNOWLEDGED}
    return {
        "lost": tuple(sorted(acknowledged - taken.keys())),
        "unknown": tuple(sorted(taken.keys() - state.keys())),
        "repeated": tuple(sorted(name for name, times in taken.items() if times > 1)),
        "unanswered": tuple(sorted((taken.keys() & state.keys()) - acknowledged)),
    }


def _latest(alerts: Mapping[str, dict[str, Any]], opened: Mapping[str, Any]) -> Mapping[str, Any]:
    return alerts.get(opened["alert_id"], opened)


def _is_delivered(message: Message) -> bool:
    return message.state == outbox.ACKNOWLEDGED
