"""The manifest of a batch: who sends what, with the size and digest of every file."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from expectations.errors import UsageError
from expectations.vocabulary.moment import parse_moment

MANIFEST_NAME = "manifest.json"


class ManifestError(UsageError):
    """A manifest cannot be followed; nothing of its batch was taken."""


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("write a time as text, such as 2026-03-31T06:00:00")
    try:
        return parse_moment(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


Moment = Annotated[datetime, PlainValidator(_moment)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ManifestFile(_Closed):
    """One file of a batch, with what the sender says about it."""

    table: str
    path: str
    rows: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$")


class Manifest(_Closed):
    """What a sender says about a batch.

    Attributes
    ----------
    received_at:
        Knowledge time of rows that carry none of their own; without it the moment of ingestion.
    nothing_new:
        Tables the source has nothing to report for: an answer, where a missing file would be silence.
    operation:
        ``withdraw`` takes an earlier batch of that source and batch id back; it then lists no files.
    """

    source: str = Field(min_length=1, max_length=120)
    batch_id: str = Field(min_length=1, max_length=200)
    produced_at: Moment
    received_at: Moment | None = None
    operation: Literal["ingest", "withdraw"] = "ingest"
    files: tuple[ManifestFile, ...] = ()
    nothing_new: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _files_fit_the_operation(self) -> Manifest:
        if self.operation == "ingest" and not (self.files or self.nothing_new):
            raise ValueError("a batch to ingest lists at least one file, or a table with nothing new")
        if self.operation == "withdraw" and (self.files or self.nothing_new):
            raise ValueError("a withdrawal lists no files")
        return self


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file.

    Raises
    ------
    ManifestError
        It is not JSON, lacks something, says something unknown, or names a file outside its own folder.
    """
    try:
        manifest = Manifest.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path}: {_in_words(error)}", "Ask the sender for a correct manifest.") from error
    for file in manifest.files:
        _refuse_outside(path, file.path)
    return manifest


def _in_words(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"this is not JSON ({error})."
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'manifest'}: {fault['msg']}" for fault in error.errors()]
    return "; ".join(faults) + "."


def _refuse_outside(manifest: Path, name: str) -> None:
    """A manifest comes from outside, so it must not make us read other files: not by ``..``, a root or a link."""
    relative = PurePosixPath(name)
    folder = manifest.parent.resolve()
    is_odd = not name or "\\" in name or "\0" in name or relative.is_absolute() or ".." in relative.parts
    if is_odd or not (folder / relative).resolve().is_relative_to(folder):
        raise ManifestError(
            f"{manifest}: the file path {name!r} leads out of the batch's folder.",
            "Ask the sender to name files inside the folder of the manifest.",
        )
