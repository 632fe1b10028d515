"""The part all adapters share: find the published files, apply the described mapping, write batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow

from expectations.contracts.schema import Words
from expectations.errors import UsageError
from expectations.vocabulary.digest import sha256_file
from expectations.vocabulary.uscc import surrogate
from pipelines.sources.adapter import Surrogate, Translation
from pipelines.sources.description import Description, SourceFile

_MACROS = """
create macro as_money(text) as
    coalesce(cast(try_cast(try_cast(text as decimal(38, 18)) as decimal(18, 2)) as varchar), cast(text as varchar));
create macro as_quantity(text) as
    coalesce(cast(try_cast(try_cast(text as decimal(38, 18)) as decimal(18, 5)) as varchar), cast(text as varchar));
create macro token(kind, text) as kind || '-' || substr(sha256(kind || '|' || text), 1, 32);
"""


@contextmanager
def workbench(description: Description, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the source's constants and the functions its mapping uses.

    ``as_money(text)`` and ``as_quantity(text)`` round to the dictionary's decimals; what is no number stays as it is,
    so that the contract finds it. ``token(kind, text)`` makes a token. What DuckDB cannot read in the block is a
    ``UsageError`` about ``path``.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        connection.execute(_MACROS)
        for name, constant in description.constants.items():
            connection.execute(f"set variable {name} = cast('{constant.value}' as decimal(18, 10))")
        try:
            yield connection
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise UsageError(f"{path} cannot be read: {reason}", "Fetch the published files again.") from error


def find_file(path: Path, file: SourceFile) -> Path:
    """The published file under a folder (or the file itself, when ``path`` is one of its names)."""
    for name in file.names:
        if path.name == name and path.is_file():
            return path
        if (path / name).is_file():
            return path / name
    raise UsageError(f"{path} has none of {', '.join(file.names)}.", "Give the folder that holds the published files.")


def count_notes(file: SourceFile, found: Path, rows: int) -> list[Words]:
    """A note when a file has another number of rows than was published."""
    if rows == file.rows:
        return []
    return [
        Words(
            en=f"{found.name} has {rows} rows; published were {file.rows}. It is not the published copy.",
            zh=f"{found.name} 有 {rows} 行，公布的是 {file.rows} 行，不是公布的原文件。",
        )
    ]


def add_enterprises(connection: duckdb.DuckDBPyConnection, name: str, identifiers: Iterable[str]) -> None:
    """Create ``enterprise_of(identifier, uscc)`` with one surrogate code for each foreign identifier.

    Raises
    ------
    UsageError
        Two identifiers would share a code.
    """
    known = sorted(set(identifiers))
    codes = [surrogate(f"{name}:{identifier}") for identifier in known]
    if len(set(codes)) != len(codes):
        raise UsageError(f"{name}: two identifiers share a surrogate code.", "Give one of them another seed.")
    rows = pyarrow.table({"identifier": pyarrow.array(known, pyarrow.string()), "uscc": codes})
    connection.register("enterprise_rows", rows)
    connection.execute("create table enterprise_of as from enterprise_rows")


def add_code_maps(connection: duckdb.DuckDBPyConnection, description: Description) -> None:
    """Create ``code_map(list, code, to_code)`` from the description's code maps."""
    entries = [(name, *pair) for name, codes in description.code_maps.items() for pair in codes.items()]
    connection.execute("create table code_map (list varchar, code varchar, to_code varchar)")
    connection.executemany("insert into code_map values (?, ?, ?)", entries)


def write_batches(
    connection: duckdb.DuckDBPyConnection, description: Description, out: Path, source_rows: int, notes: list[Words]
) -> Translation:
    """Apply the mapping and write one batch per value of ``batch``: Parquet files and a manifest."""
    for table, mapping in description.tables.items():
        fields = ", ".join(f'cast({field.sql} as varchar) as "{name}"' for name, field in mapping.fields.items())
        connection.execute(f'create table "landing_{table}" as select batch, {fields} from {mapping.rows}')
    union = " union all ".join(f'select batch, received_at from "landing_{table}"' for table in description.tables)
    batches = connection.execute(
        "select batch, strftime(coalesce(max(try_cast(received_at as timestamptz)), max(max(try_cast(received_at as "
        f"timestamptz))) over ()), '%Y-%m-%dT%H:%M:%S+08:00') from ({union}) group by batch order by 2, 1"
    ).fetchall()
    manifests = tuple(
        _write_batch(connection, description, out / description.name / batch, batch, produced_at)
        for batch, produced_at in batches
    )
    written = {
        table: int(connection.execute(f'select count(*) from "landing_{table}"').fetchall()[0][0])
        for table in description.tables
    }
    surrogates = tuple(
        Surrogate(table, name, field.surrogate)
        for table, mapping in description.tables.items()
        for name, field in mapping.fields.items()
        if field.surrogate
    )
    return Translation(
        description.name,
        manifests,
        source_rows,
        written,
        surrogates,
        description.gaps,
        (*description.notes, *notes),
    )


def _write_batch(
    connection: duckdb.DuckDBPyConnection, description: Description, folder: Path, batch: str, produced_at: str
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in description.tables:
        chosen = f"select * exclude (batch) from \"landing_{table}\" where batch = '{batch}'"
        rows = int(connection.execute(f"select count(*) from ({chosen})").fetchall()[0][0])
        if not rows:
            continue
        path = folder / f"{table}.parquet"
        connection.execute(f"copy ({chosen}) to '{str(path).replace(chr(39), chr(39) * 2)}' (format parquet)")
        files.append({"table": table, "path": path.name, "rows": rows, "sha256": sha256_file(path)})
    manifest = {
        "source": description.name,
        "batch_id": batch,
        "produced_at": produced_at,
        "received_at": produced_at,
        "files": files,
    }
    target = folder / "manifest.json"
    target.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target
