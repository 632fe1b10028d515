"""A registry that was moved with its files finds them; the old place may be gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from models.registry import Evidence, Registry
from models.registry.moving import follow_the_files
from models.scorer.points import BinnedPoints, PointsScorer

FRAME = pd.DataFrame({"late": [0.0, 0.5]})


def at(root: Path) -> Registry:
    return Registry(f"sqlite:///{root / 'mlflow.db'}", root / "mlflow", root / "cache")


def test_a_model_and_what_lies_beside_it_are_read_from_the_new_place(tmp_path: Path) -> None:
    before, after = tmp_path / "旧 home", tmp_path / "new"
    card = PointsScorer({"late": BinnedPoints((0.1,), (-0.2, 0.5))}, base_margin=-3.0, base_rate=0.05)
    made = at(before)
    made.register(card, FRAME, Evidence(card={"boundary": "2026-01-31"}))
    made.set_champion("1")
    after.mkdir()
    shutil.copyfile(before / "mlflow.db", after / "mlflow.db")
    shutil.move(before / "mlflow", after / "mlflow")
    assert follow_the_files(after / "mlflow.db", before / "mlflow", after / "mlflow") > 0
    moved = at(after)
    assert moved.champion().scorer == card
    assert "2026-01-31" in moved.attached("1", "card.json")
    assert moved.register(card, FRAME) == "2"
    assert not (before / "mlflow").exists(), "nothing is written to the old place"
