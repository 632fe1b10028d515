"""The study of random shares: one zone under every share, the same luck, and intervals that are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.benchmarks.study import WEEKS, WEEKS_BEFORE, Zone, _chosen, expected_auc, half_width
from pipelines.simulation import ZoneSettings
from pipelines.simulation.world import create
from reports.inspection.plan import Rules


def test_a_zone_has_a_week_for_each_week_and_conduct_that_shows_what_is_found() -> None:
    zone = Zone.of(create(ZoneSettings(enterprises=60, days=7 * (WEEKS + WEEKS_BEFORE) + 60, seed=3)))
    assert zone.shown.shape == (WEEKS + WEEKS_BEFORE, 60, 7)
    assert ((zone.finds > 0) & (zone.finds < 1)).all()
    assert expected_auc(zone.shown[-1].max(axis=1), zone.finds[-1]) > 0.5


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_every_slot_is_used_once_and_without_a_lot_by_expected_value_alone(share: float) -> None:
    risk, value = np.linspace(0.01, 0.5, 50), np.full(50, 1000)
    chosen = _chosen(value, risk, Rules(10, share, {}), "1-1")
    assert len(set(chosen)) == 10
    assert (set(chosen) == set(range(40, 50))) == (share == 0)


def test_a_ranking_by_the_truth_is_the_best_there_is_and_no_ranking_is_worth_half() -> None:
    finds = np.array([0.1, 0.2, 0.6])
    best = expected_auc(finds, finds)
    assert best > expected_auc(-finds, finds) == pytest.approx(1 - best)
    assert expected_auc(np.zeros(3), finds) == pytest.approx(0.5)


def test_an_interval_is_that_of_a_mean_by_student() -> None:
    assert half_width(np.array([1.0, 2.0, 3.0])) == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
