"""The description of a source: who publishes it, what becomes of each field, and what had to be made up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.contracts.schema import Words
from expectations.errors import UsageError


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFile(_Closed):
    """A published file.

    Attributes
    ----------
    names:
        What it may be called, plain or compressed; the first one that is there is read.
    rows:
        Rows as published. Another count does not stop the translation, but is noted: it is not the published copy.
    """

    names: tuple[str, ...] = Field(min_length=1)
    rows: int
    because: Words


class Constant(_Closed):
    """A number that the mapping uses (``getvariable('name')`` in its SQL), with where it comes from."""

    value: Decimal
    because: Words


class FieldMapping(_Closed):
    """Where a field comes from: an SQL expression over the source's rows.

    Attributes
    ----------
    surrogate:
        How the value was made up, when the source does not have it.
    """

    sql: str
    surrogate: Words | None = None


class TableMapping(_Closed):
    """A table of the dictionary made from a source.

    Attributes
    ----------
    rows:
        The relation it is selected from; the adapter makes it. It has a column ``batch`` beside the source's own.
    """

    rows: str
    fields: dict[str, FieldMapping]


class Description(_Closed):
    """A source, as its ``source.yml`` says."""

    name: str
    title: Words
    publisher: Words
    url: str
    licence: str
    citation: str
    cadence: Words
    files: tuple[SourceFile, ...]
    constants: dict[str, Constant] = Field(default_factory=dict)
    code_maps: dict[str, dict[str, str]] = Field(default_factory=dict)
    tables: dict[str, TableMapping]
    gaps: tuple[Words, ...]
    notes: tuple[Words, ...] = ()


def read_description(path: Path) -> Description:
    """The description in a ``source.yml``.

    Raises
    ------
    UsageError
        It has a key or value that the schema does not know.
    """
    try:
        return Description.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise UsageError(f"{path} does not describe a source: {error}", "Correct the entries named.") from error
