"""Monitoring over a real day: drift against the card, inspections from the lake, matured decisions from the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from models.training.settings import TrainingSettings
from models.validation.reference import Reference
from pipelines.steps import daily, monitoring
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.registry import ModelCard
from pipelines.storage import decisions
from pipelines.storage.vectors import StoredVectors, load_vectors
from tests.worlds.day_home import LAST_DAY, home_at
from tests.worlds.memory_registry import MemoryRegistry


def decided(path: Path, day: date = LAST_DAY) -> Home:
    home = home_at(path)
    daily.run_day(home, Day.of(day))
    return home


def vectors_of(home: Home) -> pd.DataFrame:
    with home.database.reading() as connection:
        run = decisions.run_for(connection, LAST_DAY)
    assert run is not None
    return load_vectors(home.feature_vectors, StoredVectors(run.feature_path, run.feature_digest))


def registry_for(home: Home, frame: pd.DataFrame) -> MemoryRegistry:
    """The champion of the home, with a card whose yardstick is the frame."""
    scorer, registry = home.champion().scorer, MemoryRegistry()
    registry.scorers["expert"] = scorer
    registry.set_champion("expert")
    card = ModelCard(
        LAST_DAY, LAST_DAY, LAST_DAY, TrainingSettings(), "rows", Reference.of(scorer, frame, len(frame)), {}
    )
    registry.texts["expert", "card.json"] = json.dumps(card.to_json())
    return registry


def test_a_day_like_the_training_has_not_drifted_and_one_unlike_it_is_an_alarm(
    fresh_home: Callable[[str], Path],
) -> None:
    home = decided(fresh_home("home"))
    frame = vectors_of(home)
    calm = monitoring.watch(home, LAST_DAY, registry_for(home, frame))
    assert calm.model is not None
    assert not calm.model.has_drifted
    assert calm.model.score is not None
    assert calm.model.score.index == 0.0
    risky = frame.assign(enterprise_age_days=1.0, general_penalties_in_force=4.0, unmatched_list_share_90d=0.9)
    moved = monitoring.watch(home, LAST_DAY, registry_for(home, risky))
    assert moved.model is not None
    assert moved.model.has_drifted
    assert any("Scores moved" in alarm for alarm in moved.alarms)


def test_inspections_are_counted_as_the_lake_holds_them(fresh_home: Callable[[str], Path]) -> None:
    home = decided(fresh_home("home"))
    found = monitoring.watch(home, LAST_DAY, registry_for(home, vectors_of(home))).model
    assert found is not None
    vectors = vectors_of(home)
    both = [one.rows for one in (found.inspections.random, found.inspections.targeted) if one]
    hits = [one.events for one in (found.inspections.random, found.inspections.targeted) if one]
    assert sum(both) == vectors["inspections_365d"].sum() > 0
    assert sum(hits) == vectors["inspection_findings_365d"].sum()


def test_decisions_whose_horizon_has_passed_are_held_against_what_came(
    fresh_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    early = LAST_DAY - timedelta(days=100)
    home = decided(fresh_home("home"), early)
    daily.run_day(home, Day.of(LAST_DAY))
    monkeypatch.setattr(
        "pipelines.steps.model_watch.TrainingSettings", lambda: TrainingSettings(60, reporting_delay_days=14)
    )
    found = monitoring.watch(home, LAST_DAY, registry_for(home, vectors_of(home))).model
    assert found is not None
    assert found.matured is not None
    assert found.matured.business_date == early
    assert found.matured.whole.rows > 20
    assert found.matured.whole.expected > 0
