"""Probability of an adverse event, and why: estimators, calibration, exact contributions, reasons.

Names are loaded on first use, because LightGBM and scikit-learn take seconds to import and a query needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.scorer.classifier import CreditClassifier
    from models.scorer.protocol import Scorer
    from models.scorer.reasons import explain
    from models.scorer.storage import load_scorer

__all__ = ["CreditClassifier", "Scorer", "explain", "load_scorer"]

_HOMES = {
    "CreditClassifier": "models.scorer.classifier",
    "Scorer": "models.scorer.protocol",
    "explain": "models.scorer.reasons",
    "load_scorer": "models.scorer.storage",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
