from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature
from models.scorer.classifier import CreditClassifier
from models.scorer.trees import TreeScorer

NAMES = ("overdue_30d", "overdue_365d", "receipts_ratio", "age_days", "noise")
DIRECTIONS = ("up", "up", "down", "down", "open")
DIMENSIONS = (Dimension.TAX, Dimension.TAX, Dimension.SETTLEMENT, Dimension.STABILITY, Dimension.COMPLIANCE)


def enterprises(rows: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Features with a tenth of their values missing, and an outcome that follows three of them."""
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=(rows, len(NAMES))), 2)
    margin = -1.5 + 0.9 * values[:, 0] + 0.5 * values[:, 1] - 0.9 * values[:, 2]
    outcome = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(int)
    values[random.random(values.shape) < 0.1] = np.nan
    return pd.DataFrame(values, columns=list(NAMES)), outcome


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(
        features=tuple(
            Feature(
                name=name,
                en=f"English of {name}",
                zh=f"{name}的中文",
                unit="days" if name.startswith("overdue") else "ratio",
                sources=("tax_filing",),
                window_days=30,
                dimension=dimension,
                direction=direction,
                missing_means="nothing filed",
            )
            for name, direction, dimension in zip(NAMES, DIRECTIONS, DIMENSIONS, strict=True)
        )
    )


@pytest.fixture(scope="session")
def fitted(catalogue: Catalogue) -> TreeScorer:
    frame, outcome = enterprises(600)
    monotone: dict[str | int, int] = {feature.name: feature.monotone for feature in catalogue.features}
    model = CreditClassifier(monotone=monotone, threads=1, catalogue_digest=catalogue.digest)
    return model.fit(frame, outcome).scorer_


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return enterprises(200, seed=1)[0]
