"""Checked rows into accepted, quarantined and duplicates, so that every row is exactly one of them.

A row is a duplicate when its content (every field but ``received_at``) equals that of the version of its key just
before it, in version order (``received_at``, ``ingest_sequence``, ``source_row``). The same content sent again later,
after a different version stood between, is a correction back and is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb

from expectations.contracts.checks import checked_relation_sql
from expectations.contracts.identity import system_columns_sql
from expectations.contracts.schema import Contract
from expectations.contracts.typed import quoted
from expectations.intake.rows import DeliveredFile, define_raw, drop_delivered

_LAST = 1 << 62
"""Stands for the sequence that the batch will get: after every batch there is."""


@dataclass(frozen=True)
class Span:
    """What must be looked at to find earlier versions: event days (None: any) or anything received since a moment."""

    days: tuple[date, date] | None
    received_since: datetime | None = None


EarlierVersions = Callable[[Span], str | None]
"""From a span to SQL giving versions of the table; at least those in the span, or None when there are none."""


def check_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: DeliveredFile,
    received_at: str,
    first_row: int,
) -> DeliveredFile:
    """Create the table ``checked`` from ``delivered``: typed fields, system columns, faults and warnings.

    The delivered rows are dropped: their text, where it is wanted again, comes from the file.

    Parameters
    ----------
    connection, contract, delivered:
        The file as ``read_delivered`` gave it.
    received_at, first_row:
        As for ``define_raw``.

    Returns
    -------
    DeliveredFile
        The file as it was read in the end: anew, row by row, where it could not be read in one go.
    """
    define_raw(connection, contract, delivered, received_at, first_row)
    query = f"CREATE OR REPLACE TABLE checked AS {checked_relation_sql(contract, 'raw', is_bare=delivered.is_bare)}"
    if delivered.reread is None:
        connection.execute(query)
    elif not _reads_whole(connection, query, delivered.received):
        drop_delivered(connection)
        row_by_row = replace(delivered.reread(), notices=delivered.notices)
        return check_rows(connection, contract, row_by_row, received_at, first_row)
    drop_delivered(connection)
    return delivered


def _reads_whole(connection: duckdb.DuckDBPyConnection, query: str, rows: int) -> bool:
    # The rows are numbered by then, so they may be written in any order, by all threads at once.
    connection.execute("SET preserve_insertion_order = false")
    try:
        connection.execute(query)
    except duckdb.Error:
        return False
    finally:
        connection.execute("RESET preserve_insertion_order")
    return bool(connection.execute("SELECT count(*) = ? FROM checked", [rows]).fetchall()[0][0])


def find_duplicates(connection: duckdb.DuckDBPyConnection, contract: Contract, earlier: EarlierVersions) -> int:
    """Create the table ``duplicates`` (``source_row``) from ``checked``; gives their number."""
    connection.execute("CREATE OR REPLACE TABLE duplicates (source_row BIGINT)")
    connection.execute("""
        CREATE OR REPLACE TABLE suspects AS
        SELECT key_hash FROM checked WHERE len(faults) = 0 GROUP BY key_hash HAVING count(*) > 1""")
    versions = _versions_of_suspects(connection, contract, earlier)
    if connection.execute("SELECT count(*) FROM suspects").fetchall()[0][0]:
        connection.execute(f"INSERT INTO duplicates {_equal_to_predecessor_sql(contract, versions)}")
    return int(connection.execute("SELECT count(*) FROM duplicates").fetchall()[0][0])


def good_rows_sql(contract: Contract) -> str:
    """Every row that keeps the contract, with every stored column: what the sender delivered, for the gate to judge."""
    return f"SELECT {', '.join(map(quoted, stored_columns(contract)))} FROM checked WHERE len(faults) = 0"


def accepted_sql(connection: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """The rows for the lake with every stored column, by event day and then as they were delivered.

    Days lie together, so that a reader of one day skips the others. The sort stays even where the rows lie in order
    already: without it the borders of the row groups, and so the bytes, hang on how many threads wrote them.
    """
    query = good_rows_sql(contract)
    if connection.execute("SELECT 1 FROM duplicates LIMIT 1").fetchall():
        query += " AND source_row NOT IN (SELECT source_row FROM duplicates)"
    return f"{query} ORDER BY event_day, source_row"


def stored_columns(contract: Contract) -> tuple[str, ...]:
    """Columns of a lake file. ``ingest_sequence`` is not among them: it is known only when the batch commits."""
    return (*contract.field_names, *system_columns_sql(contract), "source_row")


def fault_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows broke each check, contract and form together."""
    rows = connection.execute("""
        SELECT code, count(*) FROM (
            SELECT unnest(faults) AS code FROM checked UNION ALL SELECT fault FROM malformed_rows
        ) GROUP BY code ORDER BY code""").fetchall()
    return {str(code): int(count) for code, count in rows}


