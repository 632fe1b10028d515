"""Which grade wins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from expectations.vocabulary.grade import Grade, Severity, lowest

grades = st.sampled_from(Grade)


def test_the_grades_run_from_aaa_to_d() -> None:
    assert [grade for rank in range(6) for grade in Grade if grade.rank == rank] == ["AAA", "AA", "A", "B", "C", "D"]


def test_better_means_further_up() -> None:
    assert Grade.AAA.is_better_than(Grade.AA)
    assert not Grade.B.is_better_than(Grade.B)
    assert not Grade.D.is_better_than(Grade.C)


@given(grades, grades)
def test_a_cap_only_ever_lowers(grade: Grade, ceiling: Grade) -> None:
    capped = grade.capped_at(ceiling)
    assert capped in {grade, ceiling}
    assert not capped.is_better_than(grade)
    assert not capped.is_better_than(ceiling)


@given(st.lists(grades, min_size=1))
def test_the_lowest_cap_wins_whatever_the_order(caps: list[Grade]) -> None:
    assert lowest(caps) == lowest(caps[::-1])
    assert not any(lowest(caps).is_better_than(cap) for cap in caps)


def test_one_step_up_stops_at_the_top() -> None:
    assert [grade.one_better() for grade in Grade] == ["AAA", "AAA", "AA", "A", "B", "C"]


def test_high_alerts_come_first() -> None:
    assert sorted([Severity.LOW, Severity.HIGH, Severity.MEDIUM], key=lambda severity: severity.rank) == [
        "high",
        "medium",
        "low",
    ]
