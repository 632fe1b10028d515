"""Open a stored model of any kind."""

from __future__ import annotations

from pathlib import Path

from models.scorer.errors import ModelFileError
from models.scorer.files import read_metadata, read_trees
from models.scorer.points import points_scorer_from
from models.scorer.protocol import Scorer


def load_scorer(directory: Path) -> Scorer:
    """The scorer stored in a directory, checked against the digest it was stored with.

    Raises
    ------
    ModelFileError
        When a file is missing, of an unknown kind, or altered since it was written.
    """
    metadata = read_metadata(directory)
    stored = metadata.pop("digest", "")
    scorer: Scorer
    match metadata.get("kind"):
        case "scorecard":
            scorer = points_scorer_from(metadata)
        case "lightgbm":
            from models.scorer.trees import tree_scorer_from  # noqa: PLC0415 - a scorecard need not pay for LightGBM

            scorer = tree_scorer_from(metadata, read_trees(directory))
        case kind:
            raise ModelFileError(
                f"{directory} holds a model of unknown kind {kind!r}.", "Use the version that wrote it."
            )
    if scorer.digest != stored:
        raise ModelFileError(
            f"The model in {directory} has digest {scorer.digest[:12]}, but was stored as {stored[:12]}.",
            "It was altered. Take it from the registry again.",
        )
    return scorer
