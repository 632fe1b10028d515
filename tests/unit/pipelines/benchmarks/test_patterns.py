"""What counts as found, as right and as a cost of the honest, told on a handful of alerts."""

from __future__ import annotations

from datetime import date

import pytest

from expectations.errors import XinjiError
from pipelines.benchmarks.patterns import Looking, Planted, Raised, judge

LOOKING = Looking(enterprises=102, looks=4, every_days=10)  # 1 to 31 October 2026
SPAN = (date(2026, 3, 1), date(2026, 10, 31))
PLANTED = [Planted("R01", "bearer", *SPAN), Planted("R11", "other", *SPAN)]


def test_an_alert_about_the_bearer_finds_the_episode_and_one_about_an_honest_enterprise_costs() -> None:
    raised = [Raised("R01", "bearer", date(2026, 10, 1)), Raised("R01", "honest", date(2026, 10, 1))]
    told = judge(PLANTED, raised, LOOKING)
    assert told["rules"]["R01"] == {
        "planted": 1, "found": 1, "recall": 1.0, "alerts": 2, "right": 1, "precision": 0.5, "on_honest": 1,
    }  # fmt: skip
    assert told["rules"]["R11"]["recall"] == 0.0
    assert told["alerts_per_100_honest_and_month"] == 0.5  # one alert of 100 honest enterprises in two months


def test_the_second_measure_of_the_receipt_gap_counts_as_the_first() -> None:
    told = judge(PLANTED, [Raised("R11b", "other", date(2026, 10, 1))], LOOKING)
    assert told["rules"]["R11"]["recall"] == 1.0


def test_an_alert_long_after_the_episode_is_a_false_one() -> None:
    planted = [Planted("R01", "bearer", date(2026, 3, 1), date(2026, 7, 2))]
    late = judge(planted, [Raised("R01", "bearer", date(2026, 10, 1))], LOOKING)["rules"]["R01"]
    assert (late["planted"], late["right"], late["on_honest"]) == (0, 0, 0)


def test_an_episode_that_has_hardly_begun_cannot_be_missed() -> None:
    planted = [Planted("R01", "bearer", date(2026, 10, 2), date(2026, 10, 31))]
    assert judge(planted, [], LOOKING)["rules"]["R01"]["recall"] is None


def test_a_zone_without_a_plan_judges_nothing() -> None:
    with pytest.raises(XinjiError, match="Nothing was planted"):
        judge([], [], LOOKING)
