"""Whether a registered model is what a training on its own inputs gives, and gives the same numbers however asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.catalogue.schema import Catalogue
from models.scorer.errors import FittingError
from models.scorer.points import PointsScorer
from models.scorer.protocol import FloatArray, Scorer
from models.training.panel import Labelled
from models.training.settings import TrainingSettings
from models.training.train import fit_challenger, place_scorecard


@dataclass(frozen=True, slots=True)
class Replay:
    """A training made again.

    Attributes
    ----------
    recorded_rows, found_rows:
        Digests of the training's rows and labels: when it was registered, and now.
    recorded_model, found_model:
        Digests of the model: as registered, and as trained again; the second is None when the rows differ.
    one_by_one:
        Whether rows scored one at a time give the bits they give together.
    """

    recorded_rows: str
    found_rows: str
    recorded_model: str
    found_model: str | None
    one_by_one: bool

    @property
    def holds(self) -> bool:
        """Whether everything came out the same."""
        return self.recorded_rows == self.found_rows and self.recorded_model == self.found_model and self.one_by_one


def labelled_digest(rows: Labelled) -> str:
    """Hexadecimal sha256 over everything a model learns from: values, outcomes, exposure, weights, owners, dates."""
    digest = hashlib.sha256("|".join(rows.features.columns).encode())
    values = rows.features.to_numpy(dtype="<f8")
    digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
    for column in (rows.outcome, rows.exposure, rows.weight):
        digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    digest.update("|".join(f"{day}{uscc}" for day, uscc in zip(rows.dates, rows.enterprises, strict=True)).encode())
    return digest.hexdigest()


def margins_digest(margins: FloatArray) -> str:
    """Hexadecimal sha256 of margins to the last bit."""
    return hashlib.sha256(np.ascontiguousarray(margins, dtype="<f8").tobytes()).hexdigest()


def replayed(  # noqa: PLR0913, PLR0917 - everything a training depends on
    registered: Scorer,
    recorded_rows: str,
    rows: Labelled,
    catalogue: Catalogue,
    settings: TrainingSettings,
    scorecard: PointsScorer,
) -> Replay:
    """Train again on the rows as they are known now, and compare."""
    found_rows = labelled_digest(rows)
    found_model = _trained(registered, rows, catalogue, settings, scorecard) if found_rows == recorded_rows else None
    return Replay(recorded_rows, found_rows, registered.digest, found_model, _one_by_one(registered, rows.features))


def _trained(
    registered: Scorer, rows: Labelled, catalogue: Catalogue, settings: TrainingSettings, scorecard: PointsScorer
) -> str | None:
    placed = place_scorecard(scorecard, rows)
    if registered.kind == "scorecard":
        return placed.digest
    try:
        return fit_challenger(rows, catalogue, settings, placed).digest
    except FittingError:
        return None


def _one_by_one(scorer: Scorer, frame: pd.DataFrame, most: int = 20) -> bool:
    some = frame.iloc[:: max(1, len(frame) // most)]
    together = scorer.margins(some)
    alone = np.array([scorer.margins(some.iloc[[place]])[0] for place in range(len(some))])
    return bool(np.array_equal(together, alone))
