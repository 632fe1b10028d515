"""Kinds of enterprises a good average may hide: the new, the small, sole traders, each mode of trade.

They are read from features and the code alone, so that they can be told of any panel. The second character of a
unified social credit code is 2 for sole traders (个体工商户; GB 32100).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.training.panel import Labelled
from models.validation.calibration import RateTest, rate_test
from models.validation.discrimination import Estimate, Resampling, discrimination
from models.validation.sample import BoolArray, Sample


@dataclass(frozen=True, slots=True)
class SubgroupLimits:
    """Where a kind ends: days since establishment, and insured employees; both exclusive."""

    new_days: int
    small_employees: int


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One kind of enterprise.

    Attributes
    ----------
    rate:
        Expected against seen, on one row per enterprise.
    """

    name: str
    enterprises: int
    events: int
    auc: Estimate
    rate: RateTest

    @property
    def expected_to_observed(self) -> float:
        """Half an event is added to both, so that a small group without events can be told from a wronged one."""
        return (self.rate.expected + 0.5) / (self.rate.events + 0.5)


def members(rows: Labelled, limits: SubgroupLimits) -> Mapping[str, BoolArray]:
    """Which rows belong to each kind; kinds overlap, and an enterprise of unknown age is in no kind by age."""
    told = rows.features
    codes = rows.enterprises.astype(str)
    return {
        "new": _column(told, "enterprise_age_days") < limits.new_days,
        "small": _column(told, "employees_insured") < limits.small_employees,
        "sole_trader": np.array([code[1:2] == "2" for code in codes]),
        "retail_import": _column(told, "orders_365d") > 0,
        "export": _column(told, "export_value_365d") > 0,
        "import": _column(told, "import_value_365d") > 0,
    }


def _column(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """A feature's values; all missing where the panel does not have it, so that nobody belongs."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    values: npt.NDArray[np.float64] = frame[name].to_numpy(dtype=np.float64)
    return values


def subgroups(sample: Sample, kinds: Mapping[str, BoolArray], resampling: Resampling) -> tuple[Subgroup, ...]:
    """Figures of every kind that has rows."""
    return tuple(_subgroup(name, sample.where(rows), resampling) for name, rows in kinds.items() if rows.any())


def _subgroup(name: str, sample: Sample, resampling: Resampling) -> Subgroup:
    single = sample.one_row_each()
    return Subgroup(
        name=name,
        enterprises=len(single.outcome),
        events=int(sample.outcome.sum()),
        auc=discrimination(sample, resampling).auc,
        rate=rate_test(single.outcome, single.expected, resampling.level),
    )
