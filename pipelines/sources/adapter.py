"""What every adapter offers, and where to find one by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from expectations.contracts.schema import Words
from expectations.errors import UsageError

ADAPTERS = ("korea_customs", "online_retail")
"""The foreign formats that can be read. Each is a folder beside this file with ``adapter.py`` and ``source.yml``."""


@dataclass(frozen=True)
class Surrogate:
    """A field whose values the source does not have, and how they were made."""

    table: str
    field: str
    how: Words


@dataclass(frozen=True)
class Translation:
    """What an adapter made of a source.

    Attributes
    ----------
    manifests:
        One per batch, in the order in which the batches are to be taken.
    source_rows:
        Rows read.
    written:
        Rows written, per table.
    gaps:
        What the source lacks and what that does to grades.
    notes:
        What else a reader of results made from it must know.
    """

    source: str
    manifests: tuple[Path, ...]
    source_rows: int
    written: dict[str, int]
    surrogates: tuple[Surrogate, ...]
    gaps: tuple[Words, ...]
    notes: tuple[Words, ...]


class Adapter(Protocol):
    """A reader of one foreign format."""

    name: str

    def translate(self, path: Path, out: Path) -> Translation:
        """Write landing batches made from the files under ``path`` into the folder ``out``.

        Raises
        ------
        UsageError
            ``path`` does not hold the source's files, or they cannot be read.
        """
        ...


def adapter_named(name: str) -> Adapter:
    """The adapter of a source.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if name not in ADAPTERS:
        raise UsageError(f"There is no adapter '{name}'.", f"Choose one of: {', '.join(ADAPTERS)}.")
    adapter: Adapter = importlib.import_module(f"pipelines.sources.{name}.adapter").ADAPTER
    return adapter
