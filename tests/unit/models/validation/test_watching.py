"""Bounds of monitoring, hit rates, and drift against a model's own yardstick."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.scorer.points import BinnedPoints, PointsScorer
from models.validation.reference import MARGIN, Reference
from models.validation.watching import hit_rates, watch_bounds

CARD = PointsScorer({"late": BinnedPoints((0.5,), (0.0, 1.0))}, base_margin=-3.0, base_rate=0.05)


def test_hit_rates_are_compared_by_fishers_exact_test() -> None:
    # The lady tasting tea: 3 of 4 against 1 of 4, one-sided p = 17/70.
    found = hit_rates((4, 1), (4, 3), 0.95)
    assert found.p_value == pytest.approx(17 / 70)
    assert found.random is not None
    assert found.random.events == 1


def test_without_random_inspections_nothing_is_compared() -> None:
    found = hit_rates((0, 0), (10, 4), 0.95)
    assert found.random is None
    assert found.p_value is None


def test_the_same_rows_have_not_moved_and_others_have() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"late": random.normal(size=500)})
    reference = Reference.from_json(Reference.of(CARD, frame, 500).to_json())
    assert reference == Reference.of(CARD, frame, 500)
    still = reference.drift(CARD, frame, 500, 0.99)
    assert still["late"].index == still[MARGIN].index == 0.0
    moved = reference.drift(CARD, frame + 1.0, 500, 0.99)
    assert moved["late"].is_beyond_luck
    assert moved[MARGIN].is_beyond_luck
    emptied = reference.drift(CARD, frame * np.nan, 500, 0.99)
    assert emptied["late"].index > 5, "a feed that fell silent is the largest drift there is"


def test_the_packaged_bounds_are_in_force() -> None:
    assert watch_bounds(date(2026, 10, 31)).retrain_days > 0
