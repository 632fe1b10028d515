from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature
from models.policy.documents import PolicyError
from models.scorecard.reading import PACKAGED, expert_scorecard

DAY = date(2026, 6, 30)


def catalogue_of(**directions: str) -> Catalogue:
    return Catalogue(
        features=tuple(
            Feature(
                name=name,
                en=name,
                zh=name,
                unit="share",
                sources=("tax_filing",),
                window_days=90,
                dimension=Dimension.TAX,
                direction=direction,
                missing_means="nothing filed",
            )
            for name, direction in directions.items()
        )
    )


def written(directory: Path, **features: object) -> Path:
    content = yaml.safe_load(PACKAGED.read_text(encoding="utf-8"))
    content["values"] = {date(2020, 1, 1): {"base_rate": 0.05, "features": features}}
    path = directory / "expert.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def packaged_features() -> dict[str, dict[str, list[float]]]:
    content = yaml.safe_load(PACKAGED.read_text(encoding="utf-8"))
    (card,) = content["values"].values()
    features: dict[str, dict[str, list[float]]] = card["features"]
    return features


LATE = {"below": [0.1], "points": [-0.2, 0.5], "because": "habit"}


def test_points_become_margins_around_the_base_rate(tmp_path: Path) -> None:
    scorer = expert_scorecard(catalogue_of(late="up"), DAY, written(tmp_path, late=LATE))
    margins = scorer.margins(pd.DataFrame({"late": [0.0, 0.1, np.nan]}))
    assert margins - np.log(0.05 / 0.95) == pytest.approx([-0.2, 0.5, 0.0])
    assert scorer.kind == "scorecard"
    assert scorer.base_rate == 0.05


def test_before_its_first_date_nothing_is_in_force(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="in force on 2019"):
        expert_scorecard(catalogue_of(late="up"), date(2019, 12, 31), written(tmp_path, late=LATE))


@pytest.mark.parametrize(
    ("direction", "entry", "says"),
    [
        ("down", LATE, "run against its direction"),
        ("up", {**LATE, "points": [0.1]}, "1 borders need 2 numbers"),
        ("up", {**LATE, "below": [0.2, 0.1], "points": [0, 1, 2]}, "borders must rise"),
        ("up", {**LATE, "weight": 3}, "weight"),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(tmp_path: Path, direction: str, entry: object, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        expert_scorecard(catalogue_of(late=direction), DAY, written(tmp_path, late=entry))


def test_a_feature_nobody_computes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="'late' is not in the feature catalogue"):
        expert_scorecard(catalogue_of(other="up"), DAY, written(tmp_path, late=LATE))


def test_the_packaged_card_reads_and_its_best_enterprise_is_about_exemplary() -> None:
    features = packaged_features()
    scorer = expert_scorecard(catalogue_of(**dict.fromkeys(features, "open")), DAY)
    assert scorer.feature_names == tuple(features)
    best = sum(min(entry["points"]) for entry in features.values())
    score = 700 - 60 * best / np.log(2)
    assert 880 <= score < 940
    assert sum(max(entry["points"]) for entry in features.values()) > 10


def test_changing_a_number_changes_the_models_digest(tmp_path: Path) -> None:
    one = expert_scorecard(catalogue_of(late="up"), DAY, written(tmp_path, late=LATE))
    other = expert_scorecard(catalogue_of(late="up"), DAY, written(tmp_path, late={**LATE, "points": [-0.2, 0.6]}))
    assert one.digest != other.digest
