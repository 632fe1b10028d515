"""What an operator is told each morning, and when it becomes an alarm."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import pytest

from models.validation.stability import Shift
from models.validation.watching import watch_bounds
from pipelines.steps.monitoring import Watch, grade_shift


def watch(**more: object) -> Watch:
    """A home in good order."""
    plain: dict[str, object] = {
        "date": "2026-10-31",
        "has_run": True,
        "ledger_holds": True,
        "ledger_faults": (),
        "feeds_late": (),
        "waiting": 3,
        "dead": 0,
        "grade_shift": Shift(0.05, 0.1, 300, 300),
        "bounds": watch_bounds(date(2026, 10, 31)),
    }
    return Watch(**{**plain, **more})  # type: ignore[arg-type]


def test_a_home_in_good_order_raises_no_alarm() -> None:
    assert watch().alarms == ()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"has_run": False}, "no run"),
        ({"ledger_holds": False, "ledger_faults": ("decisions: entry 7 altered",)}, "entry 7"),
        ({"dead": 2, "dead_unowned": 1}, "2 messages cannot be delivered, 1 with nobody"),
        ({"waiting_since": "2026-10-31"}, "3 messages wait to be delivered, the oldest since 2026-10-31"),
        ({"grade_shift": Shift(0.26, 0.1, 300, 300)}, "0.26"),
    ],
)
def test_each_fault_is_an_alarm_of_its_own(fault: dict[str, object], word: str) -> None:
    (alarm,) = watch(**fault).alarms
    assert word in alarm
    assert "(runbook: " in alarm


def test_what_the_latest_run_wrote_may_wait_for_a_day() -> None:
    assert watch(waiting_since="2026-11-01").alarms == ()


def test_grades_that_moved_no_further_than_luck_explains_are_no_alarm() -> None:
    assert watch(grade_shift=Shift(0.6, 0.9, 30, 30)).alarms == ()


def test_the_same_move_is_luck_in_a_young_zone_and_a_change_in_a_large_one() -> None:
    # 50/50 to 80/20: 0.3 * ln(1.6) - 0.3 * ln(0.4)
    expected = 0.3 * math.log(1.6) - 0.3 * math.log(0.4)
    for size, is_alarm in ((1, False), (10, True)):
        before, after = Counter({"A": 10 * size, "B": 10 * size}), Counter({"A": 16 * size, "B": 4 * size})
        moved = grade_shift(before, after, watch().bounds.level)
        assert moved is not None
        assert moved.index == pytest.approx(expected)
        assert bool(watch(grade_shift=moved).alarms) is is_alarm


def test_without_a_day_to_compare_with_there_is_no_index() -> None:
    assert grade_shift(Counter(), Counter({"A": 1}), 0.99) is None
    assert grade_shift(Counter({"A": 1}), Counter(), 0.99) is None
