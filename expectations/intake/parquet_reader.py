"""Parquet: columns that are typed already go through text all the same, so that every format meets the same checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from expectations.contracts.schema import Contract, FieldType, Words
from expectations.contracts.typed import literal, quoted
from expectations.intake.header import match_header
from expectations.intake.notice import Notice, unreadable
from expectations.intake.records import Record
from expectations.intake.rows import DELIVERED, MALFORMED_ROWS, DeliveredFile, refused
from expectations.vocabulary.digest import canonical_json

_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL")


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> DeliveredFile:
    """Read a Parquet file into ``delivered`` and ``malformed_rows``."""
    scan = f"read_parquet({literal(str(path))}, binary_as_string = true, file_row_number = true)"
    try:
        types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()}
        received = connection.execute(f"SELECT count(*) FROM {scan}").fetchall()[0][0]
    except duckdb.Error as error:
        return refused(0, [unreadable(_reason(error, path))])
    types.pop("file_row_number")
    fields = tuple(name for name in contract.field_names if name in types)
    notices = (*match_header(tuple(types), contract).notices, *_nested(types, fields))
    if any(notice.refuses_file for notice in notices):
        return refused(received, notices)
    texts = [f"{_text_sql(name, types[name], contract.field(name).type)} AS {quoted(name)}" for name in fields]
    query = f"SELECT file_row_number + 1 AS source_row, {', '.join(texts)} FROM {scan}"
    # A time with a zone turns to text in the session's zone; the text says which, so any would do.
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {DELIVERED} AS {query}")
    except duckdb.Error as error:
        return refused(received, [*notices, unreadable(_reason(error, path))])
    nul = " OR ".join(f"contains({quoted(name)}, chr(0))" for name in fields)
    broken = f"SELECT source_row, 'nul_byte' AS fault FROM {DELIVERED} WHERE {nul}"
    connection.execute(f"CREATE OR REPLACE TABLE {MALFORMED_ROWS} AS {broken}")
    connection.execute(f"DELETE FROM {DELIVERED} WHERE source_row IN (SELECT source_row FROM {MALFORMED_ROWS})")

    def records_at(rows: Collection[int]) -> Iterator[Record]:
        cursor = connection.cursor()
        wanted = f"SELECT * FROM ({query}) WHERE source_row IN (SELECT unnest(?)) ORDER BY source_row"
        cursor.execute(wanted, [list(rows)])
        while found := cursor.fetchmany(10_000):
            for row, *values in found:
                cells = dict(zip(fields, values, strict=True))
                yield Record(row, canonical_json(cells), cells)

    return DeliveredFile(received, fields, notices, records_at)


def _text_sql(name: str, kind: str, field_type: FieldType) -> str:
    column = quoted(name)
    if field_type == "integer" and kind.startswith(_NUMBERS):
        # Writers that know no empty integer store 5 as 5.0; a whole number is the same either way.
        whole = f"CAST(CAST({column} AS HUGEINT) AS VARCHAR)"
        return f"CASE WHEN {column} = trunc({column}) THEN {whole} ELSE CAST({column} AS VARCHAR) END"
    return f"CAST({column} AS VARCHAR)"


def _nested(types: dict[str, str], fields: Collection[str]) -> list[Notice]:
    found = [name for name in fields if types[name].endswith("]") or types[name].startswith(("STRUCT", "MAP", "UNION"))]
    if not found:
        return []
    names = ", ".join(found)
    return [
        Notice(
            "columns_nested",
            "withhold",
            Words(
                en=f"Columns hold lists or structures instead of plain values: {names}.",
                zh=f"以下列的值是列表或结构,而不是单个值:{names}。",
            ),
            refuses_file=True,
        )
    ]


def _reason(error: Exception, path: Path) -> str:
    """The engine's reason without its name for the error, and without the path, which is of this machine."""
    reason = str(error).splitlines()[0].partition(": ")[2].replace(str(path), path.name)
    return f"Parquet: {reason[:200]}"
