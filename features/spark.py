"""Spark behind the port: the same steps on a cluster. Needs the extra ``spark`` and Java 17.

The only module that knows PySpark. What Spark is told lies in ``spark_dialect``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.functions import broadcast, col
from pyspark.sql.types import NullType

from expectations.contracts.schema import Contract
from features.asof import Versions, empty_versions_sql
from features.engine import NOTHING, Parameters, StepError, checked_name, needed_parameters
from features.spark_dialect import spark_sql

T = TypeVar("T")


def spark_session(master: str, settings: Mapping[str, str] | None = None) -> SparkSession:
    """A session on a cluster such as ``spark://127.0.0.1:7077``, with Spark's own settings by name.

    Whoever opens it stops it.
    """
    builder = SparkSession.builder.master(master).appName("xinji")
    for name, value in (settings or {}).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class SparkEngine:
    """Spark, in the session given: views are its temporary views, tables are Parquet files, so that plans stay short.

    Parameters
    ----------
    session:
        Its time zone is set to the zone's, and its arithmetic to ANSI: what overflows fails.
    scratch:
        A folder that driver and workers reach under the same path. What a step keeps is written there.
    """

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        self._session = session
        self._scratch = scratch
        self._tables: dict[str, Path] = {}
        self._made = 0
        session.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
        session.conf.set("spark.sql.ansi.enabled", "true")

    def create_view(self, name: str, select: str) -> None:
        """Give a select a name."""
        translated = _translated(name, select, NOTHING)
        self.drop(name)
        self._run(name, f"create or replace temporary view {checked_name(name)} as {translated}")

    def create_view_of_files(self, name: str, files: Sequence[Path]) -> None:
        """Give the rows of Parquet files a name."""
        self.drop(name)
        paths = [str(path) for path in files]
        _guarded(name, lambda: self._session.read.parquet(*paths).createOrReplaceTempView(checked_name(name)))

    def create_view_of_versions(self, name: str, files: Sequence[tuple[Path, int]]) -> None:
        """Give the lake's versions of a table a name: each file's rows with the sequence of the batch it came in.

        Files are told apart by their names, which the lake makes of their content.
        """
        self.drop(name)
        paths = sorted({str(path) for path, _ in files})
        batches = [(path.name, sequence) for path, sequence in files]

        def read() -> Any:
            rows = self._session.read.parquet(*paths).select("*", col("_metadata.file_name").alias("file name"))
            came = self._session.createDataFrame(batches, "`file name` string, ingest_sequence long")
            return rows.join(broadcast(came), "file name").drop("file name")

        _guarded(name, lambda: read().createOrReplaceTempView(checked_name(name)))

    def create_table(self, name: str, select: str, parameters: Parameters = NOTHING) -> None:
        """Compute a select once, in place of what had that name."""
        made = self._run(name, _translated(name, select, parameters))
        # Parquet has no column of nothing; DuckDB calls it a whole number.
        untyped = [told.name for told in made.schema.fields if isinstance(told.dataType, NullType)]
        made = made.withColumns({column: col(column).cast("int") for column in untyped}) if untyped else made
        folder = self._folder(name)
        _guarded(name, lambda: made.write.parquet(str(folder)))
        self._keep(name, folder, made.schema)

    def create_table_of(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame under a name, in place of what had that name."""
        folder = self._folder(name)
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / "frame.parquet")
        self._keep(name, folder, None)

    def drop(self, name: str) -> None:
        """Forget what has a name, its files included."""
        self._session.catalog.dropTempView(checked_name(name))
        if folder := self._tables.pop(name, None):
            shutil.rmtree(folder)

    def write(self, select: str, path: Path) -> int:
        """Write the rows of a select as one Parquet file; they pass through the driver."""
        table = self._arrow("write", select, NOTHING)
        pq.write_table(table, path, compression="zstd")
        return int(table.num_rows)

    def rows(self, select: str, parameters: Parameters = NOTHING) -> list[tuple[object, ...]]:
        """The rows of a select as plain tuples."""
        table = self._arrow("rows", select, parameters)
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def frame(self, select: str, parameters: Parameters = NOTHING) -> pd.DataFrame:
        """The rows of a select as a pandas frame."""
        return cast(pd.DataFrame, self._arrow("frame", select, parameters).to_pandas(date_as_object=False))

    def numbers(self, select: str) -> Iterator[npt.NDArray[np.int64]]:
        """The one column of a select; it passes through the driver."""
        yield np.asarray(self._arrow("numbers", select, NOTHING).column(0), dtype=np.int64)

    def columns(self, name: str) -> tuple[str, ...]:
        """Column names of a table or view, in order."""
        return tuple(_guarded(name, lambda: self._session.table(checked_name(name)).columns))

    def _folder(self, name: str) -> Path:
        self._made += 1
        return self._scratch / f"{checked_name(name)}-{self._made}"

    def _keep(self, name: str, folder: Path, schema: Any) -> None:
        """Give the rows of a folder a name; the rows that had it may be those they were made from, so they go last."""
        reader = self._session.read if schema is None else self._session.read.schema(schema)
        kept = _guarded(name, lambda: reader.parquet(str(folder)))
        self.drop(name)
        kept.createOrReplaceTempView(name)
        self._tables[name] = folder

    def _arrow(self, step: str, select: str, parameters: Parameters) -> pa.Table:
        found = self._run(step, _translated(step, select, parameters))
        return _guarded(step, found.toArrow)

    def _run(self, step: str, sql: str) -> Any:
        return _guarded(step, lambda: self._session.sql(sql))


def versions_of_files(
    engine: SparkEngine, contracts: Mapping[str, Contract], files: Callable[[str], Sequence[tuple[Path, int]]]
) -> Versions:
    """The versions that lie in a lake, for ``define_known`` on Spark.

    Parameters
    ----------
    engine:
        Gets a view ``versions_<table>`` for every table of which there is a file.
    contracts:
        Of all tables.
    files:
        From a table to its files that count and the sequences of their batches, in a folder that the workers reach.
    """
    told = set()
    for table in contracts:
        if chosen := files(table):
            engine.create_view_of_versions(f"versions_{table}", chosen)
            told.add(table)
    return Versions(
        contracts,
        lambda table: f"select * from versions_{table}" if table in told else empty_versions_sql(contracts[table]),
    )


def _translated(step: str, select: str, parameters: Parameters) -> str:
    return spark_sql(select, needed_parameters(step, select, parameters))


def _guarded(step: str, run: Callable[[], T]) -> T:
    """Say which step it was when Spark refuses it."""
    try:
        return run()
    except (PySparkException, Py4JError) as error:
        raise StepError(f"Step {step} failed on Spark: {error}") from error
