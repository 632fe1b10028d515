"""A training extract for work outside the platform: features and outcomes, and nobody's name, code or token."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

from models.training.panel import Panel
from models.training.settings import TrainingSettings

BESIDE = ("group", "date", "outcome", "exposure", "weight")
"""Columns before the features."""


def training_extract(panel: Panel, settings: TrainingSettings) -> pd.DataFrame:
    """One row per enterprise and date with its outcome as known on the panel's last day.

    ``group`` numbers the enterprises, so that folds can keep one together; the numbers follow a digest, not the code.
    Features hold no token; that a rare combination of values may still point at somebody, the receiver must respect.
    """
    rows = panel.labelled(panel.known_on, settings)
    salt = panel.digest
    codes = sorted(set(rows.enterprises), key=lambda code: sha256(f"{salt}{code}".encode()).hexdigest())
    number = {code: place for place, code in enumerate(codes)}
    columns = (
        np.array([number[code] for code in rows.enterprises], dtype=np.int64),
        pd.to_datetime(pd.Series(rows.dates)),
        rows.outcome.astype(np.int64),
        rows.exposure,
        rows.weight,
    )
    told = pd.DataFrame(dict(zip(BESIDE, columns, strict=True)))
    return pd.concat([told, rows.features], axis=1).sort_values(["date", "group"], ignore_index=True)
