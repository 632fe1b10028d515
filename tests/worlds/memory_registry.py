"""A registry in memory, for what does not need MLflow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from expectations.errors import NotFoundError
from models.registry import Evidence, Registered, Version
from models.scorer.protocol import Scorer


class MemoryRegistry:
    """Versions, two aliases and texts."""

    def __init__(self) -> None:
        self.scorers: dict[str, Scorer] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.aliases: dict[str, str] = {}

    def register(self, scorer: Scorer, example: pd.DataFrame, evidence: Evidence | None = None) -> str:
        version = str(len(self.scorers) + 1)
        self.scorers[version] = scorer
        if evidence is not None:
            self.texts[version, "card.json"] = json.dumps(evidence.card)
        return version

    def load(self, version: str) -> Registered:
        if version not in self.scorers:
            raise NotFoundError(f"no version {version}")
        return Registered(self.scorers[version], version, self.scorers[version].digest)

    def champion(self) -> Registered:
        if "champion" not in self.aliases:
            raise NotFoundError("No version is champion.")
        return self.load(self.aliases["champion"])

    def challenger(self) -> Registered | None:
        version = self.aliases.get("challenger")
        return self.load(version) if version and version != self.aliases.get("champion") else None

    def set_champion(self, version: str) -> None:
        self.aliases["champion"] = version
        if self.aliases.get("challenger") == version:
            del self.aliases["challenger"]

    def set_challenger(self, version: str) -> None:
        self.aliases["challenger"] = version

    def versions(self) -> Sequence[Version]:
        moment = datetime(2026, 10, 31, tzinfo=UTC)
        return [
            Version(
                version,
                scorer.kind,
                scorer.digest,
                self.aliases.get("champion") == version,
                self.aliases.get("challenger") == version,
                moment,
                {},
                {},
            )
            for version, scorer in reversed(self.scorers.items())
        ]

    def attach(self, version: str, files: Mapping[str, str], folder: str) -> None:
        self.texts |= {(version, f"{folder}/{name}"): text for name, text in files.items()}

    def attached(self, version: str, path: str) -> str:
        if (version, path) not in self.texts:
            raise NotFoundError(f"Version {version} has no {path}.", f"Make it: xinji validate {version}")
        return self.texts[version, path]
