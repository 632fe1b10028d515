"""Delivered text is held exactly or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contracts.schema import FieldContract, FieldType
from expectations.contracts.typed import trimmed_sql, typed_sql
from expectations.vocabulary.moment import ZONE

CONNECTION = duckdb.connect()
CONNECTION.execute("SET TimeZone = 'America/New_York'")


def typed(field_type: FieldType, text: str) -> Any:
    """The value of a text as a field of a type."""
    sql = typed_sql(FieldContract(name="x", type=field_type), "x")
    return CONNECTION.execute(f"SELECT {sql} FROM (SELECT CAST(? AS VARCHAR) AS x)", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("515.50", "515.50"), ("-0.5", "-0.50"), ("+7", "7.00"), (".5", "0.50"), ("5.", "5.00"), ("1.5000", "1.50")],
)
def test_a_number_that_fits_is_held_exactly(text: str, value: str) -> None:
    assert typed("decimal(18,2)", text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["515.505", "15e-3", "1e3", "1,000.00", "1_000", "NaN", "inf", "12345678901234567.00", "0x10", "－5", "￥5"]
)
def test_a_number_that_does_not_fit_is_not_rounded_or_guessed(text: str) -> None:
    assert typed("decimal(18,2)", text) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=5))
@settings(max_examples=100, deadline=None)
def test_any_number_with_five_places_comes_back_unchanged(number: Decimal) -> None:
    assert typed("decimal(18,5)", f"{number:f}") == number


@pytest.mark.parametrize("text", ["1.5", "1e3", "1_0", "0x10", "one", "9223372036854775808"])
def test_what_is_not_a_whole_number_is_not_made_one(text: str) -> None:
    assert typed("integer", text) is None


def test_whole_numbers_are_read() -> None:
    assert [typed("integer", text) for text in ("0", "-3", "007")] == [0, -3, 7]


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "yes", "是"])
def test_yes_in_every_agreed_form(text: str) -> None:
    assert typed("boolean", text) is True


@pytest.mark.parametrize("text", ["false", "0", "No", "否"])
def test_no_in_every_agreed_form(text: str) -> None:
    assert typed("boolean", text) is False


@pytest.mark.parametrize("text", ["t", "f", "2", "on", "有"])
def test_a_word_that_was_not_agreed_is_neither_yes_nor_no(text: str) -> None:
    assert typed("boolean", text) is None


@pytest.mark.parametrize("text", ["2026-03-31", "20260331"])
def test_a_date_is_read_in_both_agreed_forms(text: str) -> None:
    assert typed("date", text) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text", ["31.03.2026", "2026/03/31", "2026-3-31", "2026-02-29", "2026-03-31 10:00:00", "0001-01-01", "46112"]
)
def test_a_date_in_another_form_is_not_guessed(text: str) -> None:
    assert typed("date", text) is None


MOMENT = datetime(2026, 3, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31T09:30:00+08:00",
        "2026-03-31 09:30:00",
        "2026-03-31T09:30",
        "2026-03-31T01:30:00Z",
        "2026-03-31T01:30:00.000Z",
        "2026-03-30 20:30:00-05:00",
        "2026-03-31 09:30:00+08",
        "2026-03-31 09:30:00+0800",
    ],
)
def test_a_time_is_read_with_its_own_zone_or_as_plus_eight(text: str) -> None:
    assert typed("timestamp", text) == MOMENT


@pytest.mark.parametrize(
    "text", ["2026-03-31", "epoch", "infinity", "2026-03-31T25:00:00", "1774920600", "0001-01-01T00:00:00", "09:30:00"]
)
def test_a_time_without_its_day_or_hour_is_not_completed(text: str) -> None:
    assert typed("timestamp", text) is None


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-11, 13))  # noqa: DTZ001
@settings(max_examples=100, deadline=None)
def test_any_time_with_any_zone_is_the_same_instant(moment: datetime, hours: int) -> None:
    text = moment.isoformat(timespec="microseconds")
    offset = f"{hours:+03d}:00"
    assert typed("timestamp", text + offset) == moment.replace(tzinfo=UTC) - timedelta(hours=hours)
    if moment.year > 1991:  # the zone had summer time before
        assert typed("timestamp", text) == moment.replace(tzinfo=ZONE)


@given(st.text(alphabet=" \t\r\n\u3000a中1.~!\u0301\u0600\u200d\x1f\x7f", max_size=6))
@settings(max_examples=400, deadline=None)
def test_white_space_around_a_value_is_cut_and_nothing_else(text: str) -> None:
    sql = f"SELECT {trimmed_sql('x')} FROM (SELECT CAST(? AS VARCHAR) AS x)"
    cut = CONNECTION.execute(sql, [text]).fetchall()[0][0]
    assert (cut or "") == text.strip(" \t\r\n\u3000")
    assert cut != ""


@pytest.mark.parametrize(("field_type", "text"), [("decimal(18,2)", " 5 "), ("integer", "5\t"), ("integer", "\u30005")])
def test_a_number_in_white_space_is_that_number(field_type: FieldType, text: str) -> None:
    assert typed(field_type, text) == 5
