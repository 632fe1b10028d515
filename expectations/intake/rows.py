"""A delivered file as a relation in DuckDB, with the way back to the original text of any row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from expectations.contracts.schema import Contract
from expectations.contracts.typed import quoted, trimmed_sql
from expectations.intake.notice import Notice
from expectations.intake.records import Record

DELIVERED = "delivered"
"""Table: ``source_row`` and the fields that the file has, as text."""

MALFORMED_ROWS = "malformed_rows"
"""Table: ``source_row`` and ``fault`` of rows that could not be taken apart."""

_CHUNK = 20_000


@dataclass(frozen=True)
class DeliveredFile:
    """What one file brought.

    Attributes
    ----------
    received:
        Data rows: those in ``delivered`` and those in ``malformed_rows``. For a refused file the rows that could be
        counted.
    fields:
        The contract's fields among the file's columns.
    notices:
        Remarks on the file as a whole.
    records_at:
        From row numbers to those rows as they were delivered, in ascending order.
    is_bare:
        Whether no value is known to be empty or to have white space around it.
    reread:
        Where ``delivered`` reads the file only when it is asked, and then fails on a row that cannot be taken apart:
        how to read it row by row. None where it lies there read.
    """

    received: int
    fields: tuple[str, ...]
    notices: tuple[Notice, ...]
    records_at: Callable[[Collection[int]], Iterator[Record]]
    is_bare: bool = False
    reread: Callable[[], DeliveredFile] | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the file as a whole goes to quarantine."""
        return any(notice.refuses_file for notice in self.notices)


def refused(received: int, notices: Sequence[Notice]) -> DeliveredFile:
    """A file no row of which is taken."""
    return DeliveredFile(received, (), tuple(notices), lambda _rows: iter(()))


def load_records(connection: duckdb.DuckDBPyConnection, records: Iterable[Record], fields: Sequence[str]) -> int:
    """Fill ``delivered`` and ``malformed_rows`` from records; gives their number."""
    columns = ", ".join(f"{quoted(name)} VARCHAR" for name in fields)
    connection.execute(f"CREATE OR REPLACE TABLE {DELIVERED} (source_row BIGINT, {columns})")
    connection.execute(f"CREATE OR REPLACE TABLE {MALFORMED_ROWS} (source_row BIGINT, fault VARCHAR)")
    received = 0
    for chunk in _chunks(records):
        received += len(chunk)
        sound = [(record.row, record.cells) for record in chunk if record.cells is not None]
        broken = [(record.row, record.fault) for record in chunk if record.cells is None]
        arrays = [pa.array([cells.get(name) for _, cells in sound], pa.string()) for name in fields]
        table = pa.table([pa.array([row for row, _ in sound], pa.int64()), *arrays], names=["source_row", *fields])
        _insert(connection, DELIVERED, table)
        _insert(
            connection,
            MALFORMED_ROWS,
            pa.table(
                {
                    "source_row": pa.array([row for row, _ in broken], pa.int64()),
                    "fault": pa.array([fault for _, fault in broken], pa.string()),
                }
            ),
        )
    return received


def create_from(connection: duckdb.DuckDBPyConnection, name: str, **columns: pa.Array) -> None:
    """Create a table from arrays."""
    connection.register("incoming", pa.table(columns))
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def define_raw(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: DeliveredFile,
    received_at: str,
    first_row: int,
) -> None:
    """Create the view ``raw`` that the contract's checks read: every field as text.

    Parameters
    ----------
    connection, contract:
        Where ``delivered`` is, and what it should hold.
    delivered:
        The file; fields that it does not have are NULL.
    received_at:
        ISO 8601; stands where a row does not say itself when it was received.
    first_row:
        Number of the file's first row within the batch's table: 1, or more when the table came in several files.
    """
    fields = delivered.fields
    columns = [
        quoted(name) if name in fields else f"CAST(NULL AS VARCHAR) AS {quoted(name)}"
        for name in contract.field_names
        if name != "received_at"
    ]
    moment = f"'{received_at}'"
    if "received_at" in fields:
        text = quoted("received_at") if delivered.is_bare else trimmed_sql("received_at")
        moment = f"coalesce({text}, {moment})"
    connection.execute(
        f"CREATE OR REPLACE VIEW raw AS SELECT source_row + {first_row - 1} AS source_row, "
        f"{', '.join(columns)}, {moment} AS received_at FROM {DELIVERED}"
    )


def drop_delivered(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the memory of the delivered rows back, whatever the reader kept them in."""
    connection.execute("DROP VIEW raw")
    found = connection.execute(
        "SELECT table_type, table_name FROM information_schema.tables WHERE starts_with(table_name, ?) ORDER BY 1 DESC",
        [DELIVERED],
    ).fetchall()
    for kind, name in found:
        connection.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {name}")


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _insert(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    if table.num_rows:
        connection.register("incoming", table)
        connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        connection.unregister("incoming")
