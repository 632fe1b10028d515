"""Scoring on Apache Spark with the same native model: the stored text goes to every worker, and nothing is translated.

Needs the extra ``spark``. Workers import this package, so it must be installed where they run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from models.scorer.protocol import Scorer, probability_of
from models.scorer.storage import load_scorer


def spark_scores(frame: Any, scorer: Scorer, keys: Sequence[str]) -> Any:
    """Score a Spark frame of features, partition by partition.

    Parameters
    ----------
    frame:
        A ``pyspark.sql.DataFrame`` with the keys and every feature of the model as doubles; empty values are null.
    scorer:
        The model.
    keys:
        Columns that say whose row it is; they come back first.

    Returns
    -------
    A Spark frame with the keys, ``p`` and ``margin``: the numbers that ``scorer`` gives on one machine.
    """
    files = tuple(sorted(stored_texts(scorer).items()))
    names = list(scorer.feature_names)
    kept = [frame.schema[name] for name in keys]

    def scored(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        model = _opened(files)
        for batch in batches:
            margins = model.margins(batch[names])
            yield batch[list(keys)].assign(p=probability_of(margins), margin=margins)

    schema = ", ".join([*(f"`{one.name}` {one.dataType.simpleString()}" for one in kept), "p double", "margin double"])
    return frame.select(*keys, *names).mapInPandas(scored, schema)


def stored_texts(scorer: Scorer) -> Mapping[str, str]:
    """The files a model is stored as, by name: LightGBM's text and JSON."""
    with tempfile.TemporaryDirectory() as folder:
        scorer.save(Path(folder))
        return {path.name: path.read_text(encoding="utf-8") for path in Path(folder).iterdir()}


@lru_cache(maxsize=4)
def _opened(files: tuple[tuple[str, str], ...]) -> Scorer:
    """Open a model once per worker."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files:
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        return load_scorer(Path(folder))
