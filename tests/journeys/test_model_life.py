"""A model's life over a real lake: trained, in shadow, validated by training again, judged by the gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.scorer.points import PointsScorer
from models.training.settings import TrainingSettings
from models.training.train import train
from models.validation.pack import pack_digest
from pipelines.settings import Settings
from pipelines.steps.promotion import champion_of
from pipelines.steps.training import register_training
from pipelines.steps.validation import stored_pack, validate
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY
from tests.worlds.memory_registry import MemoryRegistry


def test_a_training_ends_in_a_shadow_and_a_pack_that_its_own_rows_give_again(
    fresh_home: Callable[[str], Path],
) -> None:
    wiring, registry = Wiring(Settings(home=fresh_home("home"), threads=2)), MemoryRegistry()
    home, panel, settings = wiring.home, wiring.panel(LAST_DAY), TrainingSettings()
    card = wiring.expert_scorecard(panel.known_on)
    result = train(panel, home.catalogue, card, settings)
    trained = register_training(home, registry, panel, result, settings)
    if trained.challenger_version is None:
        pytest.fail("The small zone should have events enough for a challenger.")
    with home.database.reading() as connection:
        assert champion_of(connection) == trained.scorecard_version == registry.champion().version
    shadow = registry.challenger()
    assert shadow is not None
    assert shadow.version == trained.challenger_version

    def scorecard(day: date) -> PointsScorer:
        return wiring.expert_scorecard(day)

    found = validate(home, registry, trained.challenger_version, panel, scorecard)
    assert found.pack["replay"]["holds"]
    assert found.pack["labels_known_on"] < found.pack["from"]
    assert found.pack["rivals"][0]["role"] == "champion"
    assert pack_digest(stored_pack(registry, trained.challenger_version)) == pack_digest(found.pack)

    forged = replace(registry.scorers[trained.challenger_version], base_margin=-1.0)  # type: ignore[type-var]
    registry.scorers[trained.challenger_version] = forged
    refused = validate(home, registry, trained.challenger_version, panel, scorecard)
    assert "replay" in {check.name for check in refused.result.refusals}
