"""An engine that keeps the time of every step that runs through it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.engine import NOTHING, Engine, Parameters


class ClockedEngine:
    """Another engine, with the CPU seconds of its steps by name.

    A view costs nothing until it is read, so that what known rows cost stands with the steps that read them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cpu_seconds: defaultdict[str, float] = defaultdict(float)

    def spent(self) -> Mapping[str, float]:
        """CPU seconds of every step, the dearest first."""
        ordered = sorted(self._cpu_seconds.items(), key=lambda told: (-told[1], told[0]))
        return {step: round(seconds, 2) for step, seconds in ordered}

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        used = time.process_time()
        yield
        self._cpu_seconds[step] += time.process_time() - used

    def create_view(self, name: str, select: str) -> None:
        """Give a select a name."""
        with self._timed("views"):
            self._engine.create_view(name, select)

    def create_table(self, name: str, select: str, parameters: Parameters = NOTHING) -> None:
        """Compute a select once."""
        with self._timed(name):
            self._engine.create_table(name, select, parameters)

    def create_table_of(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame under a name."""
        with self._timed("tables made in Python"):
            self._engine.create_table_of(name, frame)

    def drop(self, name: str) -> None:
        """Forget what has a name."""
        with self._timed("dropped"):
            self._engine.drop(name)

    def write(self, select: str, path: Path) -> int:
        """Write the rows of a select."""
        with self._timed(f"kept: {path.name.strip('.').partition('.')[0]}"):
            return self._engine.write(select, path)

    def rows(self, select: str, parameters: Parameters = NOTHING) -> list[tuple[object, ...]]:
        """The rows of a select; those of a pattern are told apart by the first line of its text."""
        pattern = select.partition("-- R")[2][:3]
        with self._timed(f"pattern: R{pattern.strip()}" if pattern else "rows asked for"):
            return self._engine.rows(select, parameters)

    def frame(self, select: str, parameters: Parameters = NOTHING) -> pd.DataFrame:
        """The rows of a select as a frame."""
        with self._timed("frames of features and profiles"):
            return self._engine.frame(select, parameters)

    def numbers(self, select: str) -> Iterator[npt.NDArray[np.int64]]:
        """The one column of a select, piece by piece."""
        with self._timed("keys and links, to find what is shared and repeated"):
            return iter(list(self._engine.numbers(select)))

    def columns(self, name: str) -> tuple[str, ...]:
        """Column names of a table or view."""
        return self._engine.columns(name)
