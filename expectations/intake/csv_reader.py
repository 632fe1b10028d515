"""CSV: DuckDB reads what is clean, the patient reader the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal, quoted
from expectations.intake.header import match_header
from expectations.intake.landing import LandedText
from expectations.intake.notice import Notice
from expectations.intake.records import Record, csv_header, csv_records, plain_csv_records
from expectations.intake.rows import DELIVERED, MALFORMED_ROWS, DeliveredFile, create_from, load_records, refused

_KEEP_REJECTS, _FAIL = "store_rejects = true, rejects_limit = 0", "ignore_errors = false"
_COLUMN_FAULTS = {"MISSING COLUMNS": "too_few_columns", "TOO MANY COLUMNS": "too_many_columns"}


def read_csv(
    connection: duckdb.DuckDBPyConnection, text: LandedText, contract: Contract, notices: tuple[Notice, ...]
) -> DeliveredFile:
    """Read a landed CSV text into ``delivered`` and ``malformed_rows``.

    A plain text without quotation marks can be read but one way, a row per line. It is left where it lies until its
    rows are checked, which saves copying every text into memory; a row with too few or too many values ends that, and
    the text is then read as any other.
    """
    columns = csv_header(text.path)
    notices = (*notices, *match_header(columns, contract).notices)
    fields = tuple(name for name in contract.field_names if name in columns)
    if any(notice.refuses_file for notice in notices):
        return refused(_count_rows(text, columns), notices)
    if text.shape.is_plain and not text.shape.has_quotation and not text.shape.ends_open:
        _define_in_place(connection, text, columns, fields)
        return DeliveredFile(
            text.shape.lines - 1,
            fields,
            notices,
            partial(plain_csv_records, text.path, columns),
            is_bare=text.shape.is_bare,
            reread=partial(_read, connection, text, columns, fields, notices),
        )
    return _read(connection, text, columns, fields, notices)


def _define_in_place(
    connection: duckdb.DuckDBPyConnection, text: LandedText, columns: list[str], fields: Sequence[str]
) -> None:
    scan = _scan_sql(text.path, text.shape.new_line or "", columns, fields)
    connection.execute(
        f"CREATE OR REPLACE VIEW {DELIVERED} AS "
        f"SELECT row_number() OVER () AS source_row, {', '.join(map(quoted, fields))} FROM {scan}"
    )
    create_from(connection, MALFORMED_ROWS, source_row=pa.array([], pa.int64()), fault=pa.array([], pa.string()))


def _read(
    connection: duckdb.DuckDBPyConnection,
    text: LandedText,
    columns: list[str],
    fields: tuple[str, ...],
    notices: tuple[Notice, ...],
) -> DeliveredFile:
    is_plain = text.shape.is_plain and _read_fast(connection, text, columns, fields)
    received = text.shape.lines - 1 if is_plain else load_records(connection, csv_records(text.path, columns), fields)

    def records_at(rows: Collection[int]) -> Iterator[Record]:
        if is_plain:
            return plain_csv_records(text.path, columns, rows)
        wanted = frozenset(rows)
        return (record for record in csv_records(text.path, columns) if record.row in wanted)

    return DeliveredFile(received, fields, notices, records_at)


def _count_rows(text: LandedText, columns: list[str]) -> int:
    return sum(1 for _ in csv_records(text.path, columns))


def _read_fast(
    connection: duckdb.DuckDBPyConnection, text: LandedText, columns: list[str], fields: Sequence[str]
) -> bool:
    """Let DuckDB read the file; False when its count of rows is not that of the lines.

    Every line of a plain text is one row, so any difference (a line break inside quotes, a stray quotation mark that
    swallowed the lines behind it) shows in the count, and the file is left to the patient reader.
    """
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE {DELIVERED}_text AS SELECT {', '.join(map(quoted, fields))} "
            f"FROM {_scan_sql(text.path, text.shape.new_line or '', columns, fields, _KEEP_REJECTS)}"
        )
    except duckdb.Error:
        return False
    rejects = connection.execute("SELECT DISTINCT line - 1, error_type FROM reject_errors ORDER BY 1").fetchall()
    counted = connection.execute(f"SELECT count(*) FROM {DELIVERED}_text").fetchall()[0][0]
    rows = {row for row, _ in rejects}
    if any(kind not in _COLUMN_FAULTS for _, kind in rejects) or counted + len(rows) != text.shape.lines - 1:
        return False
    _number_rows(connection, sorted(rows))
    create_from(
        connection,
        MALFORMED_ROWS,
        source_row=pa.array([row for row, _ in rejects], pa.int64()),
        fault=pa.array([_COLUMN_FAULTS[kind] for _, kind in rejects], pa.string()),
    )
    return True


def _scan_sql(path: Path, new_line: str, columns: Sequence[str], fields: Sequence[str], on_reject: str = _FAIL) -> str:
    # A column outside the contract may have any name, or none; only its place matters.
    names = [name if name in fields else f"column {place}" for place, name in enumerate(columns)]
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, columns = {{{types}}}, header = true, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', new_line = {literal(new_line.encode('unicode_escape').decode())}, "
        f"{on_reject})"
    )


def _number_rows(connection: duckdb.DuckDBPyConnection, rejected: list[int]) -> None:
    """Give each row its number in the file: its place among the rows read, plus the rejected rows before it."""
    if not rejected:
        connection.execute(
            f"CREATE OR REPLACE VIEW {DELIVERED} AS SELECT rowid + 1 AS source_row, * FROM {DELIVERED}_text"
        )
        return
    create_from(
        connection,
        "skipped",
        read_before=pa.array([row - place for place, row in enumerate(rejected, start=1)], pa.int64()),
        skipped=pa.array(range(1, len(rejected) + 1), pa.int64()),
    )
    connection.execute(f"""
        CREATE OR REPLACE VIEW {DELIVERED} AS
        SELECT place + coalesce(skipped, 0) AS source_row, read.* EXCLUDE (place)
        FROM (SELECT rowid + 1 AS place, * FROM {DELIVERED}_text) AS read
        ASOF LEFT JOIN (SELECT read_before, max(skipped) AS skipped FROM skipped GROUP BY 1) AS skipped
        ON read.place > skipped.read_before""")
