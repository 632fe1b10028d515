"""Who was looked at, what a row then weighs, and what wrong weights do."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.training.selection import (
    Looks,
    assumptions,
    looks_of,
    on_random_inspections,
    selection_weights,
    sensitivity,
)

D = date(2026, 1, 31)


def inspections(*rows: tuple[str, str, bool, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["uscc", "event_date", "at_random", "selection_probability"])
    return frame.assign(
        event_date=pd.to_datetime(frame["event_date"]),
        received_at=pd.Timestamp("2026-02-01", tz="UTC"),
        selection_probability=frame["selection_probability"].astype("float64"),
    )


def looked(*rows: tuple[str, str, bool, float | None]) -> Looks:
    names = np.array(["E1", "E2", "E3"], dtype=object)
    return looks_of(names, np.array([D] * 3, dtype=object), {D: 90}, inspections(*rows))


def test_a_row_was_looked_at_with_the_probability_that_one_of_its_inspections_was_drawn() -> None:
    looks = looked(("E1", "2026-02-10", False, 0.5), ("E1", "2026-03-10", False, 0.2), ("E2", "2026-02-10", True, 0.1))
    assert looks.probability[:2] == pytest.approx([1 - 0.5 * 0.8, 0.1])
    assert np.isnan(looks.probability[2])
    assert looks.inspected.tolist() == [True, True, False]
    assert looks.at_random.tolist() == [False, True, False]


@pytest.mark.parametrize("day", ["2026-01-31", "2026-05-02"])
def test_an_inspection_outside_the_window_is_no_look(day: str) -> None:
    assert not looked(("E1", day, True, 0.5)).inspected.any()


def test_a_look_of_unknown_probability_counts_as_a_look_and_has_no_weight() -> None:
    looks = looked(("E1", "2026-02-10", False, None))
    assert looks.inspected[0]
    assert selection_weights(looks, 5.0).tolist() == [1.0, 1.0, 1.0]


def test_who_was_less_likely_to_be_looked_at_weighs_more_and_never_beyond_the_trim() -> None:
    looks = Looks(np.array([0.8, 0.4, 0.001, np.nan]), np.array([True] * 3 + [False]), np.zeros(4, bool))
    weights = selection_weights(looks, 4.0)
    assert weights[1] == pytest.approx(2 * weights[0])
    assert weights[2] == pytest.approx(4 * weights[1])
    assert weights[3] == 1.0
    assert weights[:3].sum() == pytest.approx(3.0)


def test_weights_undo_a_choice_of_targets() -> None:
    random = np.random.default_rng(0)
    risk = random.random(20_000)
    chance = 0.05 + 0.9 * risk
    seen = random.random(20_000) < chance
    looks = Looks(chance[seen], np.ones(seen.sum(), bool), np.zeros(seen.sum(), bool))
    weights = selection_weights(looks, 50.0)
    assert abs(np.average(risk[seen], weights=weights) - 0.5) < 0.02 < abs(risk[seen].mean() - 0.5)


def test_models_are_measured_on_random_inspections_with_an_interval() -> None:
    random = np.random.default_rng(1)
    margins = random.normal(size=400)
    outcome = (margins + random.normal(size=400) > 0.5).astype(np.float64)
    at_random = np.arange(400) % 2 == 0
    looks = Looks(np.full(400, 0.1), np.ones(400, bool), at_random)
    owners = np.array([f"E{number // 4}" for number in range(400)], dtype=object)
    found = on_random_inspections({"card": margins}, outcome, owners, looks)
    assert found["rows"] == 200
    assert found["models"]["card"]["low"] < found["models"]["card"]["auc"] < found["models"]["card"]["high"]
    few = on_random_inspections({"card": margins}, outcome * 0, owners, looks)
    assert few["models"] == {}


def test_the_table_says_what_each_wrong_assumption_moves() -> None:
    random = np.random.default_rng(2)
    probability = random.uniform(0.05, 0.9, 300)
    looks = Looks(probability, np.ones(300, bool), np.zeros(300, bool))
    truth = random.normal(size=300)
    outcome = (truth > 0.5).astype(np.float64)
    table = sensitivity(lambda weights: truth * weights, looks, outcome, looks, seed=0)
    assert [row["assumption"] for row in table] == list(assumptions(looks, 0))
    plain, *others = table
    assert plain["mean_margin_moved_by"] == 0.0
    assert plain["effective_rows"] == pytest.approx(300)
    assert all(row["effective_rows"] < 300 and row["rank_correlation_with_no_weights"] < 1 for row in others)
