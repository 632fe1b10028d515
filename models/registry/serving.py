"""What a registered model answers when it is asked outside the platform: p, score, grade by score, reasons.

Scale, texts and peers' medians are frozen with the model, so that one row and a batch get the same answer, and a model
served for years answers as it did on its first day. It is the grade *by score*: caps, facts and hysteresis need the
platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from expectations.vocabulary.grade import Grade
from features.catalogue.schema import Catalogue, Feature
from models.grade.score import score_of
from models.policy.inforce import Policy, Scale
from models.scorer.protocol import Scorer, probability_of
from models.scorer.reasons import ModelReason, explain

Serving = Mapping[str, Any]
"""``scale``, ``floor``, ``features`` and ``medians``, as plain JSON values."""


def serving_of(scorer: Scorer, catalogue: Catalogue, policy: Policy, frame: pd.DataFrame) -> Serving:
    """What to freeze with a model: the scale in force, its features' texts, and their medians over a frame."""
    named = set(scorer.feature_names)
    medians = frame.loc[:, list(scorer.feature_names)].median()
    return {
        "scale": asdict(policy.scale),
        "floor": policy.floor_score,
        "features": [feature.model_dump(mode="json") for feature in catalogue.features if feature.name in named],
        "medians": {str(name): None if np.isnan(value) else float(value) for name, value in medians.items()},
    }


def served(scorer: Scorer, serving: Serving, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns ``p``, ``margin`` and, where the model was registered with them, ``score``, ``grade``, ``reasons``.

    ``reasons`` is a list of at most four per row, each with code, feature, zh, en, contribution, value, peer_median.
    """
    margins = scorer.margins(frame)
    answers = pd.DataFrame({"p": probability_of(margins), "margin": margins}, index=frame.index)
    if not serving:
        return answers
    scale, floor = _scale(serving["scale"]), serving["floor"]
    scores = [max(score_of(p, scorer.base_rate, scale), floor) for p in answers["p"]]
    catalogue = Catalogue(features=tuple(Feature.model_validate(one) for one in serving["features"]))
    explained = explain(scorer, frame, catalogue, peer_groups=serving["medians"])
    reasons = [[_plain(reason) for reason in found] for found in explained.reasons]
    return answers.assign(
        score=scores,
        grade=[scale.grade_of(score).value for score in scores],
        reasons=pd.Series(reasons, index=frame.index, dtype=object),
    )


def _scale(content: Mapping[str, Any]) -> Scale:
    bands = tuple((Grade(grade), low, high) for grade, low, high in content["bands"])
    return Scale(**{**content, "bands": bands})


def _plain(reason: ModelReason) -> dict[str, Any]:
    """A reason as MLflow's signature has it; an empty number is left out."""
    told = {name: getattr(reason, name) for name in ("code", "feature", "zh", "en", "contribution")}
    numbers = {"value": reason.value, "peer_median": reason.peer_median}
    return told | {name: value for name, value in numbers.items() if value is not None}
