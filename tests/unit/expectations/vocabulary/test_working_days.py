from __future__ import annotations

from datetime import date

import pytest

from expectations.vocabulary.working_days import is_working_day, working_days_after


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 6, 27), False),  # a plain Saturday
        (date(2026, 6, 29), True),
    ],
)
def test_holidays_and_worked_weekends_follow_the_announced_calendar(day: date, open_: bool) -> None:
    assert is_working_day(day) is open_


def test_counting_skips_the_national_day_week() -> None:
    assert working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert working_days_after(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_the_day_itself_does_not_count() -> None:
    assert working_days_after(date(2026, 6, 29), 1) == date(2026, 6, 30)


def test_a_year_that_is_not_announced_counts_its_weekdays() -> None:
    assert working_days_after(date(2050, 12, 30), 1) == date(2051, 1, 2)  # Friday, then Monday
