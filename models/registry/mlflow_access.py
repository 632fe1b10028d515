"""The one door to MLflow: imported when first used, and told to keep quiet before that."""

from __future__ import annotations

import logging
import os
from types import ModuleType

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
