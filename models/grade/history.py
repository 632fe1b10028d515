"""What an enterprise's published past says on a day: its latest grade, and whether it rose this month."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from itertools import pairwise

from expectations.vocabulary.grade import Grade
from models.grade.subject import PreviousGrade


def previous_grade(
    published: Iterable[tuple[date, Grade | None]], business_date: date, without: Container[date] = ()
) -> PreviousGrade | None:
    """The standing before a business date; None where nothing was published.

    Parameters
    ----------
    published:
        Business dates with their final grade, in the order of publication; a date that stands twice was made again,
        and its last grade counts. A day without a grade (inactive) is skipped.
    business_date:
        D. Nothing published for D itself counts.
    without:
        Dates to leave out: those whose grade rested on a fact that was annulled since.
    """
    latest = {day: grade for day, grade in published if day < business_date and day not in without}
    graded = sorted((day, grade) for day, grade in latest.items() if grade is not None)
    if not graded:
        return None
    month = (business_date.year, business_date.month)
    risen = any(
        (day.year, day.month) == month and grade.is_better_than(before)
        for (_, before), (day, grade) in pairwise(graded)
    )
    return PreviousGrade(graded[-1][0], graded[-1][1], risen)
