"""Days, months and the two times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.errors import UsageError
from expectations.vocabulary.moment import (
    ZONE,
    add_months,
    end_of_day,
    knowledge_cutoff,
    parse_date,
    parse_moment,
    zoned,
)

days = st.dates(date(1995, 1, 1), date(2090, 12, 31))
spans = st.integers(-240, 240)


@given(days)
def test_the_knowledge_cutoff_is_six_in_the_morning_of_the_next_day(day: date) -> None:
    cutoff = knowledge_cutoff(day)
    assert cutoff.isoformat() == f"{day + timedelta(days=1)}T06:00:00+08:00"
    assert cutoff - end_of_day(day) == timedelta(hours=6)


@given(days)
def test_a_day_ends_where_the_next_begins(day: date) -> None:
    assert (end_of_day(day) - timedelta(microseconds=1)).date() == day
    assert end_of_day(day).date() == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-02-10", 6, "2026-08-10"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-01-15", 0, "2026-01-15"),
        ("2026-05-01", 12, "2027-05-01"),
    ],
)
def test_a_number_of_months_ends_on_the_same_day_or_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(days, spans)
def test_months_move_the_month_by_exactly_their_number(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(days, days, spans)
def test_a_later_day_stays_later_or_equal_some_months_on(one: date, other: date, months: int) -> None:
    assert (add_months(min(one, other), months)) <= add_months(max(one, other), months)


def test_a_time_without_a_zone_is_plus_eight_and_another_zone_is_kept() -> None:
    assert parse_moment("2026-03-31T06:00:00") == datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert parse_moment("2026-03-31T06:00:00+00:00") == datetime(2026, 3, 31, 6, tzinfo=UTC)
    assert parse_moment(" 2026-03-31 ") == datetime(2026, 3, 31, tzinfo=ZONE)


@pytest.mark.parametrize("text", ["31.03.2026", "2026-02-29", "", "tomorrow"])
def test_what_is_not_a_date_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        parse_date(text)


def test_what_is_not_a_time_is_refused_with_the_form_it_should_have() -> None:
    with pytest.raises(UsageError, match=r"2026-03-31T06:00:00"):
        parse_moment("six o'clock")


def test_a_moment_is_shown_in_the_zone_s_time_and_one_without_a_zone_is_refused() -> None:
    assert zoned(datetime(2026, 3, 30, 22, tzinfo=UTC)).isoformat() == "2026-03-31T06:00:00+08:00"
    with pytest.raises(UsageError, match="no time zone"):
        zoned(datetime(2026, 3, 31))  # noqa: DTZ001
