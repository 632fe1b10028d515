"""Objections: receipt at once, forwarded to the source, answered in time; meanwhile no new downgrade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, get_args

from expectations.errors import ConflictError, UsageError
from expectations.intake.attachments import MOST, Paper
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.working_days import working_days_after
from models.people.acts import Act, Kind, by_subject, opening_id, with_reason
from models.policy.values import ObjectionValue

Outcome = Literal["upheld", "rejected"]


class ObjectionState(StrEnum):
    """Where an objection stands."""

    FILED = "filed"
    FORWARDED = "forwarded"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper that was attached: its digest, the name people read, its type, its bytes, and when it came."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as it stands.

    Attributes
    ----------
    target:
        Key of the fact or id of the alert that is disputed, or ``grade`` for an announced downgrade.
    forward_by, answer_by, longest:
        Working days on which it must be forwarded and answered, and the furthest an extension may go.
    """

    id: str
    uscc: str
    target: str
    reason: str
    filed_by: str
    filed_at: datetime
    forward_by: date
    answer_by: date
    longest: date
    state: ObjectionState = ObjectionState.FILED
    forwarded_to: str | None = None
    answered_at: datetime | None = None
    answer: str | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer, so that what it names is disputed."""
        return self.answered_at is None

    def overdue(self, today: date) -> str | None:
        """What should have happened before a day and has not; None while the clock is kept."""
        if self.state is ObjectionState.FILED and today > self.forward_by:
            return "forward"
        return "answer" if self.is_open and today > self.answer_by else None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an enterprise, or an officer for it, objects to."""

    uscc: str
    target: str
    reason: str


def file(complaint: Complaint, account: str, at: datetime, rule: ObjectionValue) -> Act:
    """The act that files an objection; its id is the receipt. The clock starts the day after."""
    day = zoned(at).date()
    content = {
        "target": complaint.target,
        "forward_by": working_days_after(day, rule.forward_working_days).isoformat(),
        "answer_by": working_days_after(day, rule.answer_working_days).isoformat(),
        "longest": working_days_after(day, rule.longest_working_days).isoformat(),
    }
    reason = with_reason(complaint.reason)
    about = opening_id(Kind.OBJECTION_FILED, complaint.uscc, account, at, {**content, "reason": reason})
    return Act(Kind.OBJECTION_FILED, complaint.uscc, about, account, at, reason, content)


def attach(objection: Objection, papers: Sequence[Paper], account: str, at: datetime) -> list[Act]:
    """The acts that attach papers to an objection; those that it has already are passed over.

    Raises
    ------
    ConflictError
        When it is answered.
    UsageError
        When it would have more than ``MOST``.
    """
    _open(objection)
    held = {one.sha256 for one in objection.attachments}
    new = {paper.sha256: paper for paper in papers if paper.sha256 not in held}
    if len(held) + len(new) > MOST:
        raise UsageError(
            f"An objection takes {MOST} files at most.",
            "Send those that show it best, or put pages together into one PDF.",
            zh=f"每件异议最多可附 {MOST} 个文件。请选择最能说明问题的文件，或合并为一个 PDF。",
        )
    return [_attached(objection, paper, account, at) for paper in new.values()]


def _attached(objection: Objection, paper: Paper, account: str, at: datetime) -> Act:
    content = {
        "sha256": paper.sha256,
        "name": paper.name,
        "media_type": paper.media_type,
        "bytes": len(paper.content),
    }
    return Act(Kind.OBJECTION_ATTACHED, objection.uscc, objection.id, account, at, "attached", content)


def forward(objection: Objection, account: str, at: datetime, to: str) -> Act:
    """The act that hands an objection to the department the record came from.

    Raises
    ------
    ConflictError
        When it was forwarded or answered already.
    """
    if objection.state is not ObjectionState.FILED:
        raise ConflictError(
            f"Objection {objection.id} is {objection.state} already.",
            "See: xinji objection list",
            zh=f"异议 {objection.id} 已转交或已办结，不能重复办理。",
        )
    return Act(Kind.OBJECTION_FORWARDED, objection.uscc, objection.id, account, at, with_reason(to), {"to": to})


