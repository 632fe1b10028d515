"""Checked rows into accepted, quarantined and duplicates, so that every row is exactly one of them.

A row is a duplicate when its content (every field but ``received_at``) equals that of the version of its key just
before it, in version order (``received_at``, ``ingest_sequence``, ``source_row``). The same content sent again later,
after a different version stood between, is a correction back and is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from expectations.contracts.checks import (
    checked_relation_sql,
    sound_relation_sql,
    warning_checks,
    warnings_relation_sql,
)
from expectations.contracts.identity import system_columns_sql
from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal, quoted
from expectations.intake.rows import DELIVERED, DeliveredFile, define_raw, drop_delivered, load_records

_LAST = 1 << 62
"""Stands for the sequence that the batch will get: after every batch there is."""


@dataclass(frozen=True)
class Span:
    """What must be looked at to find earlier versions: event days (None: any) or anything received since a moment."""

    days: tuple[date, date] | None
    received_since: datetime | None = None


EarlierVersions = Callable[[Span], str | None]
"""From a span to SQL giving versions of the table; at least those in the span, or None when there are none."""


Write = Callable[[str], Path]
"""Writes the rows of a query to a Parquet file."""


def check_rows(  # noqa: PLR0913, PLR0917  # the file, what it lacks, and where its sound rows go
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: DeliveredFile,
    received_at: str,
    first_row: int,
    write: Write,
) -> DeliveredFile:
    """Write the sound rows of ``delivered``, and say of every other what is wrong with it.

    Creates the view ``sound`` over what was written (typed fields and system columns, by event day and then as they
    were delivered) and the table ``turned_away`` (``source_row``, ``faults``). Only the rows that are not among the
    sound ones are looked at again, for their faults: a row's way into the lake is one statement, and nothing of it is
    kept in memory. The delivered rows are dropped: their text, where it is wanted again, comes from the file.

    Parameters
    ----------
    connection, contract, delivered:
        The file as ``read_delivered`` gave it.
    received_at, first_row:
        As for ``define_raw``.
    write:
        Writes the rows of a query to Parquet, replacing what it wrote before.

    Returns
    -------
    DeliveredFile
        The file as it was read in the end: anew, row by row, where it could not be read in one go.

    Days lie together in what is written, so that a reader of one day skips the others. The sort stays even where the
    rows lie in order already: without it the borders of the row groups, and so the bytes, hang on how many threads
    wrote them.
    """
    define_raw(connection, contract, delivered, received_at, first_row)
    query = _in_lake_order(contract, f"({sound_relation_sql(contract, 'raw', is_bare=delivered.is_bare)})")
    if delivered.reread is None:
        _define_sound(connection, write(query))
        _turn_away(connection, contract, "SELECT source_row FROM raw")
    elif not _reads_in_place(connection, contract, delivered, first_row, lambda: write(query)):
        drop_delivered(connection)
        row_by_row = replace(delivered.reread(), notices=delivered.notices)
        return check_rows(connection, contract, row_by_row, received_at, first_row, write)
    drop_delivered(connection)
    return delivered


def _define_sound(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"CREATE OR REPLACE VIEW sound AS SELECT * FROM read_parquet({literal(str(path))})")


def _turn_away(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: str) -> None:
    doubtful = f"SELECT source_row FROM ({rows}) WHERE source_row NOT IN (SELECT source_row FROM sound)"
    connection.execute(f"CREATE OR REPLACE TABLE doubtful AS {doubtful}")
    raw = "(SELECT * FROM raw WHERE source_row IN (SELECT source_row FROM doubtful))"
    connection.execute(
        f"CREATE OR REPLACE TABLE turned_away AS SELECT source_row, faults FROM ({checked_relation_sql(contract, raw)})"
    )


def _reads_in_place(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: DeliveredFile,
    first_row: int,
    write: Callable[[], Path],
) -> bool:
    """Whether every row was read, and those that are not sound have their faults."""
    try:
        _define_sound(connection, write())
    except duckdb.Error:
        return False
    every_row = f"SELECT range AS source_row FROM range({first_row}, {first_row + delivered.received})"
    doubtful = connection.execute(f"{every_row} WHERE range NOT IN (SELECT source_row FROM sound)").fetchall()
    connection.execute(f"DROP VIEW {DELIVERED}")
    load_records(connection, delivered.records_at([row - first_row + 1 for (row,) in doubtful]), delivered.fields)
    _turn_away(connection, contract, "SELECT source_row FROM raw")
    told = """
        SELECT (SELECT count(*) FROM sound) + (SELECT count(*) FROM turned_away WHERE len(faults) > 0)
        + (SELECT count(*) FROM malformed_rows)"""
    return bool(connection.execute(f"SELECT ({told}) = ?", [delivered.received]).fetchall()[0][0])


def find_duplicates(connection: duckdb.DuckDBPyConnection, contract: Contract, earlier: EarlierVersions) -> int:
    """Create the table ``duplicates`` (``source_row``) from ``sound``; gives their number."""
    connection.execute("CREATE OR REPLACE TABLE duplicates (source_row BIGINT)")
    connection.execute("""
        CREATE OR REPLACE TABLE suspects AS
        SELECT key_hash FROM sound GROUP BY key_hash HAVING count(*) > 1""")
    versions = _versions_of_suspects(connection, contract, earlier)
    if connection.execute("SELECT count(*) FROM suspects").fetchall()[0][0]:
        connection.execute(f"INSERT INTO duplicates {_equal_to_predecessor_sql(contract, versions)}")
    return int(connection.execute("SELECT count(*) FROM duplicates").fetchall()[0][0])


def accepted_sql(contract: Contract) -> str:
    """The sound rows that are no duplicates, with every stored column and in the order of a lake file."""
    return _in_lake_order(contract, "sound WHERE source_row NOT IN (SELECT source_row FROM duplicates)")


def _in_lake_order(contract: Contract, rows: str) -> str:
    columns = ", ".join(map(quoted, stored_columns(contract)))
    return f"SELECT {columns} FROM {rows} ORDER BY event_day, source_row"


def stored_columns(contract: Contract) -> tuple[str, ...]:
    """Columns of a lake file. ``ingest_sequence`` is not among them: it is known only when the batch commits."""
    return (*contract.field_names, *system_columns_sql(contract), "source_row")


def fault_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows broke each check, contract and form together."""
    rows = connection.execute("""
        SELECT code, count(*) FROM (
            SELECT unnest(faults) AS code FROM turned_away UNION ALL SELECT fault FROM malformed_rows
        ) GROUP BY code ORDER BY code""").fetchall()
    return {str(code): int(count) for code, count in rows}


