"""A stored model is one or two text files: ``model.json``, and ``trees.txt`` where there are trees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.vocabulary.digest import canonical_json
from models.scorer.errors import ModelFileError

MODEL_FILE = "model.json"
TREES_FILE = "trees.txt"
FORMAT = 1


def write_model(directory: Path, metadata: Mapping[str, Any], digest: str, trees: str | None = None) -> None:
    """Write a model's files. The same model gives the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    if trees is not None:
        (directory / TREES_FILE).write_text(trees, encoding="utf-8", newline="\n")
    text = canonical_json({**metadata, "digest": digest})
    (directory / MODEL_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_metadata(directory: Path) -> dict[str, Any]:
    """What ``model.json`` says, the digest included.

    Raises
    ------
    ModelFileError
        When the file is absent, is not JSON, or has a format this version does not read.
    """
    path = directory / MODEL_FILE
    try:
        metadata: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be read as a model.", "Register the model again.") from error
    if metadata.get("format") != FORMAT:
        raise ModelFileError(
            f"{path} has format {metadata.get('format')!r}; this version reads {FORMAT}.",
            "Use the version of the software that wrote it.",
        )
    return metadata


def read_trees(directory: Path) -> str:
    """LightGBM's native text of a stored model."""
    path = directory / TREES_FILE
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path} cannot be read.", "Register the model again.") from error
