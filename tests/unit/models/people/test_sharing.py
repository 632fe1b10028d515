"""Consents and subscriptions: to whom, what for, until when, and never beyond."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.moment import ZONE
from models.people.sharing import (
    ZONE as EVERYBODY,
)
from models.people.sharing import (
    Share,
    consents_of,
    end_subscription,
    give_consent,
    subscribe,
    subscriptions_of,
    withdraw_consent,
)
from models.policy.sharing_terms import sharing_terms

AT = datetime(2026, 9, 28, 16, tzinfo=ZONE)
USCC, OTHER = "91659007MA7TETA132", "91659007MADEM0011K"
TERMS = sharing_terms(AT.date())
SHARE = Share("bank-1", "a loan", date(2026, 10, 31))


def test_a_consent_holds_from_its_moment_through_its_last_day() -> None:
    (consent,) = consents_of([give_consent(USCC, SHARE, "firm-1", AT, TERMS)]).values()
    assert consent.holds_at(AT)
    assert consent.holds_at(datetime(2026, 10, 31, 23, 59, tzinfo=ZONE))
    assert not consent.holds_at(datetime(2026, 11, 1, 0, 0, tzinfo=ZONE))
    assert not consent.holds_at(AT - timedelta(seconds=1))


def test_a_consent_ends_with_its_withdrawal_and_cannot_be_withdrawn_twice() -> None:
    act = give_consent(USCC, SHARE, "firm-1", AT, TERMS)
    later = AT + timedelta(hours=1)
    withdrawn = withdraw_consent(consents_of([act])[act.about], "firm-1", later, "paid back")
    over = consents_of([act, withdrawn])[act.about]
    assert not over.holds_at(later)
    with pytest.raises(ConflictError, match="no longer holds"):
        withdraw_consent(over, "firm-1", later, "again")


@pytest.mark.parametrize("last_day", [AT.date() - timedelta(days=1), AT.date() + timedelta(days=365)])
def test_a_consent_cannot_end_before_it_begins_nor_outlast_its_term(last_day: date) -> None:
    with pytest.raises(UsageError, match="between 2026-09-28 and 2027-09-27"):
        give_consent(USCC, Share("bank-1", "a loan", last_day), "firm-1", AT, TERMS)


def test_the_longest_term_may_be_used_to_its_last_day() -> None:
    longest = Share("bank-1", "a loan", AT.date() + timedelta(days=364))
    assert consents_of([give_consent(USCC, longest, "firm-1", AT, TERMS)])


def test_nothing_is_shared_without_a_purpose() -> None:
    with pytest.raises(UsageError, match="reason"):
        give_consent(USCC, Share("bank-1", "  ", date(2026, 10, 31)), "firm-1", AT, TERMS)


def test_a_subscription_covers_its_scope_and_nobody_else() -> None:
    act = subscribe(SHARE, [OTHER, OTHER], "operator-1", AT, TERMS)
    (one,) = subscriptions_of([act]).values()
    assert one.scope == (OTHER,)
    assert one.covers(OTHER)
    assert not one.covers(USCC)
    (whole,) = subscriptions_of([subscribe(SHARE, EVERYBODY, "operator-1", AT, TERMS)]).values()
    assert whole.covers(USCC)


def test_a_subscription_without_a_scope_is_refused_and_one_that_is_ended_tells_nothing() -> None:
    with pytest.raises(UsageError, match="scope"):
        subscribe(SHARE, [], "operator-1", AT, TERMS)
    act = subscribe(SHARE, [USCC], "operator-1", AT, TERMS)
    ended = end_subscription(subscriptions_of([act])[act.about], "operator-1", AT, "no longer needed")
    over = subscriptions_of([act, ended])[act.about]
    assert not over.holds_at(AT)
    with pytest.raises(ConflictError, match="no longer holds"):
        end_subscription(over, "operator-1", AT, "again")
