"""Reads the catalogue from its YAML files: one file per group of sources, an unknown key is an error."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from expectations.errors import XinjiError
from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature, Unit

GROUPS = ("customs", "tax", "logistics", "forex", "returns", "goods", "registration")
"""The files, in the order of the feature table's columns."""


class CatalogueError(XinjiError):
    """A catalogue file does not say what an entry must."""


class _Entry(BaseModel):
    """One entry of a file: a measure, over several windows or as of D."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    windows: tuple[Literal[30, 90, 365], ...] = ()
    window_days: int = 0
    unit: Unit
    dimension: Dimension
    direction: Literal["up", "down", "open"]
    sources: tuple[str, ...]
    either: tuple[str, ...] = ()
    en: str
    zh: str
    missing_means: str

    def features(self) -> list[Feature]:
        """One feature per window, named after it; the entry itself when it has none."""
        shared = self.model_dump(exclude={"name", "windows", "window_days"})
        if not self.windows:
            return [Feature(name=self.name, window_days=self.window_days, **shared)]
        return [Feature(name=f"{self.name}_{days}d", window_days=days, **shared) for days in self.windows]


class _Group(BaseModel):
    """One file: the reasons why a value can be missing, then its entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    missing: dict[str, str]
    features: tuple[_Entry, ...]


@cache
def load_catalogue() -> Catalogue:
    """The whole catalogue, in the order of the files and their entries.

    Raises
    ------
    CatalogueError
        When a file has a key or value that the schema does not know.
    """
    folder = files("features.catalogue")
    texts = {group: (folder / f"{group}.yaml").read_text(encoding="utf-8") for group in GROUPS}
    return Catalogue(features=tuple(feature for group in GROUPS for feature in read_group(group, texts[group])))


def read_group(group: str, text: str) -> list[Feature]:
    """The features of one file.

    Raises
    ------
    CatalogueError
        When it has a key or value that the schema does not know.
    """
    try:
        entries = _Group.model_validate(yaml.safe_load(text)).features
    except ValidationError as error:
        raise CatalogueError(f"features/catalogue/{group}.yaml: {error}", "Correct these entries.") from error
    return [feature for entry in entries for feature in entry.features()]
