from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from models.training.errors import LookAheadError, PanelError
from models.training.panel import EVENT_COLUMNS, Panel, Sources, build_panel, month_ends
from models.training.settings import TrainingSettings

DAY = date(2025, 3, 31)
NO_DELAY = TrainingSettings(reporting_delay_days=0)


def event(
    uscc: str = "E0000", on: date = DAY + timedelta(days=10), known: date | None = None, voided: bool = False
) -> dict[str, Any]:
    return {
        "uscc": uscc,
        "event_date": pd.Timestamp(on),
        "received_at": knowledge_cutoff(known or on),
        "kind": "penalty",
        "key": f"{on}{voided}",
        "voided": voided,
    }


def panel_with(zone: Callable[..., Any], *events: dict[str, Any], ends: date = DAY + timedelta(days=300)) -> Panel:
    small = zone(size=3)
    table = pd.DataFrame(list(events), columns=list(EVENT_COLUMNS))

    def events_as_of(day: date) -> pd.DataFrame:
        return table[table["received_at"] <= knowledge_cutoff(day)] if len(table) else table

    return build_panel([DAY], Sources(small.features_as_of, events_as_of), ends)


def outcomes(panel: Panel, settings: TrainingSettings = NO_DELAY, known_on: date | None = None) -> dict[str, float]:
    labelled = panel.labelled(known_on or panel.known_on, settings)
    return dict(zip(labelled.enterprises, labelled.outcome, strict=True))


@pytest.mark.parametrize(("days", "outcome"), [(-1, 0.0), (0, 0.0), (1, 1.0), (180, 1.0), (181, 0.0)])
def test_the_horizon_begins_the_day_after_d_and_ends_with_its_last_day(
    zone: Callable[..., Any], days: int, outcome: float
) -> None:
    panel = panel_with(zone, event(on=DAY + timedelta(days=days)))
    assert outcomes(panel) == {"E0000": outcome, "E0001": 0.0, "E0002": 0.0}


def test_an_event_counts_from_the_moment_it_was_known(zone: Callable[..., Any]) -> None:
    known = DAY + timedelta(days=90)
    panel = panel_with(zone, event(on=DAY + timedelta(days=10), known=known))
    assert outcomes(panel, known_on=known - timedelta(days=1))["E0000"] == 0.0
    assert outcomes(panel, known_on=known)["E0000"] == 1.0


def test_a_row_carries_the_share_of_the_horizon_that_was_observed(zone: Callable[..., Any]) -> None:
    panel = panel_with(zone)
    settings = TrainingSettings(reporting_delay_days=10)
    seen = panel.labelled(DAY + timedelta(days=100), settings)
    assert seen.exposure.tolist() == [0.5] * 3
    assert panel.labelled(panel.known_on, settings).exposure.tolist() == [1.0] * 3


def test_an_event_in_days_that_are_not_yet_complete_does_not_count(zone: Callable[..., Any]) -> None:
    panel = panel_with(zone, event(on=DAY + timedelta(days=95), known=DAY + timedelta(days=96)))
    settings = TrainingSettings(reporting_delay_days=10)
    assert outcomes(panel, settings, DAY + timedelta(days=100))["E0000"] == 0.0
    assert outcomes(panel, settings, DAY + timedelta(days=105))["E0000"] == 1.0


def test_rows_observed_for_less_than_a_month_are_left_out_and_counted(zone: Callable[..., Any]) -> None:
    panel = panel_with(zone)
    assert len(panel.labelled(DAY + timedelta(days=30), NO_DELAY).outcome) == 3
    short = panel.labelled(DAY + timedelta(days=29), NO_DELAY)
    assert len(short.outcome) == 0
    assert short.excluded["rows_observed_too_short"] == 3


def test_who_has_only_a_voided_event_is_neither_good_nor_bad(zone: Callable[..., Any]) -> None:
    panel = panel_with(zone, event("E0000", voided=True), event("E0001", voided=True), event("E0001"))
    assert outcomes(panel) == {"E0001": 1.0, "E0002": 0.0}
    assert panel.labelled(panel.known_on, NO_DELAY).excluded["rows_with_voided_events_only"] == 1
    assert panel.excluded["events_voided"] == 2


