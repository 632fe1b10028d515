"""The port through which every SQL step runs, and its DuckDB side.

A step is one ``select`` in a ``.sql`` file, in plain DuckDB SQL that another engine can be given in its own dialect:
no ``quantile_cont``, no ``hash()``, no reliance on list order, ties broken by a key. Parameters are written
``$name`` and bound by the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from expectations.errors import XinjiError

T = TypeVar("T")
Value = str | int | float | bool | date | datetime | None
Parameters = Mapping[str, Value]
NOTHING: Parameters = {}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")


class StepError(XinjiError):
    """A SQL step could not run: a parameter is missing, or the engine refused it."""


class Engine(Protocol):
    """What a feature step may ask of the engine it runs on."""

    def create_view(self, name: str, select: str) -> None:
        """Give a select a name; it is computed whenever it is read. Takes no parameters."""

    def create_table(self, name: str, select: str, parameters: Parameters = NOTHING) -> None:
        """Compute a select once and keep the rows under a name, in place of what had that name."""

    def create_table_of(self, name: str, frame: pd.DataFrame) -> None:
        """Keep what a step in Python has made under a name, in place of what had that name."""

    def drop(self, name: str) -> None:
        """Forget what has a name, if anything has it."""

    def write(self, select: str, path: Path) -> int:
        """Write the rows of a select, in the order it gives them, as one Parquet file; gives their number."""

    def rows(self, select: str, parameters: Parameters = NOTHING) -> list[tuple[object, ...]]:
        """The rows of a select as plain tuples."""

    def frame(self, select: str, parameters: Parameters = NOTHING) -> pd.DataFrame:
        """The rows of a select as a pandas frame."""

    def numbers(self, select: str) -> Iterator[npt.NDArray[np.int64]]:
        """The one column of a select, whole numbers and none of them empty, piece by piece.

        Nothing else may be asked of the engine until the last piece is taken.
        """

    def columns(self, name: str) -> tuple[str, ...]:
        """Column names of a table or view, in order."""


def read_step(package: str, name: str) -> str:
    """The text of the step ``name.sql`` that lies in a package such as ``features.chain``."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")


def bound(sql: str, parameters: Parameters) -> str:
    """A text with its parameters written into it, for views, which cannot take any."""
    needed_parameters("view", sql, parameters)
    return _PARAMETER.sub(lambda found: literal(parameters[found[1]]), sql)


def literal(value: Value) -> str:
    """A value written into SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return f"timestamptz '{value.isoformat()}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


class DuckdbEngine:
    """DuckDB inside the process.

    Parameters
    ----------
    connection:
        The connection that the lake's relations are visible on. Its session settings are made here.
    threads, memory_limit:
        Bounds on the machine's share, such as 2 and ``"4GB"``; None leaves the connection's own.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        self.connection = connection
        self._kinds: dict[str, str] = {}
        # Days are Asia/Shanghai days wherever the machine stands, and the order of rows is always asked for by name.
        connection.execute("set timezone = 'Asia/Shanghai'")
        connection.execute("set preserve_insertion_order = false")
        if threads is not None:
            connection.execute(f"set threads = {int(threads)}")
        if memory_limit is not None:
            connection.execute(f"set memory_limit = {literal(memory_limit)}")

    def create_view(self, name: str, select: str) -> None:
        """Give a select a name."""
        self._make_room(name, "view")
        self._run(name, f"create or replace temp view {checked_name(name)} as {select}", NOTHING)

    def create_table(self, name: str, select: str, parameters: Parameters = NOTHING) -> None:
        """Compute a select once, in place of what had that name."""
        if self._kinds.get(name) == "view":
            # The rows may be those of the view that gives its name away.
            self._run(name, f"create or replace temp table making as {select}", parameters)
            self.drop(name)
            self._run(name, f"alter table making rename to {checked_name(name)}", NOTHING)
            self._kinds[name] = "table"
            return
        self._make_room(name, "table")
        self._run(name, f"create or replace temp table {checked_name(name)} as {select}", parameters)

    def drop(self, name: str) -> None:
        """Forget what has a name."""
        if kind := self._kinds.pop(name, None):
            self._run(name, f"drop {kind} {checked_name(name)}", NOTHING)

    def write(self, select: str, path: Path) -> int:
        """Write the rows of a select as one Parquet file."""
        self.connection.execute("set preserve_insertion_order = true")
        written = self._run(
            "write",
            f"copy ({select}) to {literal(str(path))} (format parquet, compression zstd, compression_level 1)",
            NOTHING,
        )
        rows = int(written.fetchall()[0][0])
        self.connection.execute("set preserve_insertion_order = false")
        return rows

    def _make_room(self, name: str, kind: str) -> None:
        if self._kinds.get(name, kind) != kind:
            self.drop(name)
        self._kinds[name] = kind

    def create_table_of(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame under a name, in place of what had that name."""
        self.connection.register("made_in_python", pa.Table.from_pandas(frame, preserve_index=False))
        self.create_table(name, "select * from made_in_python")
        self.connection.unregister("made_in_python")

    def rows(self, select: str, parameters: Parameters = NOTHING) -> list[tuple[object, ...]]:
        """The rows of a select as plain tuples."""
        return self._run("rows", select, parameters).fetchall()

    def frame(self, select: str, parameters: Parameters = NOTHING) -> pd.DataFrame:
        """The rows of a select as a pandas frame."""
        # Through Arrow, which keeps moments in their zone; dates become datetime64 and not objects.
        table: Any = _guarded(
            "frame", select, parameters, lambda bound: self.connection.sql(select, params=bound).to_arrow_table()
        )
        return cast(pd.DataFrame, table.to_pandas(date_as_object=False))

    def numbers(self, select: str) -> Iterator[npt.NDArray[np.int64]]:
        """The one column of a select, piece by piece."""
        reader: Any = _guarded("numbers", select, NOTHING, lambda _: self.connection.sql(select).to_arrow_reader())
        return (np.asarray(batch.column(0), dtype=np.int64) for batch in reader)

    def columns(self, name: str) -> tuple[str, ...]:
        """Column names of a table or view, in order."""
        described = self._run(name, f"describe {checked_name(name)}", NOTHING)
        return tuple(str(row[0]) for row in described.fetchall())

    def _run(self, step: str, sql: str, parameters: Parameters) -> duckdb.DuckDBPyConnection:
        return _guarded(step, sql, parameters, lambda bound: self.connection.execute(sql, bound))


def _guarded(step: str, sql: str, parameters: Parameters, run: Callable[[dict[str, Value] | None], T]) -> T:
    """Run with the parameters that the text names, and say which step it was when it fails."""
    needed = needed_parameters(step, sql, parameters)
    try:
        return run(needed or None)
    except duckdb.Error as error:
        raise StepError(f"Step {step} failed: {error}") from error


def needed_parameters(step: str, sql: str, parameters: Parameters) -> dict[str, Value]:
    """The parameters that a text names, and no others.

    Raises
    ------
    StepError
        When one of them is not given.
    """
    named = set(_PARAMETER.findall(sql))
    if missing := sorted(named - set(parameters)):
        raise StepError(f"Step {step} needs {', '.join(missing)}.", "Pass every $parameter that its text names.")
    return {name: parameters[name] for name in named}


def checked_name(name: str) -> str:
    """A name of a table or view that every engine takes unquoted; a ``StepError`` when it is none."""
    if not _NAME.fullmatch(name):
        raise StepError(f"'{name}' is no name for a table.", "Use lower-case letters, digits and underscores.")
    return name