def warning_counts(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, int]:
    """How many accepted or duplicate rows are odd in each way."""
    if not warning_checks(contract):
        return {}
    rows = connection.execute(f"""
        SELECT code, count(*) FROM (SELECT unnest(warnings) AS code FROM ({warnings_relation_sql(contract, "sound")}))
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
            WHERE key_hash IN (SELECT key_hash FROM sound)""")
        connection.execute("""
            INSERT INTO suspects
            SELECT DISTINCT key_hash FROM known WHERE key_hash NOT IN (SELECT key_hash FROM suspects)""")
    oldest = connection.execute("""
        SELECT min(received_at) FROM (
            SELECT received_at FROM known UNION ALL
            SELECT received_at FROM sound WHERE key_hash IN (SELECT key_hash FROM suspects))
    """).fetchall()[0][0]
    return earlier(Span(near.days, oldest)) if oldest is not None else None


def _event_days(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[date, date] | None:
    field = contract.field(contract.event_time)
    if field.name == "received_at" or not field.required:
        return None  # the day then comes from received_at, which equal content need not share
    first, last = connection.execute("SELECT min(event_day), max(event_day) FROM sound").fetchall()[0]
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
                SELECT {fields}, {_LAST} AS ingest_sequence, source_row, true AS is_new FROM sound
                WHERE key_hash IN (SELECT key_hash FROM suspects) {stored}
            )
        ) WHERE is_new AND content IS NOT DISTINCT FROM content_before"""
