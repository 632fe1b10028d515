"""An act: who did what about which enterprise, when, and why. The ledger keeps acts; how things stand follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from expectations.errors import UsageError
from expectations.vocabulary.digest import sha256_of

_ID_LENGTH = 12


class Kind(StrEnum):
    """What an act can be."""

    OVERRIDE_REQUESTED = "override.requested"
    OVERRIDE_APPROVED = "override.approved"
    OVERRIDE_WITHDRAWN = "override.withdrawn"
    ALERT_ASSIGNED = "alert.assigned"
    FINDING = "finding"
    ALERT_CLOSED = "alert.closed"
    OBJECTION_FILED = "objection.filed"
    OBJECTION_ATTACHED = "objection.attached"
    OBJECTION_FORWARDED = "objection.forwarded"
    OBJECTION_EXTENDED = "objection.extended"
    OBJECTION_ANSWERED = "objection.answered"
    NOTICE = "notice"
    CORRECTION_TOLD = "correction.told"
    POLICY_PROPOSED = "policy.proposed"
    POLICY_APPROVED = "policy.approved"
    DEAD_LETTER_ASSIGNED = "dead_letter.assigned"
    DEAD_LETTER_RESENT = "dead_letter.resent"
    DEAD_LETTER_GIVEN_UP = "dead_letter.given_up"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    SUBSCRIPTION_OPENED = "subscription.opened"
    SUBSCRIPTION_ENDED = "subscription.ended"


EVERYBODY = "*"
"""In the place of an enterprise, where an act is about all of them."""


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes
    ----------
    about:
        Id of the override or objection it belongs to; its own id for the act that opens one; the alert that a finding,
        an assignment or a closing is about; the message that could not be delivered.
    account:
        Who acted: an account id, never a name. ``system`` where the daily run itself did.
    at:
        When. A run with a cutoff before it does not know of it.
    content:
        What the kind needs, as plain JSON values.
    """

    kind: Kind
    uscc: str
    about: str
    account: str
    at: datetime
    reason: str
    content: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The act as the ledger keeps it."""
        return {
            "uscc": self.uscc,
            "about": self.about,
            "account": self.account,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "content": dict(self.content),
        }

    @classmethod
    def of_body(cls, kind: str, body: Mapping[str, Any]) -> Act:
        """The act that a ledger entry records."""
        at = datetime.fromisoformat(body["at"])
        return cls(Kind(kind), body["uscc"], body["about"], body["account"], at, body["reason"], body["content"])


def opening_id(kind: Kind, uscc: str, account: str, at: datetime, content: Mapping[str, Any]) -> str:
    """The id of what an act opens: made from it, so that the same act twice opens one thing."""
    return sha256_of([kind.value, uscc, account, at, content])[:_ID_LENGTH]


def with_reason(reason: str) -> str:
    """A reason, without which nothing is done to anybody's grade.

    Raises
    ------
    UsageError
        When it is empty.
    """
    if not reason.strip():
        raise UsageError(
            "An act needs a reason.",
            "Say why, in words that the enterprise may read: --reason WHY",
            zh="请填写理由；企业可能会看到。",
        )
    return reason.strip()


def by_subject(acts: Iterable[Act]) -> Iterator[tuple[str, list[Act]]]:
    """Acts grouped by what they are about, in the order of the first of each."""
    grouped: dict[str, list[Act]] = {}
    for act in acts:
        grouped.setdefault(act.about, []).append(act)
    yield from grouped.items()
