from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue.schema import Catalogue
from models.scorer.points import PointsScorer
from models.training.panel import Panel, build_panel, month_ends
from models.training.settings import TrainingSettings
from models.training.train import TrainingResult, late_reports, place_scorecard, train

SETTINGS = TrainingSettings(threads=1)


def panel_of(world: Any) -> Panel:
    dates = month_ends(date(2025, 1, 1), world.end)
    return build_panel(dates, world.sources, world.end)


@pytest.fixture
def result(zone: Callable[..., Any], catalogue: Catalogue, coarse_card: PointsScorer) -> TrainingResult:
    return train(panel_of(zone()), catalogue, coarse_card, SETTINGS)


def test_trees_that_know_more_than_a_coarse_card_rank_better(result: TrainingResult) -> None:
    trees, card = result.metrics["lightgbm"], result.metrics["scorecard"]
    assert (trees.n, trees.events) == (card.n, card.events)
    assert trees.auc is not None
    assert card.auc is not None
    assert trees.auc > card.auc


def test_the_model_that_is_returned_is_the_one_that_was_measured(result: TrainingResult) -> None:
    assert result.challenger is not None
    test = result.split.test
    expected = 1 / (1 + np.exp(-(result.challenger.margins(test.features) + np.log(test.exposure))))
    assert result.metrics["lightgbm"].expected == pytest.approx(expected.sum())


def test_features_without_spread_stay_out_and_directions_go_in(result: TrainingResult) -> None:
    assert result.challenger is not None
    assert result.challenger.feature_names == ("late", "steady")
    assert result.challenger.monotone == (1, 0)


def test_months_of_one_enterprise_stay_on_one_side_of_a_fold(result: TrainingResult) -> None:
    assert result.challenger is not None
    assert (
        result.challenger.training["groups"]
        == len(set(result.split.train.enterprises))
        < len(result.split.train.outcome)
    )


def test_both_models_are_measured_against_the_zones_own_rate(result: TrainingResult) -> None:
    assert result.challenger is not None
    assert result.scorecard.base_rate == pytest.approx(result.challenger.base_rate)
    train_side = result.split.train
    margins = result.scorecard.margins(train_side.features) + np.log(train_side.exposure)
    assert (1 / (1 + np.exp(-margins))).sum() == pytest.approx(train_side.events, rel=1e-3)


def test_the_same_panel_gives_the_same_result_to_the_digest_and_the_picture(
    result: TrainingResult, zone: Callable[..., Any], catalogue: Catalogue, coarse_card: PointsScorer
) -> None:
    again = train(panel_of(zone()), catalogue, coarse_card, SETTINGS)
    assert result.challenger is not None
    assert again.challenger is not None
    assert again.challenger.digest == result.challenger.digest
    assert again.facts == result.facts
    assert again.plots == result.plots


def test_a_zone_with_hardly_an_event_keeps_its_scorecard(
    zone: Callable[..., Any], catalogue: Catalogue, coarse_card: PointsScorer
) -> None:
    quiet = panel_of(zone(yearly_events=0.0))
    outcome = train(quiet, catalogue, coarse_card, SETTINGS)
    assert outcome.challenger is None
    assert outcome.scorecard == coarse_card
    assert set(outcome.metrics) == {"scorecard"}


def test_the_facts_say_what_was_left_out(result: TrainingResult) -> None:
    assert result.facts["train"]["known_on"] < result.facts["test"]["from"]
    assert set(result.facts["excluded"]) == {
        "rows_without_any_value_or_gone",
        "events_voided",
    }
    assert result.facts["test"]["excluded"]["rows_observed_too_short"] > 0
    assert all(picture.startswith(b"\x89PNG") for picture in result.plots.values())


def test_placing_the_card_keeps_its_points(result: TrainingResult, coarse_card: PointsScorer) -> None:
    placed = place_scorecard(coarse_card, result.split.train)
    assert placed.bins == coarse_card.bins
    assert placed.base_margin != coarse_card.base_margin


def test_events_that_took_longer_than_the_delay_are_counted(zone: Callable[..., Any]) -> None:
    events = zone().all_events
    assert late_reports(events, TrainingSettings(reporting_delay_days=14)) == 0
    took = (events["received_at"].dt.tz_localize(None) - events["event_date"]).dt.days
    assert late_reports(events, TrainingSettings(reporting_delay_days=4)) == (took > 4).sum() > 0
    assert late_reports(events.assign(voided=True), TrainingSettings(reporting_delay_days=4)) == 0


def test_the_facts_say_who_was_looked_at_and_what_wrong_weights_would_do(
    zone: Callable[..., Any], catalogue: Catalogue, coarse_card: PointsScorer
) -> None:
    made = zone()
    random = np.random.default_rng(7)
    days = pd.to_datetime(made.end) - pd.to_timedelta(random.integers(1, 380, 900), unit="D")
    looks = pd.DataFrame(
        {
            "uscc": random.choice(made.uscc, 900),
            "event_date": days,
            "received_at": [knowledge_cutoff(day.date()) for day in days],
            "at_random": random.random(900) < 0.5,
            "selection_probability": random.uniform(0.02, 0.6, 900),
        }
    )
    sources = replace(made.sources, inspections_as_of=lambda day: looks)
    panel = build_panel(month_ends(date(2025, 1, 1), made.end), sources, made.end)
    found = train(panel, catalogue, coarse_card, SETTINGS).facts["selection"]
    assert 0 < found["inspected_at_random"]["events"] < found["inspected_at_random"]["rows"]
    assert set(found["inspected_at_random"]["models"]) == {"scorecard", "woe", "lightgbm"}
    assert [row["mean_margin_moved_by"] == 0.0 for row in found["if_weights_are_wrong"]] == [True] + [False] * 6
    weighted = panel.labelled(panel.known_on, replace(SETTINGS, most_selection_weight=5.0)).weight
    assert weighted.std() > 0
    assert panel.labelled(panel.known_on, SETTINGS).weight.std() == 0
