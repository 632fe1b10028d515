"""Overrides: an officer's judgement beside the computed grade, with reason, expiry and, where needed, approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.grade import Grade
from models.grade.subject import Override
from models.people.acts import Act, Kind, by_subject, opening_id, with_reason
from models.policy.values import OverrideValue


@dataclass(frozen=True, slots=True)
class OverrideCase:
    """An override as it stands.

    Attributes
    ----------
    instead_of:
        The computed grade when it was asked for.
    needs_approval:
        Whether a second account has to approve before it counts.
    ended_on:
        The first day on which it no longer holds because it was withdrawn; None while nobody did.
    """

    id: str
    uscc: str
    grade: Grade
    instead_of: Grade
    reason: str
    requested_by: str
    given_on: date
    expires_on: date
    needs_approval: bool
    approved_by: str | None = None
    ended_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether everybody who must agree has agreed."""
        return not self.needs_approval or self.approved_by is not None

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return min(self.expires_on, self.ended_on - timedelta(days=1)) if self.ended_on else self.expires_on

    def holds_on(self, day: date) -> bool:
        """Whether it decides a grade on a day."""
        return self.counts and self.given_on <= day <= self.last_day

    def as_judged(self) -> Override:
        """The override as the judgement reads it."""
        days = self.given_on, self.last_day
        return Override(self.grade, self.requested_by, self.reason, *days, self.id, self.approved_by)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an officer asks for."""

    uscc: str
    grade: Grade
    given_on: date
    expires_on: date
    reason: str


def request(wish: Wish, computed: Grade, account: str, at: datetime, rule: OverrideValue) -> Act:
    """The act that asks for an override.

    Raises
    ------
    UsageError
        When there is no reason, the days are the wrong way round, or it would last longer than policy allows.
    """
    if wish.expires_on < wish.given_on:
        raise UsageError(
            f"It would expire on {wish.expires_on}, before it begins.",
            "Choose a later --expires.",
            zh=f"截止日 {wish.expires_on} 早于起始日。请选择更晚的截止日。",
        )
    latest = wish.given_on + timedelta(days=rule.longest_days)
    if wish.expires_on > latest:
        raise UsageError(
            f"It would last until {wish.expires_on}; an override lasts {rule.longest_days} days at most.",
            f"Choose {latest} or earlier, and renew it if it is still right then.",
            zh=f"截止日 {wish.expires_on} 过晚；人工调整最长 {rule.longest_days} 天，"
            f"请选择 {latest} 或更早，到期仍有必要的再续。",
        )
    content = {
        "grade": wish.grade.value,
        "instead_of": computed.value,
        "given_on": wish.given_on.isoformat(),
        "expires_on": wish.expires_on.isoformat(),
        "needs_approval": abs(wish.grade.rank - computed.rank) >= rule.second_approver_from,
    }
    about = opening_id(Kind.OVERRIDE_REQUESTED, wish.uscc, account, at, content)
    return Act(Kind.OVERRIDE_REQUESTED, wish.uscc, about, account, at, with_reason(wish.reason), content)


def approve(case: OverrideCase, account: str, at: datetime, reason: str) -> Act:
    """The act of the second pair of eyes.

    Raises
    ------
    ConflictError
        When the same account asked for it, or nothing waits for approval.
    """
    if account == case.requested_by:
        raise ConflictError(
            f"Override {case.id} was asked for by {account}: four eyes are two accounts.",
            "Let another officer approve it.",
            zh=f"调整 {case.id} 由 {account} 提请，须由另一账号复核。",
        )
    if case.counts or case.ended_on is not None:
        raise ConflictError(
            f"Override {case.id} does not wait for an approval.",
            "See: xinji override list",
            zh=f"调整 {case.id} 不在待复核状态。",
        )
    return Act(Kind.OVERRIDE_APPROVED, case.uscc, case.id, account, at, with_reason(reason))


def withdraw(case: OverrideCase, account: str, at: datetime, on: date, reason: str) -> Act:
    """The act that ends an override before its day.

    Raises
    ------
    ConflictError
        When it has ended already.
    """
    if case.ended_on is not None or case.expires_on < on:
        raise ConflictError(
            f"Override {case.id} ended on {case.last_day}.",
            "See: xinji override list",
            zh=f"调整 {case.id} 已于 {case.last_day} 终止。",
        )
    return Act(Kind.OVERRIDE_WITHDRAWN, case.uscc, case.id, account, at, with_reason(reason), {"on": on.isoformat()})


def override_cases(acts: Iterable[Act]) -> dict[str, OverrideCase]:
    """Every override by id, as it stands after the acts, in the order of their requests."""
    cases: dict[str, OverrideCase] = {}
    for about, told in by_subject(act for act in acts if act.kind.value.startswith("override.")):
        for act in told:
            if act.kind is Kind.OVERRIDE_REQUESTED:
                cases[about] = _requested(act)
            elif act.kind is Kind.OVERRIDE_APPROVED:
                cases[about] = replace(cases[about], approved_by=act.account)
            else:
                cases[about] = replace(cases[about], ended_on=date.fromisoformat(act.content["on"]))
    return cases


def _requested(act: Act) -> OverrideCase:
    content = act.content
    return OverrideCase(
        id=act.about,
        uscc=act.uscc,
        grade=Grade(content["grade"]),
        instead_of=Grade(content["instead_of"]),
        reason=act.reason,
        requested_by=act.account,
        given_on=date.fromisoformat(content["given_on"]),
        expires_on=date.fromisoformat(content["expires_on"]),
        needs_approval=content["needs_approval"],
    )


def overrides_on(cases: Iterable[OverrideCase], day: date) -> Mapping[str, Override]:
    """The override that holds for each enterprise on a day: of several, the one asked for last."""
    return {case.uscc: case.as_judged() for case in cases if case.holds_on(day)}


def ended_before(cases: Iterable[OverrideCase], day: date, rule: OverrideValue) -> list[OverrideCase]:
    """Overrides that held and ended in the last days before a day, so that those concerned can be told."""
    first = day - timedelta(days=rule.told_for_days)
    return [case for case in cases if case.counts and case.given_on <= case.last_day and first <= case.last_day < day]
