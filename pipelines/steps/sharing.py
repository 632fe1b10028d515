"""The office where enterprises consent to a bank, offices subscribe to grades, and either is told what it may know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from models.people.acts import EVERYBODY
from models.people.sharing import (
    ZONE,
    Consent,
    Share,
    Subscription,
    consents_of,
    end_subscription,
    give_consent,
    subscribe,
    subscriptions_of,
    withdraw_consent,
)
from models.policy.sharing_terms import sharing_terms
from pipelines.steps.home import Home
from pipelines.steps.people import actor
from pipelines.steps.trade_finance import summary_of
from pipelines.storage import decisions
from pipelines.storage.accounts import accounts, find_account
from pipelines.storage.acts import acts_known, record_acts
from pipelines.storage.ledger import head

Record = Mapping[str, Any]

LOOKED_AT = 2_000
"""Decisions that one question about changes looks at: the answer says where to go on."""

_SUBSCRIBERS = (Role.SYSTEM, Role.REGULATOR, Role.OFFICER)


@dataclass(frozen=True)
class SharingOffice:
    """Consents, subscriptions, and what is told by them."""

    home: Home

    def banks(self) -> list[str]:
        """The accounts that an enterprise can consent to."""
        with self.home.database.reading() as connection:
            return [one.account_id for one in accounts(connection) if one.role is Role.BANK]

    def consents(self, uscc: str) -> list[Consent]:
        """An enterprise's consents, oldest first."""
        with self.home.database.reading() as connection:
            return list(consents_of(acts_known(connection, uscc=uscc)).values())

    def give_consent(self, uscc: str, share: Share, account: str, at: datetime) -> Consent:
        """Let a bank see the enterprise's summary.

        Raises
        ------
        UsageError
            When the account does not speak for the enterprise, the receiver is no bank of this zone, or the terms do
            not allow it.
        """
        with self.home.database.transaction() as connection:
            self._speaks_for(connection, uscc, account)
            receiver = find_account(connection, share.receiver)
            if receiver is None or receiver.role is not Role.BANK:
                raise UsageError(
                    f"'{share.receiver}' is no bank of this zone.",
                    "Choose one that has an account here.",
                    zh=f"“{share.receiver}”不是本区的银行账号。请选择已开立账号的银行。",
                )
            act = give_consent(uscc, share, account, at, sharing_terms(zoned(at).date()))
            record_acts(connection, [act])
        return consents_of([act])[act.about]

    def withdraw_consent(self, uscc: str, consent: str, account: str, at: datetime, reason: str) -> Consent:
        """Withdraw a consent: from now on the bank sees nothing.

        Raises
        ------
        NotFoundError
            When the enterprise gave no such consent.
        ConflictError
            When it no longer holds.
        """
        with self.home.database.transaction() as connection:
            self._speaks_for(connection, uscc, account)
            acts = acts_known(connection, uscc=uscc)
            given = consents_of(acts).get(consent)
            if given is None:
                raise NotFoundError(
                    f"{uscc} gave no consent {consent}.",
                    "Its id stands in the list of consents.",
                    zh=f"未找到 {uscc} 的授权 {consent}，编号见授权列表。",
                )
            act = withdraw_consent(given, account, at, reason)
            record_acts(connection, [act])
        return consents_of([*acts, act])[consent]

    def consent_to(self, uscc: str, bank: str, at: datetime) -> Consent | None:
        """The consent by which a bank may look at an enterprise now, the latest of several; None when there is none."""
        held = [one for one in self.consents(uscc) if one.receiver == bank and one.holds_at(at)]
        return held[-1] if held else None

    def receivers(self, uscc: str, at: datetime) -> list[Subscription]:
        """The subscriptions by which an enterprise's grade is told to offices now."""
        with self.home.database.reading() as connection:
            held = subscriptions_of(acts_known(connection, uscc=EVERYBODY)).values()
        return [one for one in held if one.covers(uscc) and one.holds_at(at)]

    def subscribe(self, share: Share, scope: Iterable[str], account: str, at: datetime) -> Subscription:
        """Open a subscription for an office.

        Raises
        ------
        UsageError
            When the subscriber is no system or office of this zone, or the terms do not allow it.
        """
        with self.home.database.transaction() as connection:
            actor(connection, account, (Role.OPERATOR,))
            receiver = find_account(connection, share.receiver)
            if receiver is None or receiver.role not in _SUBSCRIBERS:
                raise UsageError(
                    f"'{share.receiver}' is no account that can subscribe.",
                    f"It takes: {', '.join(_SUBSCRIBERS)}.",
                    zh=f"账号“{share.receiver}”不能订阅。可订阅的角色：{'、'.join(_SUBSCRIBERS)}。",
                )
            act = subscribe(share, tuple(scope), account, at, sharing_terms(zoned(at).date()))
            record_acts(connection, [act])
        return subscriptions_of([act])[act.about]

    def end_subscription(self, subscription: str, account: str, at: datetime, reason: str) -> Subscription:
        """End a subscription: from now on it tells nothing.

        Raises
        ------
        NotFoundError
            When there is none of that id.
        ConflictError
            When it no longer holds.
        """
        with self.home.database.transaction() as connection:
            actor(connection, account, (Role.OPERATOR,))
            acts = acts_known(connection, uscc=EVERYBODY)
            opened = subscriptions_of(acts).get(subscription)
            if opened is None:
                raise NotFoundError(
                    f"There is no subscription {subscription}.",
                    "See: xinji subscription list",
                    zh=f"未找到订阅 {subscription}。请查看：xinji subscription list",
                )
            act = end_subscription(opened, account, at, reason)
            record_acts(connection, [act])
        return subscriptions_of([*acts, act])[subscription]

    def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        with self.home.database.reading() as connection:
            return list(subscriptions_of(acts_known(connection, uscc=EVERYBODY)).values())

    def standing(self, subscription: Subscription, after: str, limit: int) -> tuple[int, list[Record]]:
        """The decisions that hold within a scope, by USCC, those after one; and the place to ask for changes from."""
        with self.home.database.reading() as connection:
            place, _ = head(connection, "decisions")
            wanted = decisions.decided_enterprises(connection) if subscription.scope == ZONE else subscription.scope
            chosen = [uscc for uscc in sorted(wanted) if uscc > after][:limit]
            found = (decisions.latest_decision(connection, uscc) for uscc in chosen)
            return place, [told_of(one, None) for one in found if one is not None]

    def changes(self, subscription: Subscription, since: int) -> tuple[int, bool, list[Record]]:
        """What is told otherwise than at a place: the place now, whether there is more, and the changes by USCC.

        A change names the facts that stood in it then and do not now: whoever keeps them has to delete them.
        """
        with self.home.database.reading() as connection:
            last, _ = head(connection, "decisions")
            place, decided = decisions.decided_since(connection, since, LOOKED_AT)
            changes = []
            for uscc in sorted(one for one in decided if subscription.covers(one)):
                before = decisions.latest_decision(connection, uscc, until_position=since)
                now = decisions.latest_decision(connection, uscc, until_position=place)
                if now is not None and _differs(now, before):
                    changes.append(told_of(now, before))
        return place, place < last, changes

    def summary(self, uscc: str) -> dict[str, Any] | None:
        """As ``summary_of``."""
        return summary_of(self.home, uscc)

    def _speaks_for(self, connection: Connection, uscc: str, account: str) -> None:
        who = actor(connection, account, (Role.ENTERPRISE,))
        if who.uscc != uscc:
            raise UsageError(
                f"{account} does not speak for {uscc}.",
                "An enterprise consents for itself.",
                zh=f"账号 {account} 不代表 {uscc}。授权须由企业本身作出。",
            )


def told_of(decision: Record, before: Record | None) -> Record:
    """What a subscriber is told of a decision; beside one before it, with the facts that are told no longer."""
    told = {name: decision[name] for name in ("decision_id", "uscc", "date", "grade", "status")}
    caps = _told_caps(decision)
    gone = {cap["fact"] for cap in _told_caps(before)} - {cap["fact"] for cap in caps} if before else set[str]()
    return {
        **told,
        "caps": caps,
        "is_disputed": bool(decision["inputs"]["disputed"]),
        "withdrawn_facts": sorted(gone),
    }


def _told_caps(decision: Record) -> list[Record]:
    """Caps that rest on what is on record. An alert is a suspicion of this house, and no finding to pass on."""
    alerts = {one["alert_id"] for one in decision["inputs"]["alerts"]}
    return [cap for cap in decision["caps"] if cap["fact"] not in alerts]


def _differs(now: Record, before: Record | None) -> bool:
    if before is None:
        return True
    told = [{**told_of(one, None), "decision_id": "", "date": ""} for one in (now, before)]
    return told[0] != told[1]