def test_an_event_voided_later_is_used_on_no_earlier_day(zone: Callable[..., Any]) -> None:
    standing = pd.DataFrame([event()], columns=list(EVENT_COLUMNS))
    repaired = knowledge_cutoff(DAY + timedelta(days=200))

    def events_as_of(day: date) -> pd.DataFrame:
        return standing if knowledge_cutoff(day) < repaired else standing.assign(voided=True, received_at=repaired)

    small = zone(size=3)
    panel = build_panel([DAY], Sources(small.features_as_of, events_as_of), DAY + timedelta(days=300))
    assert "E0000" not in outcomes(panel, known_on=DAY + timedelta(days=100))
    before = build_panel([DAY], Sources(small.features_as_of, events_as_of), DAY + timedelta(days=199))
    assert outcomes(before, known_on=DAY + timedelta(days=100))["E0000"] == 1.0


def test_a_panel_answers_for_no_day_after_its_own(zone: Callable[..., Any]) -> None:
    panel = panel_with(zone)
    with pytest.raises(LookAheadError):
        panel.labelled(panel.known_on + timedelta(days=1), NO_DELAY)


def test_features_and_events_that_know_more_than_their_day_are_refused(zone: Callable[..., Any]) -> None:
    small = zone(size=3)

    def late(day: date) -> Any:
        table = small.features_as_of(day)
        return dataclasses.replace(table, known_at=knowledge_cutoff(day) + timedelta(microseconds=1))

    def other_day(day: date) -> Any:
        return small.features_as_of(day + timedelta(days=1))

    def tomorrows_events(day: date) -> pd.DataFrame:
        return pd.DataFrame([event(on=day, known=day + timedelta(days=1))])

    for sources in (
        Sources(late, small.events_as_of),
        Sources(other_day, small.events_as_of),
        Sources(small.features_as_of, tomorrows_events),
    ):
        with pytest.raises(LookAheadError):
            build_panel([DAY], sources, small.end)


def test_enterprises_that_are_gone_or_unknown_are_no_rows(zone: Callable[..., Any]) -> None:
    small = zone(size=4)

    def some_gone(day: date) -> Any:
        table = small.features_as_of(day)
        table.profile.loc["E0001", "registration_status"] = "cancelled"
        table.frame.loc["E0002"] = np.nan
        return table

    panel = build_panel([DAY], Sources(some_gone, small.events_as_of), small.end)
    assert panel.enterprises.tolist() == ["E0000", "E0003"]
    assert panel.excluded["rows_without_any_value_or_gone"] == 2


def test_the_digest_sees_every_value_and_event(zone: Callable[..., Any]) -> None:
    plain = panel_with(zone, event())
    assert plain.digest == panel_with(zone, event()).digest
    assert plain.digest != panel_with(zone, event(voided=True)).digest
    changed = plain.features.assign(late=plain.features["late"] + [0.0, 0.0, 1e-9])
    assert plain.digest != dataclasses.replace(plain, features=changed).digest


def test_month_ends_are_those_inside_the_period() -> None:
    assert month_ends(date(2024, 1, 31), date(2024, 3, 30)) == [date(2024, 1, 31), date(2024, 2, 29)]
    assert month_ends(date(2024, 2, 1), date(2024, 2, 28)) == []


def test_a_panel_needs_dates_and_whole_events(zone: Callable[..., Any]) -> None:
    small = zone(size=3)
    with pytest.raises(PanelError, match="no dates"):
        build_panel([], small.sources, small.end)
    halved = Sources(small.features_as_of, lambda day: small.events_as_of(day).drop(columns="voided"))
    with pytest.raises(PanelError, match="'voided'"):
        build_panel([DAY], halved, small.end)


def test_weights_come_with_their_rows(zone: Callable[..., Any]) -> None:
    small = zone(size=3)
    sources = Sources(small.features_as_of, small.events_as_of, lambda table: np.arange(1.0, len(table.frame) + 1))
    panel = build_panel([DAY, DAY + timedelta(days=30)], sources, small.end)
    assert panel.labelled(panel.known_on, NO_DELAY, [DAY]).weight.tolist() == [1.0, 2.0, 3.0]
