"""When to train again: the world moved, the model was wrong, or the calendar says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.validation.watching import WatchBounds
from pipelines.steps.model_watch import ModelWatch
from pipelines.steps.registry import ModelRegistry, card_of


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a training starts: ``drift``, ``calibration``, ``calendar`` or ``first``."""

    kind: str
    says: str


def trigger_of(
    model: ModelWatch | None, registry: ModelRegistry, business_date: date, bounds: WatchBounds
) -> Trigger | None:
    """What asks for a training on a day; None when nothing does.

    A training that answered the same trigger already is not repeated: after one, only the calendar counts until the
    watch looks at a new champion or a quarter has passed.
    """
    versions = registry.versions()
    if not versions:
        return Trigger("first", "Nothing was ever trained here.")
    newest = card_of(registry, versions[0].version).trained_on
    age = (business_date - newest).days
    if age >= bounds.retrain_days:
        return Trigger("calendar", f"The last training used what was known on {newest}, {age} days ago.")
    waits = any(version.is_challenger and not version.is_champion for version in versions)
    if model is None or waits:
        return None
    if model.has_drifted:
        return Trigger("drift", "; ".join(model.alarms) or "Inputs or scores have moved.")
    if model.is_miscalibrated:
        return Trigger("calibration", "; ".join(model.alarms))
    return None
