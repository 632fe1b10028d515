"""The shape of a feature's entry in the catalogue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.dimension import Dimension

Unit = Literal["count", "cny", "usd", "share", "ratio", "days", "flag", "score", "hours", "kg"]


class Feature(BaseModel):
    """One named number per enterprise as of (D, K).

    Attributes
    ----------
    sources:
        The tables of the dictionary it is computed from. When one of their feeds is missing, so is the feature.
    either:
        Those of the sources of which one is enough: trade is declared on lists, on declarations or on both, and a
        zone that has only one of the two feeds still knows its trade.
    window_days:
        Events of (D - window_days, D]; 0 for a state as of D.
    direction:
        ``up``: risk rises with the value; ``down``: risk falls with it; ``open``: no direction is asserted.
    missing_means:
        What an empty value says, in words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    en: str
    zh: str
    unit: Unit
    sources: tuple[str, ...]
    either: tuple[str, ...] = ()
    window_days: int
    dimension: Dimension
    direction: Literal["up", "down", "open"]
    missing_means: str

    @property
    def monotone(self) -> int:
        """Constraint on the probability of an adverse event: 1 rising, -1 falling, 0 none."""
        return {"up": 1, "down": -1, "open": 0}[self.direction]

    def is_known_with(self, connected: Collection[str]) -> bool:
        """Whether a zone with these feeds can know it."""
        feeds = set(connected)
        return feeds.issuperset(set(self.sources) - set(self.either)) and not (
            self.either and feeds.isdisjoint(self.either)
        )

    @model_validator(mode="after")
    def _either_are_sources(self) -> Self:
        if not set(self.either) <= set(self.sources):
            raise ValueError(f"{self.name}: 'either' names a table that is no source.")
        return self


class Catalogue(BaseModel):
    """All features, in the order of the feature table's columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    features: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names of the feature table, in order."""
        return tuple(feature.name for feature in self.features)

    @property
    def digest(self) -> str:
        """Identifies the meaning of every column."""
        return sha256_of([feature.model_dump(mode="json") for feature in self.features])

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len(set(self.names)) != len(self.names):
            raise ValueError("Two features share a name.")
        return self
