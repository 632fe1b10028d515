"""What starts a training, what starts none, and that a watch says what an operator must do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from models.scorer.points import BinnedPoints, PointsScorer
from models.training.settings import TrainingSettings
from models.validation.calibration import HosmerLemeshow, RateTest
from models.validation.overrides import Overrides
from models.validation.reference import Reference
from models.validation.stability import Shift
from models.validation.watching import HitRates, watch_bounds
from pipelines.steps.model_watch import Matured, ModelWatch
from pipelines.steps.registry import ModelCard
from pipelines.steps.retraining import trigger_of
from tests.worlds.memory_registry import MemoryRegistry

DAY = date(2026, 10, 31)
BOUNDS = watch_bounds(DAY)
STILL, MOVED, LUCK = Shift(0.02, 0.1, 100, 100), Shift(0.6, 0.1, 100, 100), Shift(0.6, 0.9, 5, 5)
CALM = ModelWatch(
    version="2",
    inputs=(("late", STILL), ("age", STILL)),
    score=STILL,
    matured=None,
    overrides=Overrides(100, 1, 1, 0),
    inspections=HitRates(None, None, None),
    bounds=BOUNDS,
)
WRONG = Matured(date(2026, 4, 1), RateTest(100, 30, 8.0, 0.2, 0.4, 1e-9), HosmerLemeshow(40.0, 4, 1e-8))


def registry_with(trained_on: date | None, *, waits: bool = False) -> MemoryRegistry:
    registry = MemoryRegistry()
    if trained_on is not None:
        card = PointsScorer({"late": BinnedPoints((0.5,), (0.0, 1.0))}, base_margin=-3.0, base_rate=0.05)
        version = registry.register(card, pd.DataFrame())
        told = ModelCard(trained_on, trained_on, trained_on, TrainingSettings(), "rows", Reference(1, {}), {})
        registry.texts[version, "card.json"] = json.dumps(told.to_json())
        if waits:
            registry.set_challenger(version)
        else:
            registry.set_champion(version)
    return registry


@pytest.mark.parametrize(
    ("model", "trained_on", "kind"),
    [
        (None, None, "first"),
        (CALM, date(2026, 7, 1), "calendar"),
        (replace(CALM, score=MOVED), date(2026, 10, 1), "drift"),
        (replace(CALM, inputs=(("late", MOVED), ("age", STILL))), date(2026, 10, 1), "drift"),
        (replace(CALM, matured=WRONG), date(2026, 10, 1), "calibration"),
    ],
)
def test_each_cause_of_a_training_is_named(model: ModelWatch | None, trained_on: date | None, kind: str) -> None:
    trigger = trigger_of(model, registry_with(trained_on), DAY, BOUNDS)
    assert trigger is not None
    assert trigger.kind == kind
    assert trigger.says


@pytest.mark.parametrize("model", [None, CALM, replace(CALM, score=LUCK)])
def test_a_model_in_order_and_a_shift_that_luck_explains_train_nothing(model: ModelWatch | None) -> None:
    assert trigger_of(model, registry_with(date(2026, 10, 1)), DAY, BOUNDS) is None


def test_a_challenger_that_waits_for_people_is_not_trained_over_each_week() -> None:
    drifting = replace(CALM, score=MOVED)
    assert trigger_of(drifting, registry_with(date(2026, 10, 1), waits=True), DAY, BOUNDS) is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"score": MOVED}, "stability index 0.60"),
        ({"inputs": (("late", MOVED), ("age", STILL))}, "1 of 2 features moved, first late"),
        ({"matured": WRONG}, "8.0 events were expected and 30 came"),
        ({"overrides": Overrides(100, 6, 3, 3)}, "override 6.0%"),
    ],
)
def test_each_fault_of_a_model_is_an_alarm_of_its_own(change: dict[str, object], word: str) -> None:
    (alarm,) = replace(CALM, **change).alarms  # type: ignore[arg-type]
    assert word in alarm
    assert "(runbook: " in alarm


def test_a_model_in_order_raises_no_alarm() -> None:
    assert CALM.alarms == ()
