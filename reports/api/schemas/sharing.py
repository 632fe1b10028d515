"""What is shared with banks and subscribers, and on what terms."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from reports.api.schemas.shown import Given, Shown

_LONGEST = 200


class NewConsent(Given):
    """``receiver``: the bank's account; ``last_day``: the last day on which it may look."""

    receiver: str = Field(min_length=1, max_length=60)
    purpose: str = Field(min_length=1, max_length=_LONGEST, pattern=r"^[^\r\n]*$")
    last_day: date


class Withdrawal(Given):
    """Why a consent is withdrawn; any reason will do."""

    reason: str = Field(min_length=1, max_length=_LONGEST, pattern=r"^[^\r\n]*$")


class Consent(Shown):
    """A consent as it stands."""

    id: str
    uscc: str
    receiver: str
    purpose: str
    given_at: datetime
    last_day: date
    withdrawn_at: datetime | None


class Receiver(Shown):
    """An office that is told the grade by a subscription."""

    id: str
    subscriber: str
    purpose: str
    last_day: date


class Sharing(Shown):
    """Who receives what: consents, oldest first, and the subscriptions that hold now."""

    uscc: str
    consents: list[Consent]
    subscriptions: list[Receiver]


class TradeFinance(Shown):
    """The summary of the year to ``date`` (domain: bank view). No buyer, remitter or supplier is named.

    Amounts in yuan, or US dollars where the name says so. ``verified_share``: retail lists whose order, payment and
    waybill are there and agree. ``receivable_age_days``: of the exports that receipts have not covered, oldest first.
    ``bonded_stock_cny``: by movements in and out of bonded warehouses.
    """

    uscc: str
    date: date
    grade: str | None
    status: str
    is_disputed: bool
    consent: str
    purpose: str
    customs_documents: int
    customs_export_cny: Decimal
    customs_import_cny: Decimal
    orders: int
    orders_cny: Decimal
    receipts_usd: Decimal
    payments_usd: Decimal
    tax_refunds_cny: Decimal
    returns: int
    returns_cny: Decimal
    verified_share: float | None
    return_rate: float | None
    top_5_buyers_share: float | None
    top_5_remitters_share: float | None
    receivable_usd: Decimal
    receivable_age_days: int | None
    bonded_stock_cny: Decimal


class SharedCap(Shown):
    """A cap in force and what it rests on; no ``max_grade`` where nothing is graded. Caps by alerts are not told."""

    id: str
    max_grade: str | None
    fact: str


class SharedGrade(Shown):
    """A decision as subscribers are told it.

    ``withdrawn_facts``: facts that were told before and stand no longer (repaired, revoked, run out, set aside after an
    objection). Whoever keeps them deletes them.
    """

    decision_id: str
    uscc: str
    date: date
    grade: str | None
    status: str
    is_disputed: bool
    caps: list[SharedCap]
    withdrawn_facts: list[str]


class Subscription(Shown):
    """A subscription as it stands. ``scope``: USCCs, or ``*`` for the whole zone."""

    id: str
    purpose: str
    scope: list[str]
    opened_at: datetime
    last_day: date
    ended_at: datetime | None


class Subscriptions(Shown):
    """The caller's own, oldest first."""

    subscriptions: list[Subscription]


class SharedGrades(Shown):
    """The decisions that hold, by USCC. Keep ``place`` of the first page: changes are asked for from there."""

    subscription: str
    place: int
    grades: list[SharedGrade]
    next: str | None


class Changes(Shown):
    """What is told otherwise than at the place that was named. Ask again from ``place`` while there is ``more``."""

    subscription: str
    place: int
    more: bool
    changes: list[SharedGrade]
