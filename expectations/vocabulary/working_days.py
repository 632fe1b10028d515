"""Chinese working days: the State Council's holidays and the weekends worked for them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether offices are open on a day.

    Holidays are announced each November for the year after. For a year that is not announced yet, or lies before the
    calendar begins, every Monday to Friday counts, so a date given here can turn out a few days early.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after a day, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
