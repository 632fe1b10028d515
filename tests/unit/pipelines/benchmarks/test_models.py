"""The contest on public data: the same rows for everybody, absent data named, a leak shown for what it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.scorer.protocol import FloatArray
from models.training.panel import Labelled
from pipelines.benchmarks.models import judged_contest, margins_of, models
from pipelines.benchmarks.public_data import NAMES, PublicData, public_data
from pipelines.benchmarks.zone import true_margins


def leaky(rows: int = 400) -> PublicData:
    """Rows whose key decides the outcome; half of the judged keys were never learnt."""
    random = np.random.default_rng(0)
    half = rows // 2
    keys = np.array([f"k{number}" for number in random.integers(0, 20, rows)], dtype=object)
    keys[-half // 2 :] = [f"new{number}" for number in range(half // 2)]
    outcome = np.array([sum(map(ord, str(key))) % 2 for key in keys], dtype=np.float64)
    features = pd.DataFrame({"weight": random.normal(size=rows), "noise": random.normal(size=rows)})
    features["weight"] += outcome
    splits = ((np.arange(half), np.arange(half, rows)),)
    return PublicData("leaky", features, outcome, splits, "halves", "none", lookup=keys)


def test_every_contestant_learns_from_the_same_rows_and_is_judged_on_the_same() -> None:
    data = leaky()
    for name in ("xinji", "woe", "lightgbm defaults"):
        (margins,) = margins_of(name, data)
        assert margins.shape == (200,)
        assert np.isfinite(margins).all()


def test_a_lookup_table_and_the_rows_it_cannot_know_stand_beside_the_models() -> None:
    data = leaky()
    contest = {name: margins_of(name, data) for name in ("woe", "lightgbm defaults")}
    found = judged_contest(data, contest)
    assert found["unseen_rows"] == 100
    assert found["models"]["lookup table"]["auc"] > 0.7
    assert found["models_on_unseen_rows"]["woe"]["auc"] < 1.0


def test_data_that_is_not_there_is_named_and_skipped(tmp_path: Path) -> None:
    assert list(public_data(tmp_path, list(NAMES))) == list(NAMES)
    report = models(tmp_path, list(NAMES))
    assert report.details["skipped"] == list(NAMES)
    assert report.figures == ()


def test_german_credit_is_read_with_its_words_and_bad_credit_as_the_event(tmp_path: Path) -> None:
    (tmp_path / "german_credit").mkdir()
    rows = pd.DataFrame({"purpose": ["car", "tv"] * 10, "amount": range(20), "creditability": ["good", "bad"] * 10})
    rows.to_csv(tmp_path / "german_credit" / "germancredit.csv", index=False)
    (data,) = public_data(tmp_path, ["german_credit"])
    assert isinstance(data, PublicData)
    assert list(data.features.columns) == ["purpose", "amount"]
    assert data.outcome[:2].tolist() == [0.0, 1.0]
    assert len(data.splits) == 25


def test_the_truth_is_found_by_enterprise_and_month_end_and_is_silent_elsewhere() -> None:
    truth = pd.DataFrame({"uscc": ["E1"], "month_end": [date(2026, 1, 31)], "probability_180": [0.5]})
    names, days = np.array(["E1", "E2"], dtype=object), np.array([date(2026, 1, 31)] * 2, dtype=object)
    ones: FloatArray = np.ones(2)
    rows = Labelled(pd.DataFrame(index=range(2)), names, days, ones, ones, ones, date(2026, 7, 31), {})
    margins = true_margins(rows, truth)
    assert margins[0] == pytest.approx(0.0)
    assert np.isnan(margins[1])
