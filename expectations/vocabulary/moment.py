"""Two times: when it happened, and when the platform knew.

Nothing here reads the clock. The command line asks for the present once and hands it down.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from expectations.errors import UsageError

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone's official time, +08:00 all year. A time without a zone is read as this."""

CUTOFF = time(6, 0)
"""The daily list for D is cut the next morning at six (domain pack, section 5.4)."""


def knowledge_cutoff(business_date: date) -> datetime:
    """The default knowledge cutoff K of a business date D: the next day at 06:00 Asia/Shanghai."""
    return datetime.combine(business_date + timedelta(days=1), CUTOFF, tzinfo=ZONE)


def end_of_day(business_date: date) -> datetime:
    """The first instant after the business date, in Asia/Shanghai: events of D happen before it."""
    return datetime.combine(business_date + timedelta(days=1), time(0), tzinfo=ZONE)


def parse_date(text: str) -> date:
    """A date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"'{text}' is not a date.", "Write it as YYYY-MM-DD, such as 2026-03-31.") from error


def parse_moment(text: str) -> datetime:
    """A moment in ISO 8601; without a zone it is +08:00. A bare date is that day's first instant."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"'{text}' is not a time.", "Write it as 2026-03-31T06:00:00 or with +08:00 behind it."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def zoned(moment: datetime) -> datetime:
    """The same instant in the zone's official time. Refuses a time without a zone."""
    if moment.tzinfo is None:
        raise UsageError(f"{moment!r} has no time zone.", "Every moment inside the system carries one.")
    return moment.astimezone(ZONE)


def add_months(day: date, months: int) -> date:
    """The same day of the month some months on, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
