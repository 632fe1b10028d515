"""A look that takes its time is begun once, waited for a little, and remembered; a failed one is not."""

from __future__ import annotations

from threading import Event

import pytest

from pipelines.steps.lookups import Lookups
from reports.pages.ports import BeingLookedUpError


def test_an_impatient_question_is_told_to_come_again_and_the_same_look_answers_it() -> None:
    may_end, looks = Event(), []

    def look(question: str) -> str:
        looks.append(question)
        may_end.wait(20)
        return question.upper()

    asked = Lookups(look, remembered=2)
    for _ in range(2):
        with pytest.raises(BeingLookedUpError):
            asked.answer(("a",), 0.01)
    may_end.set()
    assert asked.answer(("a",), None) == "A"
    assert looks == ["a"]
    for other in ("b", "c"):
        asked.answer((other,), None)
    asked.answer(("a",), None)
    assert looks == ["a", "b", "c", "a"], "no more are remembered than it is told to"


def test_a_look_that_failed_is_told_and_tried_anew() -> None:
    outcomes = iter([TimeoutError("the disk is slow"), None])

    def look() -> str:
        if error := next(outcomes):
            raise error
        return "there"

    asked = Lookups(look, remembered=2)
    with pytest.raises(TimeoutError, match="the disk"):
        asked.answer((), None)
    assert asked.answer((), None) == "there"
