"""Rows that broke their contract, written whole: the text as delivered, the values in it, and every reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contracts.schema import Contract
from expectations.intake.records import Record
from expectations.intake.rows import DeliveredFile

ROW, TEXT, FAULTS = "_row", "_text", "_faults"
"""Columns beside the contract's fields: row number in the file, original text, list of codes."""

_CHUNK = 20_000


def write_quarantined(
    connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: DeliveredFile, first_row: int, target: Path
) -> int:
    """Write the quarantined rows of a checked file to Parquet, in file order; gives their number.

    Parameters
    ----------
    connection, contract, delivered:
        The file after ``check_rows``.
    first_row:
        As given to ``define_raw``.
    target:
        The file to write. Every field is in it as text, null where the row could not be taken apart.
    """
    faults = dict(
        connection.execute(f"""
            SELECT source_row - {first_row - 1}, faults FROM turned_away
            UNION ALL SELECT source_row, [fault] FROM malformed_rows ORDER BY 1""").fetchall()
    )
    schema = pa.schema(
        [(ROW, pa.int64()), (TEXT, pa.string()), (FAULTS, pa.list_(pa.string()))]
        + [(name, pa.string()) for name in contract.field_names]
    )
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for chunk in _chunks(delivered.records_at(faults)):
            writer.write_table(_table(chunk, faults, contract, schema))
    return len(faults)


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _table(chunk: list[Record], faults: dict[int, list[str]], contract: Contract, schema: pa.Schema) -> pa.Table:
    cells = [record.cells or {} for record in chunk]
    columns = [
        [record.row for record in chunk],
        [record.text for record in chunk],
        [faults[record.row] for record in chunk],
        *([row.get(name) for row in cells] for name in contract.field_names),
    ]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
