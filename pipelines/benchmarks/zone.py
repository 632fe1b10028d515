"""Models of a simulated zone against the zone's own true probability: the ceiling that no model can pass.

The truth is read here and nowhere else; no command that trains or grades knows where it lies.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.scorer.protocol import FloatArray
from models.training.metrics import measure
from models.training.panel import Labelled
from models.training.train import train
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured
from pipelines.steps.training import assemble_panel
from pipelines.wiring import wire

GOAL = "as near the true probability as the features allow"
TRUTH_FILE = "enterprises.parquet"


def against_truth(home: Path, truth: Path, known_on: date) -> Report:
    """Train on a home's lake and measure every model, and the truth, on the same out-of-time rows.

    Raises
    ------
    BenchmarkError
        When the truth says nothing of these rows.
    """
    figure, found = measured("panel and training", trained_beside_truth, home, truth, known_on)
    figures: tuple[Figure, ...] = (figure,)
    aucs = {name: one["auc"] for name, one in found["models"].items()}
    best = aucs.get("lightgbm") or aucs["scorecard"]
    return Report(
        "zone", figures, "", round(best / aucs["truth"], 4), GOAL, {**found, "ratio_is": "AUC over the ceiling"}
    )


def trained_beside_truth(home: Path, truth: Path, known_on: date) -> dict[str, Any]:
    """Figures of the models and of the truth, out of time."""
    wiring = wire(home)
    panel = assemble_panel(wiring.home, wiring.home.pin(), known_on)
    result = train(panel, wiring.home.catalogue, wiring.expert_scorecard(known_on))
    rows = result.split.test
    ceiling = true_margins(rows, pd.read_parquet(truth / TRUTH_FILE))
    told = ~np.isnan(ceiling)
    if not told.any():
        raise BenchmarkError("The truth knows none of the out-of-time rows.", "Give the truth of the same zone.")
    models = {"scorecard": result.scorecard, "woe": result.baseline, "lightgbm": result.challenger}
    margins = {name: model.margins(rows.features) for name, model in models.items() if model is not None}
    given = (rows.outcome[told], rows.exposure[told], rows.weight[told])
    return {
        "boundary": result.split.boundary.isoformat(),
        "rows": int(told.sum()),
        "rows_without_truth": int((~told).sum()),
        "events": int(rows.outcome[told].sum()),
        "models": {name: measure(one[told], *given).as_dict() for name, one in {**margins, "truth": ceiling}.items()},
    }


def true_margins(rows: Labelled, truth: pd.DataFrame) -> FloatArray:
    """True log-odds of an event within 180 days, per row; NaN where the truth is silent. Shape (n,)."""
    known = truth.assign(month_end=pd.to_datetime(truth["month_end"]).dt.date).set_index(["uscc", "month_end"])
    wanted = pd.MultiIndex.from_arrays([rows.enterprises, rows.dates])
    probability = known["probability_180"].reindex(wanted).to_numpy(dtype=np.float64)
    safe = np.clip(probability, 1e-9, 1 - 1e-9)
    margins: FloatArray = np.log(safe / (1 - safe))
    return margins
