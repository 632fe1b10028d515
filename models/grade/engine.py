"""The judgement itself: one enterprise, one policy, one grade.

The order is fixed. Model score; floor; points; starting grade of a status; caps, of which the lowest wins; protection
of a status against falling; hysteresis against rising too fast; notice before a fall that no mandatory cap orders;
override, which no mandatory cap yields to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.working_days import working_days_after
from models.grade.caps import caps_on, lowest_cap
from models.grade.facts import facts_in_force, lifts_floor
from models.grade.judgement import CapHit, Judgement
from models.grade.score import score_of
from models.grade.subject import THE_GRADE, Notice, OfficialFact, Subject
from models.policy.documents import PolicyError
from models.policy.inforce import Policy
from models.policy.trace import NOTICE


def judge(subject: Subject, policy: Policy) -> Judgement:
    """Judge one enterprise.

    Raises
    ------
    PolicyError
        When the policy is that of another day.
    FactError
        When an official fact lacks what its period is counted from.
    """
    if policy.business_date != subject.business_date:
        raise PolicyError(
            f"{subject.uscc} on {subject.business_date} was put before the policy of {policy.business_date}.",
            "Ask the book for the policy in force on the business date.",
        )
    facts = facts_in_force(subject.facts, policy) if subject.facts else ()
    caps = caps_on(subject, facts, policy)
    trace = _Trace(policy)
    for hit in caps:
        trace.cap_fired(hit)
    if any(hit.max_grade is None for hit in caps):
        return Judgement(Status.INACTIVE, None, None, None, None, None, trace.entries(), caps)
    binding = _effective(caps, subject)
    scored = _scored(subject, facts, binding, trace, policy)
    return _settled(subject, scored, binding, trace, policy)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A grade by score and rules, before memory and people come in."""

    status: Status
    raw: int
    model: Grade
    score: int
    rules: Grade


class _Trace:
    """The rules, of which those that fire are replaced. What stays quiet is shared by every enterprise of the day."""

    __slots__ = ("_entries", "_policy")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._entries = list(policy.quiet_trace)

    def fired(self, rule: str, value: Any, threshold: Any = None) -> None:
        """Note that a rule fired, and on what."""
        place = self._policy.trace_index[rule]
        kept = self._entries[place]["threshold"] if threshold is None else threshold
        self._entries[place] = {"id": rule, "fired": True, "value": value, "threshold": kept}

    def cap_fired(self, hit: CapHit) -> None:
        """Note a cap; where several branches of one cap fire, all their facts are named."""
        before = self._entries[self._policy.trace_index[hit.id]]
        value = f"{before['value']} | {hit.fact}" if before["fired"] else hit.fact
        self.fired(hit.id, value)

    def entries(self) -> tuple[Any, ...]:
        """All rules in order."""
        return tuple(self._entries)


def _status(subject: Subject, policy: Policy) -> Status:
    limit = policy.statuses["insufficient_data"].missing_weight_above
    if limit is not None and subject.missing_weight > limit:
        return Status.INSUFFICIENT_DATA
    if not subject.has_trade_history:
        return Status.PROVISIONAL
    return Status.STALE if subject.feeds_late else Status.NORMAL


def _scored(
    subject: Subject, facts: tuple[OfficialFact, ...], caps: tuple[CapHit, ...], trace: _Trace, policy: Policy
) -> _Scored:
    scale = policy.scale
    raw = score = score_of(subject.p, subject.p0, scale)
    if score < policy.floor_score and not _floor_lifted(subject, facts, policy):
        score = policy.floor_score
        trace.fired(policy.floor_id, raw)
    model = scale.grade_of(score)
    for fact in facts:
        for line in policy.points:
            if fact.table == line.table and line.condition.holds(fact.fields):
                score = min(scale.top, score + line.points)
                trace.fired(line.id, fact.key)
    status = _status(subject, policy)
    if status is not Status.NORMAL:
        trace.fired(status.value, _status_value(status, subject))
        start = policy.statuses[status.value].starts_at
        if start is not None:
            score = max(scale.lowest(start), min(scale.highest(start), score))
    ceiling = lowest_cap(caps)
    if ceiling is not None:
        score = min(score, scale.highest(ceiling))
    return _Scored(status, raw, model, score, scale.grade_of(score))


def _floor_lifted(subject: Subject, facts: tuple[OfficialFact, ...], policy: Policy) -> bool:
    return any(fact.key not in subject.disputed and lifts_floor(fact, policy) for fact in facts)


def _status_value(status: Status, subject: Subject) -> Any:
    if status is Status.INSUFFICIENT_DATA:
        return subject.missing_weight
    return ", ".join(subject.feeds_late) if status is Status.STALE else "no trade history"


