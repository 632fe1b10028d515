"""The one door to MLflow: imported when first used, and told to keep quiet before that."""

from __future__ import annotations

import logging
import os
from types import ModuleType
from typing import Any

import pandas as pd

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Names of the operator's environment variables are no part of a model.
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING": "false",
}


def quiet_mlflow(tracking_uri: str) -> ModuleType:
    """MLflow, pointed at a store, sending nothing about itself anywhere.

    The first call of a process pays for the import; see the folder's README for what that costs.
    """
    os.environ.update(_QUIET)
    import mlflow  # noqa: PLC0415 - seconds that only those pay who need a model

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_registry_uri(tracking_uri)
    module: ModuleType = mlflow
    return module


def served_signature(rows: pd.DataFrame) -> Any:
    """What goes into a served model (the features, as doubles) and what comes out.

    A reason's value and peer median may be empty, so they are optional properties.
    """
    from mlflow.models import ModelSignature  # noqa: PLC0415 - see above
    from mlflow.types.schema import Array, ColSpec, Object, Property, Schema  # noqa: PLC0415 - see above

    reason = Object(
        [
            *(Property(name, "string") for name in ("code", "feature", "zh", "en")),
            Property("contribution", "double"),
            *(Property(name, "double", required=False) for name in ("value", "peer_median")),
        ]
    )
    inputs = Schema([ColSpec("double", str(name), required=False) for name in rows.columns])
    outputs = Schema(
        [
            ColSpec("double", "p"),
            ColSpec("double", "margin"),
            ColSpec("long", "score", required=False),
            ColSpec("string", "grade", required=False),
            ColSpec(Array(reason), "reasons", required=False),
        ]
    )
    return ModelSignature(inputs=inputs, outputs=outputs)
