"""Reading a delivered file, whatever its format: one way in for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from expectations.contracts.schema import Contract
from expectations.errors import UsageError
from expectations.intake.csv_reader import read_csv
from expectations.intake.header import match_header
from expectations.intake.landing import LandedText, land_text
from expectations.intake.notice import Notice, empty_file, last_line_open, truncated
from expectations.intake.parquet_reader import read_parquet
from expectations.intake.records import Record, json_records
from expectations.intake.rows import DeliveredFile, load_records, refused

SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")


def suffix_of(path: Path) -> str | None:
    """The ending that tells the format, or None when it is not one that can be read."""
    return next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if path.name.endswith(suffix)), None)


def read_delivered(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, work: Path) -> DeliveredFile:
    """Read a file into the tables ``delivered`` and ``malformed_rows`` of a connection of its own.

    Nothing about the file's content raises: what is wrong with it comes back as notices and as malformed rows.

    Parameters
    ----------
    connection:
        A DuckDB connection used for this file alone.
    contract:
        Of the table the file holds.
    path:
        CSV, JSON Lines (both also with ``.gz``) or Parquet, told by the name.
    work:
        An existing folder for temporary copies.
    """
    suffix = suffix_of(path)
    if suffix is None:
        raise UsageError(f"{path.name}: the format is not known.", f"Deliver one of {', '.join(SUFFIXES)}.")
    if path.stat().st_size == 0:
        return refused(0, [empty_file()])
    if suffix == ".parquet":
        return read_parquet(connection, path, contract)
    text = land_text(path, work)
    is_csv = suffix.startswith(".csv")
    if text.shape.lines == 0 and not text.notices:
        return refused(0, [empty_file()])
    if any(notice.refuses_file for notice in text.notices):
        return refused(max(text.shape.lines - is_csv, 0), text.notices)
    delivered = (read_csv if is_csv else _read_json)(connection, text, contract, text.notices)
    if not text.shape.ends_open or text.notices or delivered.is_refused:
        return delivered
    end = truncated() if _breaks_off(connection, delivered.received) else last_line_open()
    return replace(delivered, notices=(end, *delivered.notices))


def _breaks_off(connection: duckdb.DuckDBPyConnection, last_row: int) -> bool:
    """Whether the last row cannot be taken apart: without a line end after it, it was cut off on the way."""
    query = "SELECT count(*) FROM malformed_rows WHERE source_row = ?"
    return bool(connection.execute(query, [last_row]).fetchall()[0][0])


def _read_json(
    connection: duckdb.DuckDBPyConnection, text: LandedText, contract: Contract, notices: tuple[Notice, ...]
) -> DeliveredFile:
    columns: dict[str, None] = {}

    def seen() -> Iterator[Record]:
        for record in json_records(text.path):
            columns.update(dict.fromkeys(record.cells or ()))
            yield record

    received = load_records(connection, seen(), contract.field_names)
    # A file without a single sound row has no columns to speak of: its rows tell their own faults.
    match = match_header(tuple(columns), contract) if columns else None
    notices = (*notices, *(match.notices if match else ()))
    if any(notice.refuses_file for notice in notices):
        return refused(received, notices)

    def records_at(rows: Collection[int]) -> Iterator[Record]:
        wanted = frozenset(rows)
        return (record for record in json_records(text.path) if record.row in wanted)

    fields = tuple(name for name in contract.field_names if name in columns)
    return DeliveredFile(received, fields or contract.field_names, notices, records_at)
