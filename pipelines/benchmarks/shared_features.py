"""Which of Xinji's steps some features are made of, so that like can be set against like."""

from __future__ import annotations

import re
from collections.abc import Collection

from features.catalogue.schema import Catalogue
from features.days import CHAIN, CONTEXT, EVER, ROLLUPS, WINDOWED
from features.engine import Engine, read_step
from features.table import AS_OF_DAY, OVER_WINDOWS, column_of

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_WINDOWS = tuple(f"feature_{step}" for step in (*OVER_WINDOWS, *AS_OF_DAY))


def steps_without(engine: Engine, catalogue: Catalogue, features: Collection[str]) -> frozenset[str]:
    """The chain steps, rollups, window sums and window steps that none of some features is made of.

    Parameters
    ----------
    engine:
        One on which ``feature_table`` ran.
    catalogue, features:
        All features, and the names of those in question.
    """
    texts = _texts()
    columns = {column_of(feature) for feature in catalogue.features if feature.name in features} | set(features)
    needed = {window for window in _WINDOWS if columns & set(engine.columns(window))}
    open_ends = needed
    while open_ends:
        named = {word for step in open_ends for word in _WORD.findall(texts[step])} & texts.keys()
        open_ends = named - needed
        needed = needed | open_ends
    return frozenset(texts.keys() - needed)


def _texts() -> dict[str, str]:
    """Each step that may be left out, and its text without remarks; a sum over windows is told by its rollup's name."""
    steps = {name: ("windows", name.removeprefix("feature_")) for name in _WINDOWS}
    steps |= {name: ("rollups", name) for name in (*EVER, *ROLLUPS)}
    steps |= {name: ("chain", name) for name in (*CONTEXT, *CHAIN)}
    texts = {
        name: re.sub(r"--.*", "", read_step(f"features.{package}", step)) for name, (package, step) in steps.items()
    }
    return texts | {f"window_{name}": f"rollup_{name}" for name in WINDOWED}