def extend(objection: Objection, account: str, at: datetime, until: date, reason: str) -> Act:
    """The act that gives the answer more time.

    Raises
    ------
    ConflictError
        When it is answered.
    UsageError
        When the new day is no extension, or later than the longest.
    """
    _open(objection)
    if not objection.answer_by < until <= objection.longest:
        raise UsageError(
            f"Objection {objection.id} is due on {objection.answer_by} and can be extended to {objection.longest} "
            f"at most, not to {until}.",
            "Choose a day between the two.",
            zh=f"异议 {objection.id} 应于 {objection.answer_by} 前答复，最长可延至 {objection.longest}，"
            f"不能延至 {until}。",
        )
    content = {"until": until.isoformat()}
    return Act(Kind.OBJECTION_EXTENDED, objection.uscc, objection.id, account, at, with_reason(reason), content)


def answer(objection: Objection, outcome: Outcome, account: str, at: datetime, reason: str) -> Act:
    """The act that answers an objection.

    Raises
    ------
    ConflictError
        When it is answered, was not forwarded, or the one who filed it would answer it.
    UsageError
        When the outcome is neither of the two: what is on record of an answer is read by every run.
    """
    _open(objection)
    if outcome not in get_args(Outcome):
        raise UsageError(
            f"'{outcome}' is no answer to an objection.",
            f"Use one of: {', '.join(get_args(Outcome))}.",
            zh=f"“{outcome}”不是有效的答复。请选择“成立”或“不成立”。",
        )
    if account == objection.filed_by:
        raise ConflictError(
            f"Objection {objection.id} was filed by {account}.",
            "Let another account answer it.",
            zh=f"异议 {objection.id} 由 {account} 提出，须由另一账号答复。",
        )
    if objection.state is not ObjectionState.FORWARDED:
        raise ConflictError(
            f"Objection {objection.id} has not been forwarded to its source.",
            f"Forward it first: xinji objection forward {objection.id} --to DEPARTMENT",
            zh=f"异议 {objection.id} 尚未转交数据来源部门。请先转交，再答复。",
        )
    content = {"outcome": outcome}
    return Act(Kind.OBJECTION_ANSWERED, objection.uscc, objection.id, account, at, with_reason(reason), content)


def _open(objection: Objection) -> None:
    if not objection.is_open:
        raise ConflictError(
            f"Objection {objection.id} is {objection.state} already.",
            "See: xinji objection list",
            zh=f"异议 {objection.id} 已转交或已办结，不能重复办理。",
        )


def objections_of(acts: Iterable[Act]) -> dict[str, Objection]:
    """Every objection by id, as it stands after the acts, in the order of their filing."""
    found: dict[str, Objection] = {}
    for about, told in by_subject(act for act in acts if act.kind.value.startswith("objection.")):
        for act in told:
            found[about] = _after(found.get(about), act)
    return found


def _after(objection: Objection | None, act: Act) -> Objection:
    content = act.content
    if objection is None:
        return Objection(
            id=act.about,
            uscc=act.uscc,
            target=content["target"],
            reason=act.reason,
            filed_by=act.account,
            filed_at=act.at,
            forward_by=date.fromisoformat(content["forward_by"]),
            answer_by=date.fromisoformat(content["answer_by"]),
            longest=date.fromisoformat(content["longest"]),
        )
    match act.kind:
        case Kind.OBJECTION_FILED:
            return objection  # the same filing twice
        case Kind.OBJECTION_ATTACHED:
            return replace(objection, attachments=(*objection.attachments, _paper_of(act)))
        case Kind.OBJECTION_FORWARDED:
            return replace(objection, state=ObjectionState.FORWARDED, forwarded_to=content["to"])
        case Kind.OBJECTION_EXTENDED:
            return replace(objection, answer_by=date.fromisoformat(content["until"]))
        case _:
            state = ObjectionState(content["outcome"])
            return replace(objection, state=state, answered_at=act.at, answer=act.reason)


def _paper_of(act: Act) -> Attachment:
    told = act.content
    return Attachment(told["sha256"], told["name"], told["media_type"], told["bytes"], act.at)


def disputed_by(objections: Iterable[Objection]) -> Mapping[str, frozenset[str]]:
    """Per enterprise, what is under objection."""
    disputed: dict[str, set[str]] = {}
    for one in objections:
        if one.is_open:
            disputed.setdefault(one.uscc, set()).add(one.target)
    return {uscc: frozenset(targets) for uscc, targets in disputed.items()}


def set_aside(objections: Iterable[Objection]) -> Mapping[str, frozenset[str]]:
    """Per enterprise, the records that an objection was upheld against: they are not judged by any more."""
    upheld: dict[str, set[str]] = {}
    for one in objections:
        if one.state is ObjectionState.UPHELD:
            upheld.setdefault(one.uscc, set()).add(one.target)
    return {uscc: frozenset(targets) for uscc, targets in upheld.items()}
