"""The alerts of a day, from the day's hits, the episodes of before and what officers did since.

One episode per enterprise and rule at a time. A hit opens or extends it; quiet days close it, unless it is confirmed,
which only an officer or its longest life ends. An episode that an officer closed is carried on unseen while the
pattern lasts, so that the same windows do not raise the same alert again next morning; a worse hit does.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.policy.inforce import Policy
from reports.alerts.alert import Alert, AlertStep, Hit, State, Step, alert_id_of


@dataclass(frozen=True, slots=True)
class AlertDay:
    """The alerts of a business date.

    Attributes
    ----------
    alerts:
        Those open on the day: high before medium before low, then by exposed amount, enterprise and rule.
    closed:
        Those that were open before and are no longer, however that came.
    carried:
        Everything tomorrow needs to know: the open ones, and closed ones whose pattern still lasts.
    """

    alerts: tuple[Alert, ...]
    closed: tuple[Alert, ...]
    carried: tuple[Alert, ...]


def alerts_on(
    hits: Iterable[Hit],
    before: Iterable[Alert],
    steps: Iterable[AlertStep],
    policy: Policy,
    unmeasured: Container[str] = (),
) -> AlertDay:
    """The alerts of the policy's business date.

    Parameters
    ----------
    hits:
        Patterns over their threshold on the day; several of one enterprise and rule become one.
    before:
        ``carried`` of the latest day before.
    steps:
        Everything officers did on these alerts, as known at K, in order. An annulled finding is left out: so undone.
    policy:
        Of the business date; says how many quiet days close an episode.
    unmeasured:
        Rules whose feeds have not arrived: their silence closes nothing today.
    """
    today = policy.business_date
    fresh = _merged(hits)
    taken = _by_alert(steps, today)
    kept: list[Alert] = []
    closed: list[Alert] = []
    for old in sorted(before, key=_identity):
        hit = fresh.get((old.uscc, old.rule))
        extends = hit is not None and not _starts_anew(old, hit, policy)
        if hit is not None and extends:
            del fresh[old.uscc, old.rule]
        episode = _extended(old, hit, today) if hit is not None and extends else old
        episode = _lived(episode, taken.get(old.alert_id, ()), policy, old.rule in unmeasured)
        if old.is_open and not episode.is_open:
            closed.append(episode)
        if episode.is_open or _still_lasts(episode, policy, replaced=hit is not None and not extends):
            kept.append(episode)
    kept += [_opened(hit, today) for hit in fresh.values()]
    return AlertDay(
        alerts=tuple(sorted((alert for alert in kept if alert.is_open), key=_urgency)),
        closed=tuple(closed),
        carried=tuple(sorted(kept, key=_identity)),
    )


def _merged(hits: Iterable[Hit]) -> dict[tuple[str, str], Hit]:
    """One hit per enterprise and rule: the most severe leads, the evidence of all is kept."""
    merged: dict[tuple[str, str], Hit] = {}
    for hit in sorted(hits, key=lambda one: (one.severity.rank, -one.amount_fen, one.window_from, one.value)):
        leading = merged.setdefault((hit.uscc, hit.rule), hit)
        if leading is not hit:
            evidence = tuple(sorted({*leading.evidence, *hit.evidence}))
            merged[hit.uscc, hit.rule] = replace(leading, evidence=evidence)
    return merged


def _by_alert(steps: Iterable[AlertStep], today: date) -> Mapping[str, Sequence[AlertStep]]:
    taken: dict[str, list[AlertStep]] = {}
    for step in sorted((step for step in steps if step.taken_on <= today), key=lambda step: step.taken_on):
        taken.setdefault(step.alert_id, []).append(step)
    return taken


def _starts_anew(alert: Alert, hit: Hit, policy: Policy) -> bool:
    """Whether a hit opens a new episode beside an old one: the old one was long quiet, or closed and now worse."""
    if not alert.is_open and hit.severity.rank < alert.severity.rank:
        return True
    quiet = (policy.business_date - alert.last_hit_on).days > policy.alert_life.quiet_days
    return quiet and alert.finding != Step.CONFIRMED


def _extended(alert: Alert, hit: Hit, today: date) -> Alert:
    return replace(
        alert,
        severity=min(alert.severity, hit.severity, key=lambda severity: severity.rank),
        window_to=hit.window_to,
        value=hit.value,
        threshold=hit.threshold,
        n=hit.n,
        evidence=hit.evidence,
        amount_fen=hit.amount_fen,
        last_hit_on=today,
    )


def _opened(hit: Hit, today: date) -> Alert:
    return Alert(
        alert_id=alert_id_of(hit.uscc, hit.rule, today),
        rule=hit.rule,
        uscc=hit.uscc,
        severity=hit.severity,
        window_from=hit.window_from,
        window_to=hit.window_to,
        value=hit.value,
        threshold=hit.threshold,
        n=hit.n,
        evidence=hit.evidence,
        amount_fen=hit.amount_fen,
        opened_on=today,
        last_hit_on=today,
    )


def _lived(alert: Alert, steps: Sequence[AlertStep], policy: Policy, unmeasured: bool) -> Alert:
    """The alert after all steps, told from its beginning, and after the days that passed."""
    told = replace(
        alert, state=State.OPEN, assigned_to=None, finding=None, finding_on=None, closed_on=None, closed_because=None
    )
    for step in steps:
        told = _after(told, step)
    if told.state is State.CLOSED:
        return told
    today, life = policy.business_date, policy.alert_life
    if told.finding == Step.CONFIRMED and told.finding_on is not None:
        if (today - told.finding_on).days > life.confirmed_days:
            return replace(told, state=State.CLOSED, closed_on=today, closed_because="expired")
    elif not unmeasured and (today - told.last_hit_on).days >= life.quiet_days:
        return replace(told, state=State.CLOSED, closed_on=today, closed_because="quiet")
    return told


def _after(alert: Alert, step: AlertStep) -> Alert:
    match step.step:
        case Step.ASSIGNED:
            state = State.ASSIGNED if alert.state is State.OPEN else alert.state
            return replace(alert, state=state, assigned_to=step.account)
        case Step.CLOSED:
            return replace(alert, state=State.CLOSED, closed_on=step.taken_on, closed_because="officer")
        case _:
            return replace(alert, state=State.CHECKED, finding=step.step.value, finding_on=step.taken_on)


def _still_lasts(closed: Alert, policy: Policy, *, replaced: bool) -> bool:
    """Whether the pattern of an episode that an officer closed goes on, so that tomorrow must know of it."""
    if closed.closed_because != "officer" or replaced:
        return False
    return (policy.business_date - closed.last_hit_on).days < policy.alert_life.quiet_days


def _identity(alert: Alert) -> tuple[str, str, date]:
    return alert.uscc, alert.rule, alert.opened_on


def _urgency(alert: Alert) -> tuple[int, int, str, str]:
    return alert.severity.rank, -alert.amount_fen, alert.uscc, alert.rule
