from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.vocabulary.moment import knowledge_cutoff
from features.table import FeatureTable
from models.training.errors import PanelError
from models.training.panel import EVENT_COLUMNS, Labelled, Panel, Sources, build_panel, month_ends
from models.training.settings import TrainingSettings
from models.training.split import split_by_time

START = date(2024, 1, 1)


def tiny(day: date) -> FeatureTable:
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["E0", "E1"], name="uscc"))
    return FeatureTable(
        frame, pd.DataFrame({"registration_status": "operating"}, index=frame.index), day, knowledge_cutoff(day)
    )


def panel_of(days: int, events: list[tuple[int, int, int]]) -> Panel:
    rows = [
        (
            f"E{who}",
            pd.Timestamp(START + timedelta(days=on)),
            knowledge_cutoff(START + timedelta(days=on + delay)),
            "penalty",
            str(number),
            False,
        )
        for number, (who, on, delay) in enumerate(events)
    ]
    table = pd.DataFrame(rows, columns=list(EVENT_COLUMNS))

    def events_as_of(day: date) -> pd.DataFrame:
        return table[table["received_at"] <= knowledge_cutoff(day)]

    last = START + timedelta(days=days)
    return build_panel(month_ends(START, last), Sources(tiny, events_as_of), last)


EVENTS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 700), st.integers(0, 60)), min_size=1, max_size=12)


def fields(rows: Labelled) -> list[Any]:
    return [rows.outcome.tolist(), rows.exposure.tolist(), rows.dates.tolist(), rows.known_on]


@settings(max_examples=20, deadline=None)
@given(days=st.integers(200, 700), events=EVENTS, delay=st.integers(0, 40))
def test_training_ends_before_any_test_outcome_begins(
    days: int, events: list[tuple[int, int, int]], delay: int
) -> None:
    chosen = TrainingSettings(reporting_delay_days=delay)
    split = split_by_time(panel_of(days, events), chosen)
    observed = np.rint(split.train.exposure * chosen.horizon_days).astype(int)
    window_ends = [day + timedelta(days=int(seen)) for day, seen in zip(split.train.dates, observed, strict=True)]
    assert max(window_ends) < split.boundary <= min(split.test.dates)
    assert split.train.known_on < split.boundary
    assert min(observed) >= chosen.least_follow_up_days


@settings(max_examples=20, deadline=None)
@given(days=st.integers(200, 700), events=EVENTS, later=EVENTS)
def test_nothing_that_becomes_known_after_the_boundary_changes_the_training_side(
    days: int, events: list[tuple[int, int, int]], later: list[tuple[int, int, int]]
) -> None:
    chosen = TrainingSettings(reporting_delay_days=5)
    before = split_by_time(panel_of(days, events), chosen)
    boundary = (before.boundary - START).days
    unknown = [(who, on, max(delay, boundary - on)) for who, on, delay in later]
    after = split_by_time(panel_of(days, events + unknown), chosen)
    assert after.boundary == before.boundary
    assert fields(after.train) == fields(before.train)


def test_about_a_third_of_the_observed_time_is_kept_for_the_test() -> None:
    split = split_by_time(panel_of(700, [(0, 100, 1)]), TrainingSettings(reporting_delay_days=5))
    kept = split.test.exposure.sum()
    assert 0.2 < kept / (kept + split.train.exposure.sum()) < 0.45


def test_four_hundred_days_are_enough_for_both_sides(zone: Callable[..., Any]) -> None:
    demo = zone()
    dates = month_ends(date(2025, 1, 1), demo.end)
    split = split_by_time(build_panel(dates, demo.sources, demo.end), TrainingSettings())
    assert len(set(split.train.dates)) >= 5
    assert len(set(split.test.dates)) >= 3
    assert min(split.train.events, split.test.events) > 20


def test_a_history_shorter_than_two_follow_ups_is_refused() -> None:
    with pytest.raises(PanelError, match="longer period"):
        split_by_time(panel_of(70, [(0, 10, 1)]), TrainingSettings(reporting_delay_days=5))


def test_labels_are_read_at_the_boundary_and_at_the_end() -> None:
    panel = panel_of(500, [(0, 100, 1)])
    split = split_by_time(panel, TrainingSettings(reporting_delay_days=5))
    assert split.test.known_on == panel.known_on
    assert split.train.known_on == split.boundary - timedelta(days=1)
