from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectations.errors import IntegrityError
from models.scorer import load_scorer
from models.scorer.calibration import Calibration
from models.scorer.errors import FeatureMismatchError, ModelFileError
from models.scorer.trees import TreeScorer


def test_contributions_add_up_to_the_calibrated_margin(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    contributions = fitted.margin_contributions(frame)
    assert contributions.shape == (len(frame), len(fitted.feature_names) + 1)
    assert np.abs(contributions.sum(axis=1) - fitted.margins(frame)).max() < 1e-9


def test_contributions_that_do_not_add_up_never_leave_the_model(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    class Bent(TreeScorer):
        def _raw(self, matrix: np.ndarray) -> np.ndarray:
            return super()._raw(matrix) + 1e-6

    fields = {field.name: getattr(fitted, field.name) for field in dataclasses.fields(fitted)}
    with pytest.raises(IntegrityError, match="miss their margin"):
        Bent(**fields).margin_contributions(frame)


def test_calibration_scales_the_margin_and_every_contribution(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    plain = dataclasses.replace(fitted, calibration=Calibration(1.0, 0.0))
    bent = dataclasses.replace(fitted, calibration=Calibration(0.5, 2.0))
    np.testing.assert_allclose(bent.margins(frame), 0.5 * plain.margins(frame) + 2.0)
    np.testing.assert_allclose(
        bent.margin_contributions(frame)[:, :-1], 0.5 * plain.margin_contributions(frame)[:, :-1], atol=1e-12
    )


def test_probability_never_falls_when_a_rising_feature_rises(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    for name, direction in zip(fitted.feature_names, fitted.monotone, strict=True):
        levels = [fitted.margins(frame.assign(**{name: value})) for value in np.linspace(-4, 4, 41)]
        steps = direction * np.diff(np.array(levels), axis=0)
        assert direction == 0 or steps.min() >= -1e-12, name


def test_one_row_has_the_bits_it_has_in_a_batch(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    together = fitted.probabilities(frame)
    alone = [fitted.probabilities(frame.iloc[[row]])[0] for row in range(25)]
    assert together[:25].tolist() == alone


def test_what_is_loaded_is_what_was_saved_to_the_bit(fitted: TreeScorer, frame: pd.DataFrame, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    loaded = load_scorer(tmp_path)
    assert loaded.digest == fitted.digest
    assert loaded.base_rate == fitted.base_rate
    assert np.array_equal(loaded.probabilities(frame), fitted.probabilities(frame))
    assert np.array_equal(loaded.margin_contributions(frame), fitted.margin_contributions(frame))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "trees.txt"]


def test_saving_again_gives_the_same_bytes(fitted: TreeScorer, tmp_path: Path) -> None:
    fitted.save(tmp_path / "one")
    load_scorer(tmp_path / "one").save(tmp_path / "two")
    for name in ("model.json", "trees.txt"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("trees.txt", "shrinkage=0", "shrinkage=1"), ("model.json", '"slope":', '"slope":1'), ("model.json", "{", "[")],
)
def test_an_altered_model_is_refused(fitted: TreeScorer, tmp_path: Path, file: str, old: str, new: str) -> None:
    fitted.save(tmp_path)
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ModelFileError):
        load_scorer(tmp_path)


def test_a_model_without_its_trees_is_refused(fitted: TreeScorer, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    (tmp_path / "trees.txt").unlink()
    with pytest.raises(ModelFileError, match=r"trees\.txt"):
        load_scorer(tmp_path)


def test_a_missing_column_is_named(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    with pytest.raises(FeatureMismatchError, match="'receipts_ratio'"):
        fitted.margins(frame.drop(columns="receipts_ratio"))


def test_a_column_of_words_is_named(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    with pytest.raises(FeatureMismatchError, match="'noise'"):
        fitted.margins(frame.assign(noise="many"))


def test_nullable_and_whole_number_columns_are_read_like_floats(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    rounded = frame.round(0)
    nullable = rounded.astype("Int64").assign(extra="ignored")
    assert np.array_equal(fitted.margins(nullable), fitted.margins(rounded))


def test_no_rows_give_no_numbers(fitted: TreeScorer, frame: pd.DataFrame) -> None:
    assert fitted.probabilities(frame.iloc[:0]).shape == (0,)
    assert fitted.margin_contributions(frame.iloc[:0]).shape == (0, len(fitted.feature_names) + 1)


def test_importances_are_shares(fitted: TreeScorer) -> None:
    assert sum(fitted.importances.values()) == pytest.approx(1.0)
    assert fitted.importances["overdue_30d"] > fitted.importances["noise"]
