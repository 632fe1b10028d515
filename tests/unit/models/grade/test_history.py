from __future__ import annotations

from datetime import date

from expectations.vocabulary.grade import Grade
from models.grade.history import previous_grade
from models.grade.subject import PreviousGrade

DAY = date(2026, 6, 30)


def test_without_a_past_there_is_no_previous_grade() -> None:
    assert previous_grade([], DAY) is None
    assert previous_grade([(DAY, Grade.A)], DAY) is None


def test_a_date_made_again_counts_with_its_last_grade() -> None:
    past = [(date(2026, 6, 28), Grade.B), (date(2026, 6, 29), Grade.C), (date(2026, 6, 29), Grade.A)]
    assert previous_grade(past, DAY) == PreviousGrade(date(2026, 6, 29), Grade.A, risen_this_month=True)


def test_the_order_of_the_past_does_not_matter() -> None:
    past = [(date(2026, 6, 29), Grade.A), (date(2026, 6, 1), Grade.B)]
    assert previous_grade(past, DAY) == PreviousGrade(date(2026, 6, 29), Grade.A, risen_this_month=True)


def test_days_that_rested_on_an_annulled_fact_are_left_out() -> None:
    past = [(date(2026, 5, 30), Grade.AA), (date(2026, 6, 10), Grade.D), (date(2026, 6, 11), Grade.D)]
    without = {date(2026, 6, 10), date(2026, 6, 11)}
    assert previous_grade(past, DAY, without) == PreviousGrade(date(2026, 5, 30), Grade.AA)


def test_a_rise_in_the_same_month_of_last_year_does_not_count() -> None:
    past = [(date(2025, 6, 1), Grade.B), (date(2025, 6, 2), Grade.A), (date(2026, 6, 29), Grade.A)]
    assert previous_grade(past, DAY) == PreviousGrade(date(2026, 6, 29), Grade.A)
