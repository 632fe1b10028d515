"""Who receives what about an enterprise: a bank by the enterprise's consent, an office by a subscription to grades.

Both name the receiver, the purpose and the last day, both can be ended before it, and both are on record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.moment import zoned
from models.people.acts import EVERYBODY, Act, Kind, opening_id, with_reason
from models.policy.sharing_terms import SharingTerms

ZONE = (EVERYBODY,)
"""The scope of a subscription to every enterprise of the zone."""


Standing = TypeVar("Standing")


@dataclass(frozen=True, slots=True)
class Consent:
    """An enterprise lets a bank see its trade-finance summary.

    Attributes
    ----------
    receiver:
        The bank's account.
    last_day:
        The last day on which it holds, unless it is withdrawn before.
    """

    id: str
    uscc: str
    receiver: str
    purpose: str
    given_by: str
    given_at: datetime
    last_day: date
    withdrawn_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the receiver may look at a moment."""
        return self.withdrawn_at is None and self.given_at <= moment and zoned(moment).date() <= self.last_day


@dataclass(frozen=True, slots=True)
class Subscription:
    """An office is told grades and their changes.

    Attributes
    ----------
    subscriber:
        The office's account.
    scope:
        USCCs, or ``ZONE``.
    """

    id: str
    subscriber: str
    purpose: str
    scope: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    last_day: date
    ended_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the subscriber is told anything at a moment."""
        return self.ended_at is None and self.opened_at <= moment and zoned(moment).date() <= self.last_day

    def covers(self, uscc: str) -> bool:
        """Whether an enterprise is in its scope."""
        return self.scope == ZONE or uscc in self.scope


@dataclass(frozen=True, slots=True)
class Share:
    """What is asked for: to whom, what for, until when."""

    receiver: str
    purpose: str
    last_day: date


def give_consent(uscc: str, share: Share, account: str, at: datetime, terms: SharingTerms) -> Act:
    """The act by which an enterprise consents; its id names the consent.

    Raises
    ------
    UsageError
        When there is no purpose, or it ends before it begins or later than the terms allow.
    """
    content = _content(share, at, terms.consent_longest_days)
    purpose = with_reason(share.purpose)
    about = opening_id(Kind.CONSENT_GIVEN, uscc, account, at, {**content, "purpose": purpose})
    return Act(Kind.CONSENT_GIVEN, uscc, about, account, at, purpose, content)


def withdraw_consent(consent: Consent, account: str, at: datetime, reason: str) -> Act:
    """The act that withdraws a consent, at once.

    Raises
    ------
    ConflictError
        When it is withdrawn or over already.
    """
    if not consent.holds_at(at):
        raise ConflictError(
            f"Consent {consent.id} no longer holds.",
            "Nothing is left to withdraw.",
            zh=f"授权 {consent.id} 已失效，无需撤回。",
        )
    return Act(Kind.CONSENT_WITHDRAWN, consent.uscc, consent.id, account, at, with_reason(reason))


def subscribe(share: Share, scope: Collection[str], account: str, at: datetime, terms: SharingTerms) -> Act:
    """The act that opens a subscription for an office; its id names it.

    Raises
    ------
    UsageError
        As ``give_consent``, or when the scope is empty.
    """
    if not scope:
        raise UsageError(
            "A subscription without a scope tells nothing.",
            "Name enterprises, or the whole zone.",
            zh="订阅没有范围。请指明企业，或选择全区。",
        )
    content = {**_content(share, at, terms.subscription_longest_days), "scope": sorted(set(scope))}
    purpose = with_reason(share.purpose)
    about = opening_id(Kind.SUBSCRIPTION_OPENED, EVERYBODY, account, at, {**content, "purpose": purpose})
    return Act(Kind.SUBSCRIPTION_OPENED, EVERYBODY, about, account, at, purpose, content)


def end_subscription(subscription: Subscription, account: str, at: datetime, reason: str) -> Act:
    """The act that ends a subscription, at once.

    Raises
    ------
    ConflictError
        When it is over already.
    """
    if not subscription.holds_at(at):
        raise ConflictError(
            f"Subscription {subscription.id} no longer holds.",
            "Nothing is left to end.",
            zh=f"订阅 {subscription.id} 已失效，无需终止。",
        )
    return Act(Kind.SUBSCRIPTION_ENDED, EVERYBODY, subscription.id, account, at, with_reason(reason))


def consents_of(acts: Iterable[Act]) -> dict[str, Consent]:
    """Every consent by id, as it stands after the acts, in the order of giving."""
    return _as_they_stand(acts, Kind.CONSENT_GIVEN, _consent, lambda one, at: replace(one, withdrawn_at=at))


def subscriptions_of(acts: Iterable[Act]) -> dict[str, Subscription]:
    """Every subscription by id, as it stands after the acts, in the order of opening."""
    return _as_they_stand(acts, Kind.SUBSCRIPTION_OPENED, _subscription, lambda one, at: replace(one, ended_at=at))


def _as_they_stand(
    acts: Iterable[Act], opens: Kind, opened: Callable[[Act], Standing], ended: Callable[[Standing, datetime], Standing]
) -> dict[str, Standing]:
    """What acts of one kind open, each as the acts about it that follow leave it: any of them ends it."""
    found: dict[str, Standing] = {}
    subject = opens.value.partition(".")[0]
    for act in acts:
        if act.kind is opens:
            found.setdefault(act.about, opened(act))
        elif act.kind.value.partition(".")[0] == subject:
            found[act.about] = ended(found[act.about], act.at)
    return found


def _consent(act: Act) -> Consent:
    content = act.content
    last_day = date.fromisoformat(content["last_day"])
    return Consent(
        id=act.about,
        uscc=act.uscc,
        receiver=content["receiver"],
        purpose=act.reason,
        given_by=act.account,
        given_at=act.at,
        last_day=last_day,
    )


def _subscription(act: Act) -> Subscription:
    content = act.content
    return Subscription(
        id=act.about,
        subscriber=content["receiver"],
        purpose=act.reason,
        scope=tuple(content["scope"]),
        opened_by=act.account,
        opened_at=act.at,
        last_day=date.fromisoformat(content["last_day"]),
    )


def _content(share: Share, at: datetime, longest_days: int) -> Mapping[str, str]:
    first = zoned(at).date()
    last = first + timedelta(days=longest_days - 1)
    if not first <= share.last_day <= last:
        raise UsageError(
            f"{share.last_day} is no last day: it may lie between {first} and {last}.",
            "Choose a day between the two.",
            zh=f"截止日期 {share.last_day} 无效，应在 {first} 至 {last} 之间。",
        )
    return {"receiver": share.receiver, "last_day": share.last_day.isoformat()}
