from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue.schema import Catalogue, Feature
from features.table import FeatureTable
from models.scorer.points import BinnedPoints, PointsScorer
from models.training.panel import EVENT_COLUMNS, Sources

FIRST = date(2025, 1, 1)


@dataclass(frozen=True)
class Zone:
    """Enterprises with a lasting badness that shows in one feature and, some days later, in events."""

    size: int = 150
    days: int = 400
    yearly_events: float = 0.6
    seed: int = 0

    @property
    def uscc(self) -> list[str]:
        return [f"E{number:04d}" for number in range(self.size)]

    @property
    def badness(self) -> np.ndarray:
        return np.random.default_rng(self.seed).normal(size=self.size)

    def features_as_of(self, day: date) -> FeatureTable:
        random = np.random.default_rng(day.toordinal())
        badness = self.badness
        frame = pd.DataFrame(
            {
                "late": badness + random.normal(scale=0.4, size=self.size),
                "steady": random.normal(size=self.size),
                "absent": np.nan,
            },
            index=pd.Index(self.uscc, name="uscc"),
        )
        profile = pd.DataFrame({"registration_status": "operating"}, index=frame.index)
        return FeatureTable(frame, profile, day, knowledge_cutoff(day))

    @cached_property
    def all_events(self) -> pd.DataFrame:
        random = np.random.default_rng(self.seed + 1)
        rows: list[tuple[object, ...]] = []
        for uscc, badness in zip(self.uscc, self.badness, strict=True):
            rate = self.yearly_events * np.exp(1.5 * badness - 1.0) * self.days / 365
            for offset in random.integers(0, self.days, random.poisson(rate)):
                day = FIRST + timedelta(days=int(offset))
                arrived = knowledge_cutoff(day + timedelta(days=int(random.integers(0, 8))))
                rows.append((uscc, pd.Timestamp(day), arrived, "penalty", str(len(rows)), False))
        return pd.DataFrame(rows, columns=list(EVENT_COLUMNS))

    def events_as_of(self, day: date) -> pd.DataFrame:
        return self.all_events[self.all_events["received_at"] <= knowledge_cutoff(day)]

    @property
    def sources(self) -> Sources:
        return Sources(self.features_as_of, self.events_as_of)

    @property
    def end(self) -> date:
        return FIRST + timedelta(days=self.days)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    def feature(name: str, direction: str) -> Feature:
        return Feature(
            name=name,
            en=name,
            zh=name,
            unit="ratio",
            sources=("tax_filing",),
            window_days=90,
            dimension=Dimension.TAX,
            direction=direction,
            missing_means="nothing filed",
        )

    return Catalogue(features=(feature("late", "up"), feature("steady", "open"), feature("absent", "up")))


@pytest.fixture
def coarse_card() -> PointsScorer:
    """Knows the direction and little more."""
    return PointsScorer({"late": BinnedPoints((1.5,), (0.0, 0.5))}, base_margin=-3.0, base_rate=0.05)


@pytest.fixture
def zone() -> Callable[..., Zone]:
    return Zone