def warning_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many accepted or duplicate rows are odd in each way."""
    rows = connection.execute("""
        SELECT code, count(*) FROM (SELECT unnest(warnings) AS code FROM checked WHERE len(faults) = 0)
        GROUP BY code ORDER BY code""").fetchall()
    return {str(code): int(count) for code, count in rows}


def _versions_of_suspects(
    connection: duckdb.DuckDBPyConnection, contract: Contract, earlier: EarlierVersions
) -> str | None:
    """Complete ``suspects`` from the stored versions; gives those versions that may come between.

    Equal content has the same event day, so the days of this file show whether there is an equal version at all. Only
    if there is one, everything received since the oldest of them is read too: a version of another day may lie
    between.
    """
    connection.execute("CREATE OR REPLACE TABLE known (key_hash BIGINT, received_at TIMESTAMPTZ)")
    near = Span(_event_days(connection, contract))
    if (versions := earlier(near)) is not None:
        connection.execute(f"""
            INSERT INTO known SELECT key_hash, received_at FROM ({versions}) AS versions
            WHERE key_hash IN (SELECT key_hash FROM checked WHERE len(faults) = 0)""")
        connection.execute("""
            INSERT INTO suspects
            SELECT DISTINCT key_hash FROM known WHERE key_hash NOT IN (SELECT key_hash FROM suspects)""")
    oldest = connection.execute("""
        SELECT min(received_at) FROM (
            SELECT received_at FROM known UNION ALL
            SELECT received_at FROM checked WHERE len(faults) = 0 AND key_hash IN (SELECT key_hash FROM suspects))
    """).fetchall()[0][0]
    return earlier(Span(near.days, oldest)) if oldest is not None else None


def _event_days(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[date, date] | None:
    field = contract.field(contract.event_time)
    if field.name == "received_at" or not field.required:
        return None  # the day then comes from received_at, which equal content need not share
    first, last = connection.execute(
        "SELECT min(event_day), max(event_day) FROM checked WHERE len(faults) = 0"
    ).fetchall()[0]
    return (first, last) if first is not None else None


def _equal_to_predecessor_sql(contract: Contract, versions: str | None) -> str:
    fields = ", ".join(map(quoted, contract.field_names))
    key = ", ".join(map(quoted, contract.key))
    content = ", ".join(quoted(name) for name in contract.field_names if name != "received_at")
    stored = (
        f"""
        UNION ALL
        SELECT {fields}, ingest_sequence, source_row, false AS is_new FROM ({versions}) AS versions
        WHERE key_hash IN (SELECT key_hash FROM suspects)"""
        if versions
        else ""
    )
    return f"""
        SELECT source_row FROM (
            SELECT source_row, is_new, row({content}) AS content, lag(row({content})) OVER (
                PARTITION BY {key} ORDER BY received_at, ingest_sequence, source_row
            ) AS content_before
            FROM (
                SELECT {fields}, {_LAST} AS ingest_sequence, source_row, true AS is_new FROM checked
                WHERE len(faults) = 0 AND key_hash IN (SELECT key_hash FROM suspects) {stored}
            )
        ) WHERE is_new AND content IS NOT DISTINCT FROM content_before"""