def _effective(caps: tuple[CapHit, ...], subject: Subject) -> tuple[CapHit, ...]:
    """The caps, of which disputed ones hold an enterprise where it stands but do not push it lower."""
    if not subject.disputed or subject.previous is None:
        return caps
    stands = subject.previous.standing
    return tuple(
        replace(hit, max_grade=stands)
        if hit.fact in subject.disputed and hit.max_grade and stands.is_better_than(hit.max_grade)
        else hit
        for hit in caps
    )


def _settled(subject: Subject, scored: _Scored, caps: tuple[CapHit, ...], trace: _Trace, policy: Policy) -> Judgement:
    grade, held = _protected(subject, scored, caps, policy)
    grade, hysteresis = _slowed(subject, grade)
    if hysteresis:
        trace.fired(policy.hysteresis_id, scored.rules.value)
    needs_notice = _needs_notice(subject, grade, caps)
    period = _notice_period(subject, grade, policy) if needs_notice else None
    if period is not None:
        grade, held = _until_told(subject, grade, caps), "notice"
        if subject.business_date > period.until:
            held = "objection"
        trace.fired(NOTICE, f"{period.grade} announced on {period.told_on}, until {period.until}")
    overridden = _overridden(subject, caps)
    if overridden is not None:
        trace.fired("override", overridden.value, subject.override.grade.value if subject.override else None)
    return Judgement(
        status=scored.status,
        grade=overridden or grade,
        grade_model=scored.model,
        grade_rules=scored.rules,
        score=scored.score,
        score_raw=scored.raw,
        rules=trace.entries(),
        caps=caps,
        hysteresis=hysteresis,
        held=held,
        notice=needs_notice,
        notice_period=period,
        computed=grade,
        override_applied=overridden is not None,
        flags=_flags(subject, caps, policy),
    )


def _protected(subject: Subject, scored: _Scored, caps: tuple[CapHit, ...], policy: Policy) -> tuple[Grade, str | None]:
    """Where feeds are late or missing, nobody falls but by an official fact or an officer's finding."""
    if scored.status is Status.NORMAL or subject.previous is None:
        return scored.rules, None
    previous = subject.previous.standing
    if not policy.statuses[scored.status.value].protects or not previous.is_better_than(scored.rules):
        return scored.rules, None
    firm = lowest_cap(hit for hit in caps if hit.official or hit.mandatory)
    kept = previous.capped_at(firm) if firm else previous
    return (kept, scored.status.value) if kept.is_better_than(scored.rules) else (scored.rules, None)


def _slowed(subject: Subject, grade: Grade) -> tuple[Grade, str | None]:
    """Up one grade per calendar month, down at once."""
    previous = subject.previous
    if previous is None or not grade.is_better_than(previous.standing):
        return grade, None
    if previous.risen_this_month:
        return previous.standing, "already_risen"
    step = previous.standing.one_better()
    return step, None if step is grade else "one_grade_per_month"


def _overridden(subject: Subject, caps: tuple[CapHit, ...]) -> Grade | None:
    """The grade an override gives; None where none is in force."""
    override = subject.override
    if override is None or not override.given_on <= subject.business_date <= override.expires_on:
        return None
    mandatory = lowest_cap(hit for hit in caps if hit.mandatory)
    return override.grade.capped_at(mandatory) if mandatory else override.grade


def _needs_notice(subject: Subject, grade: Grade, caps: tuple[CapHit, ...]) -> bool:
    """Whether an enterprise falls lower than a mandatory cap would take it."""
    return subject.previous is not None and _until_told(subject, grade, caps).is_better_than(grade)


def _until_told(subject: Subject, grade: Grade, caps: tuple[CapHit, ...]) -> Grade:
    """What the law alone leaves of the standing grade."""
    if subject.previous is None:
        return grade
    ordered = lowest_cap(hit for hit in caps if hit.mandatory)
    return subject.previous.standing.capped_at(ordered) if ordered else subject.previous.standing


def _notice_period(subject: Subject, grade: Grade, policy: Policy) -> Notice | None:
    """The notice that still holds a fall back: the one given before, or a new one. None where the fall may happen."""
    rule, given, today = policy.notice, subject.notice, subject.business_date
    if rule is None:
        return None
    serves = (
        given is not None
        and not given.grade.is_better_than(grade)
        and today <= given.until + timedelta(days=rule.serves_days)
    )
    if given is None or not serves:
        return Notice(today, working_days_after(today, rule.working_days), grade)
    return given if today <= given.until or THE_GRADE in subject.disputed else None


def _flags(subject: Subject, caps: tuple[CapHit, ...], policy: Policy) -> tuple[str, ...]:
    if not caps and not subject.disputed:
        return ()
    joint = {line.cap for line in policy.joint_caps}
    flags = ["joint"] if any(hit.id in joint for hit in caps) else []
    if THE_GRADE in subject.disputed or any(hit.fact in subject.disputed for hit in caps):
        flags.append("disputed")
    return tuple(flags)
