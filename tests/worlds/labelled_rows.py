"""Labelled rows whose true probability is known, so that an honest model and a poisoned one can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.catalogue import load_catalogue
from features.catalogue.schema import Catalogue
from models.training.panel import Labelled

NAMES = (
    "late_filing_share_365d",
    "unpaid_tax_ratio_365d",
    "return_rate_90d",
    "enterprise_age_days",
    "employees_insured",
    "orders_365d",
    "export_value_365d",
    "import_value_365d",
)
TRAINED_TO = date(2026, 2, 28)


def small_catalogue(*more: str) -> Catalogue:
    """The catalogue's entries of a few features."""
    chosen = {*NAMES, *more}
    return Catalogue(features=tuple(feature for feature in load_catalogue().features if feature.name in chosen))


@dataclass(frozen=True)
class World:
    """Enterprises with lasting traits; risk rises with late filings, unpaid tax and returns."""

    size: int = 700
    seed: int = 0

    def rows(self, dates: list[date], known_on: date) -> Labelled:
        """Rows of every enterprise at some dates, with a whole horizon seen."""
        random = np.random.default_rng(self.seed)
        late, unpaid, returns = (
            random.beta(1, 4, self.size),
            random.beta(1, 6, self.size),
            random.beta(2, 12, self.size),
        )
        fixed = pd.DataFrame(
            {
                "late_filing_share_365d": late,
                "unpaid_tax_ratio_365d": unpaid,
                "return_rate_90d": returns,
                "enterprise_age_days": random.integers(60, 4000, self.size).astype(float),
                "employees_insured": random.integers(0, 60, self.size).astype(float),
                "orders_365d": np.where(random.random(self.size) < 0.5, 100.0, 0.0),
                "export_value_365d": np.where(random.random(self.size) < 0.6, 5e6, 0.0),
                "import_value_365d": np.where(random.random(self.size) < 0.5, 3e6, 0.0),
            }
        )
        margin = -3.6 + 4.0 * late + 5.0 * unpaid + 3.0 * returns
        codes = np.array([f"9{1 + n % 2}65{n:014d}" for n in range(self.size)], dtype=object)
        outcomes = [np.random.default_rng([self.seed, day.toordinal()]).random(self.size) for day in dates]
        true = 1 / (1 + np.exp(-margin))
        frame = pd.concat([fixed] * len(dates), ignore_index=True)
        ones = np.ones(len(frame))
        return Labelled(
            features=frame,
            enterprises=np.tile(codes, len(dates)),
            dates=np.repeat(np.array(dates, dtype=object), self.size),
            outcome=np.concatenate([(draw < true).astype(float) for draw in outcomes]),
            exposure=ones,
            weight=ones,
            known_on=known_on,
            excluded={},
        )

    @property
    def learnt(self) -> Labelled:
        """What a training sees."""
        return self.rows([date(2025, 7, 31), date(2025, 8, 31)], TRAINED_TO)

    @property
    def unseen(self) -> Labelled:
        """What comes after it."""
        return self.rows([date(2026, 3, 31), date(2026, 4, 30)], date(2026, 10, 31))
