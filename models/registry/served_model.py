"""How MLflow serves a registered model. MLflow stores this file's text beside the model and runs it on loading.

It is code, not a pickle: the model's own files stay LightGBM's text and JSON, and open without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from models.scorer import load_scorer


class ServedModel(PythonModel):
    """A feature frame in; margin and probability out, one row each."""

    def load_context(self, context: Any) -> None:
        """Open the stored scorer. MLflow insists on the name ``context``."""
        self.scorer = load_scorer(Path(context.artifacts["scorer"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Columns ``p`` and ``margin``, with the input's index."""
        margins = self.scorer.margins(model_input)
        return pd.DataFrame({"p": self.scorer.probabilities(model_input), "margin": margins}, index=model_input.index)


set_model(ServedModel())
