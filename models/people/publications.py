"""Publication of policy: one account proposes a change with its first day, another approves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from expectations.errors import ConflictError, UsageError
from models.people.acts import EVERYBODY, Act, Kind, by_subject, opening_id, with_reason
from models.policy.book import PolicyBook
from models.policy.change import Change, change_of, with_change


@dataclass(frozen=True)
class Publication:
    """A change of policy as it stands. It counts once a second account has approved it."""

    id: str
    change: Change
    effective: date
    reason: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "id": self.id,
            "title": self.change.title.model_dump(),
            "rules": sorted([*self.change.values, *self.change.rules]),
            "effective": self.effective.isoformat(),
            "reason": self.reason,
            "proposed_by": self.proposed_by,
            "approved_by": self.approved_by,
        }


def propose(change: Change, effective: date, account: str, at: datetime, reason: str) -> Act:
    """The act that proposes a change."""
    content = {"change": change.model_dump(mode="json"), "effective": effective.isoformat()}
    about = opening_id(Kind.POLICY_PROPOSED, EVERYBODY, account, at, content)
    return Act(Kind.POLICY_PROPOSED, EVERYBODY, about, account, at, with_reason(reason), content)


def approve(publication: Publication, account: str, at: datetime, today: date, reason: str) -> Act:
    """The act of the second pair of eyes, after which the change is policy from its first day on.

    Raises
    ------
    ConflictError
        When the same account proposed it, or it is approved already.
    UsageError
        When its first day is not in the future any more.
    """
    if account == publication.proposed_by:
        raise ConflictError(
            f"Change {publication.id} was proposed by {account}: four eyes are two accounts.",
            "Let another account approve it.",
            zh=f"变更 {publication.id} 由 {account} 提请，须由另一账号批准。",
        )
    if publication.approved_by is not None:
        raise ConflictError(
            f"Change {publication.id} is approved already.",
            "See: xinji policy published",
            zh=f"变更 {publication.id} 已经批准。",
        )
    if publication.effective <= today:
        raise UsageError(
            f"Change {publication.id} would begin on {publication.effective}, which is not after {today}.",
            "Propose it again with a later day: policy never changes the past.",
            zh=f"变更 {publication.id} 的生效日 {publication.effective} 不晚于今天（{today}）。"
            "政策变更不溯及既往，请另选日期重新提请。",
        )
    return Act(Kind.POLICY_APPROVED, EVERYBODY, publication.id, account, at, with_reason(reason))


def publications(acts: Iterable[Act]) -> dict[str, Publication]:
    """Every proposed change by id, as it stands after the acts, in the order of their proposals."""
    found: dict[str, Publication] = {}
    for about, told in by_subject(act for act in acts if act.kind.value.startswith("policy.")):
        for act in told:
            if act.kind is Kind.POLICY_PROPOSED:
                change = change_of(act.content["change"], f"change {about}")
                effective = date.fromisoformat(act.content["effective"])
                found[about] = Publication(about, change, effective, act.reason, act.account, act.at)
            else:
                found[about] = replace(found[about], approved_by=act.account)
    return found


def with_published(book: PolicyBook, acts: Iterable[Act]) -> PolicyBook:
    """The packaged book with every approved change of a home, in the order of their first days."""
    approved = [one for one in publications(acts).values() if one.approved_by is not None]
    for one in sorted(approved, key=lambda publication: publication.effective):
        book = with_change(book, one.change, one.effective)
    return book
