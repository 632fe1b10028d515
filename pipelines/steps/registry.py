"""What the steps ask of the model registry, and the card that every version of ours carries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

import pandas as pd

from expectations.errors import NotFoundError
from models.registry import Evidence, Registered, Version
from models.scorer.protocol import Scorer
from models.training.settings import TrainingSettings
from models.validation.reference import Reference


class ModelRegistry(Protocol):
    """Versions with their evidence, and two aliases."""

    def register(self, scorer: Scorer, example: pd.DataFrame, evidence: Evidence | None = None) -> str:
        """Store a model as the next version."""
        ...

    def load(self, version: str) -> Registered:
        """One version."""
        ...

    def champion(self) -> Registered:
        """The version that grades."""
        ...

    def challenger(self) -> Registered | None:
        """The version that runs in shadow."""
        ...

    def set_champion(self, version: str) -> None:
        """Let a version grade from now on."""
        ...

    def set_challenger(self, version: str) -> None:
        """Let a version run in shadow from now on."""
        ...

    def versions(self) -> Sequence[Version]:
        """Every version, newest first."""
        ...

    def attach(self, version: str, files: Mapping[str, str], folder: str) -> None:
        """Log texts beside a version."""
        ...

    def attached(self, version: str, path: str) -> str:
        """A text logged beside a version."""
        ...


@dataclass(frozen=True)
class ModelCard:
    """How a version was made, so that it can be made again and watched.

    Attributes
    ----------
    boundary:
        The first D it was not trained on.
    labels_known_on:
        The last day whose knowledge its labels used.
    trained_on:
        The last day of knowledge of the panel; the expert scorecard in force on it was the prior.
    rows_digest:
        Of the rows and labels it learnt from.
    facts:
        Plain JSON values for readers.
    """

    boundary: date
    labels_known_on: date
    trained_on: date
    settings: TrainingSettings
    rows_digest: str
    reference: Reference
    facts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The card as it is logged."""
        return {
            "boundary": self.boundary.isoformat(),
            "labels_known_on": self.labels_known_on.isoformat(),
            "trained_on": self.trained_on.isoformat(),
            "settings": asdict(self.settings),
            "rows_digest": self.rows_digest,
            "reference": self.reference.to_json(),
            "facts": dict(self.facts),
        }


def card_of(registry: ModelRegistry, version: str) -> ModelCard:
    """The card a version was registered with.

    Raises
    ------
    NotFoundError
        When the version has none: it was not made by a training of this platform.
    """
    content = json.loads(registry.attached(version, "card.json"))
    if "rows_digest" not in content:
        raise NotFoundError(f"Version {version} has no card to validate it by.", "Train a new one: xinji train")
    return ModelCard(
        boundary=date.fromisoformat(content["boundary"]),
        labels_known_on=date.fromisoformat(content["labels_known_on"]),
        trained_on=date.fromisoformat(content["trained_on"]),
        settings=TrainingSettings(**content["settings"]),
        rows_digest=content["rows_digest"],
        reference=Reference.from_json(content["reference"]),
        facts=content["facts"],
    )
