"""What sets an enterprise apart, feature by feature, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.catalogue.schema import Feature
from models.anomaly.isolation import Isolation
from models.scorer.wording import amount_text

FEATURES_NAMED = 5


@dataclass(frozen=True, slots=True)
class Oddity:
    """One feature that sets an enterprise apart.

    Attributes
    ----------
    value, usual:
        Its value, and the middle of the peers or of its own past; None where there is none.
    adds:
        How much the score would fall were this one feature ordinary.
    """

    feature: str
    value: float | None
    usual: float | None
    adds: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What an enterprise is held against: values whose middle is usual, and what they are called."""

    values: pd.DataFrame
    zh: str
    en: str


def oddities(
    isolation: Isolation, uscc: str, values: pd.Series, usual: Usual, named: Mapping[str, Feature]
) -> tuple[Oddity, ...]:
    """The features that add most to the highest score of an enterprise; of one measure the window that says most."""
    view = str(isolation.scores.loc[uscc].idxmax())
    told: dict[str, Oddity] = {}
    for name, adds in isolation.contributions(uscc, view).items():
        feature = named[str(name)]
        measure = feature.name.removesuffix(f"_{feature.window_days}d")
        if adds > 0 and measure not in told:
            told[measure] = _oddity(feature, float(adds), values, usual)
        if len(told) == FEATURES_NAMED:
            break
    return tuple(told.values())


def _oddity(feature: Feature, adds: float, values: pd.Series, usual: Usual) -> Oddity:
    value, middle = _number(values[feature.name]), _number(usual.values[feature.name].median())
    (value_zh, value_en), (usual_zh, usual_en) = amount_text(feature, value), amount_text(feature, middle)
    days_zh, days_en = (
        (f"{feature.window_days}天", f"{feature.window_days} days") if feature.window_days else ("当日", "on the day")
    )
    return Oddity(
        feature=feature.name,
        value=value,
        usual=middle,
        adds=adds,
        zh=f"{feature.zh}（{days_zh}）{value_zh}，{usual.zh}{usual_zh}",
        en=f"{feature.en} ({days_en}): {value_en}, {usual.en} {usual_en}",
    )


def _number(value: object) -> float | None:
    number = float(str(value))
    return number if np.isfinite(number) else None
