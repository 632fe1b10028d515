"""How MLflow serves a registered model. MLflow stores this file's text beside the model and runs it on loading.

It is code, not a pickle: the model's own files stay LightGBM's text and JSON, and open without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from models.registry.serving import served
from models.scorer import load_scorer


class ServedModel(PythonModel):
    """A feature frame in; probability, margin, score, grade by score and reasons out, one row each."""

    def load_context(self, context: Any) -> None:
        """Open the stored scorer. MLflow insists on the name ``context``."""
        self.scorer = load_scorer(Path(context.artifacts["scorer"]))
        self.serving = json.loads(Path(context.artifacts["serving"]).read_text(encoding="utf-8"))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """As ``models.registry.serving.served``; missing features may be left out of the frame."""
        return served(self.scorer, self.serving, model_input.reindex(columns=list(self.scorer.feature_names)))


set_model(ServedModel())
