from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.vocabulary.grade import Grade
from models.grade.score import probability_of, score_of
from models.policy.book import PolicyBook

SCALE = PolicyBook.load().in_force(date(2026, 6, 30)).scale
PROBABILITIES = st.floats(min_value=0, max_value=1)


@given(score=st.integers(min_value=1, max_value=999), p0=st.floats(min_value=0.01, max_value=0.2))
@settings(max_examples=200, deadline=None)
def test_the_probability_of_a_score_gives_that_score(score: int, p0: float) -> None:
    assert score_of(probability_of(score, p0, SCALE), p0, SCALE) == score


@given(one=PROBABILITIES, other=PROBABILITIES, p0=PROBABILITIES)
@settings(max_examples=200, deadline=None)
def test_a_riskier_enterprise_never_scores_better(one: float, other: float, p0: float) -> None:
    safer, riskier = sorted((one, other))
    assert 0 <= score_of(riskier, p0, SCALE) <= score_of(safer, p0, SCALE) <= 1000


def test_half_a_point_rounds_up() -> None:
    assert score_of(probability_of(749.5, 0.02, SCALE), 0.02, SCALE) == 750
    assert score_of(probability_of(749.4999, 0.02, SCALE), 0.02, SCALE) == 749


def test_the_bands_of_the_grades_touch_and_cover_the_scale() -> None:
    assert [SCALE.grade_of(SCALE.lowest(grade)) for grade in Grade] == list(Grade)
    assert [SCALE.grade_of(SCALE.highest(grade)) for grade in Grade] == list(Grade)
    assert (SCALE.lowest(Grade.D), SCALE.highest(Grade.AAA)) == (0, 1000)
