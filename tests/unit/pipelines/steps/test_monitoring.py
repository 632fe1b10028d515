"""What an operator is told each morning, and when it becomes an alarm."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from pipelines.steps.monitoring import Watch, stability_index


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
        "grade_shift": 0.05,
    }
    return Watch(**{**plain, **more})  # type: ignore[arg-type]


def test_a_home_in_good_order_raises_no_alarm() -> None:
    assert watch().alarms == ()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"has_run": False}, "no run"),
        ({"ledger_holds": False, "ledger_faults": ("decisions: entry 7 altered",)}, "entry 7"),
        ({"dead": 2}, "2 messages"),
        ({"grade_shift": 0.26}, "0.26"),
    ],
)
def test_each_fault_is_an_alarm_of_its_own(fault: dict[str, object], word: str) -> None:
    (alarm,) = watch(**fault).alarms
    assert word in alarm


def test_the_index_is_zero_when_nothing_moved() -> None:
    grades = Counter({"A": 60, "B": 40})
    assert stability_index(grades, grades) == pytest.approx(0.0)


def test_the_index_is_the_sum_of_share_differences_times_their_log_ratio() -> None:
    # 50/50 to 80/20: 0.3 * ln(1.6) - 0.3 * ln(0.4)
    expected = 0.3 * math.log(1.6) - 0.3 * math.log(0.4)
    shift = stability_index(Counter({"A": 50, "B": 50}), Counter({"A": 80, "B": 20}))
    assert shift == pytest.approx(expected)


def test_without_a_day_to_compare_with_there_is_no_index() -> None:
    assert stability_index(Counter(), Counter({"A": 1})) is None
    assert stability_index(Counter({"A": 1}), Counter()) is None
