"""What a judgement is made from: one enterprise as of (D, K), in plain values that can be stored and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from expectations.vocabulary.grade import Grade, Severity


@dataclass(frozen=True, slots=True)
class OfficialFact:
    """A record of an authority, as known at K, whether or not it is still in force on D.

    Attributes
    ----------
    table:
        Table of the dictionary: ``penalty``, ``court_listing``, ``abnormal_listing``, ``regulator_rating``,
        ``quality_sample``.
    key:
        What an official would look it up by, such as the decision number. Shown in the decision.
    fields:
        The record's own fields as text: dates as YYYY-MM-DD, amounts in decimal notation, None where empty.
    """

    table: str
    key: str
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class AlertStanding:
    """How an alert stands on D.

    Attributes
    ----------
    finding:
        ``confirmed``, ``explained`` or ``data_error`` once an officer has checked it, else None.
    finding_on:
        The day of that finding.
    closed_on:
        The day an officer closed it; None while it stands.
    """

    alert_id: str
    rule: str
    severity: Severity
    opened_on: date
    finding: str | None = None
    finding_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """An officer's judgement beside the computed grade; both days are inclusive.

    ``id`` finds the acts behind it; ``approved_by`` is the second account where one was needed.
    """

    grade: Grade
    account: str
    reason: str
    given_on: date
    expires_on: date
    id: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class PreviousGrade:
    """The latest grade published before D, and whether the enterprise already rose in D's calendar month.

    ``computed`` is what it would have been without an override; None where none decided.
    """

    published_on: date
    grade: Grade
    risen_this_month: bool = False
    computed: Grade | None = None

    @property
    def standing(self) -> Grade:
        """What memory holds on to: an override leaves none, so that its end is no rise and no fall."""
        return self.computed or self.grade


@dataclass(frozen=True, slots=True)
class Notice:
    """A downgrade that the enterprise was told of: when, until when it may reply, and to which grade."""

    told_on: date
    until: date
    grade: Grade


THE_GRADE = "grade"
"""What an objection names that is about the grade itself, not about a fact or an alert behind it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One enterprise on one business date.

    Attributes
    ----------
    name:
        The registered name; None where no register record is known. It decides nothing.
    p, p0:
        Calibrated probability of an adverse event within 180 days, and the population rate frozen with the model.
    registration_status:
        ``operating``, ``revoked`` or ``cancelled``; None where no register record is known.
    has_trade_history:
        Whether any accepted trade row names the enterprise, ever.
    missing_weight:
        Share (0 to 1) of the connected feeds' weight in the model that has no data.
    feeds_missing:
        Feeds the zone has not connected. Named in the decision, without any effect on it.
    feeds_late:
        Connected feeds that are overdue on D.
    disputed:
        Keys of facts and ids of alerts under objection: they cause no new downgrade. ``THE_GRADE`` among them is an
        objection to a downgrade that was announced.
    notice:
        The latest downgrade that the enterprise was told of before D.
    """

    uscc: str
    business_date: date
    known_at: datetime
    p: float
    p0: float
    established_on: date | None = None
    registration_status: str | None = None
    has_trade_history: bool = True
    facts: tuple[OfficialFact, ...] = ()
    alerts: tuple[AlertStanding, ...] = ()
    previous: PreviousGrade | None = None
    missing_weight: float = 0.0
    feeds_missing: tuple[str, ...] = ()
    feeds_late: tuple[str, ...] = ()
    override: Override | None = None
    disputed: frozenset[str] = field(default_factory=frozenset)
    name: str | None = None
    notice: Notice | None = None
