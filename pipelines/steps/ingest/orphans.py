"""Accepted rows that refer to something nobody has reported yet: counted and kept, since it may still come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import duckdb

from expectations.contracts.schema import Contract
from expectations.contracts.typed import quoted
from pipelines.storage.lake import Lake, LakeFile

_NEAR = timedelta(days=31)
"""What a row refers to mostly happened within a month of it; the rest of history is read only for what is left."""


@dataclass(frozen=True)
class Known:
    """Where things referred to may be found: the lake, the contracts, and the files that count, by table."""

    lake: Lake
    contracts: Mapping[str, Contract]
    files: Mapping[str, Sequence[LakeFile]]


def count_orphans(connection: duckdb.DuckDBPyConnection, known: Known, file: LakeFile) -> int:
    """How many rows of a file have a reference that finds nothing. An empty reference refers to nothing.

    The fields of a reference stand for the first key fields of the table they refer to, in that order: an order by
    both, an enterprise by its code alone, whatever the version of its record.
    """
    contract = known.contracts[file.table]
    versions = known.lake.files_sql(contract, [file])
    missing = []
    for target, fields in contract.refers_to.items():
        columns = ", ".join(map(quoted, fields))
        left = f"left_{target}"
        filled = " AND ".join(f"{quoted(field)} IS NOT NULL" for field in fields)
        connection.execute(f"CREATE TABLE {left} AS SELECT DISTINCT {columns} FROM ({versions}) WHERE {filled}")
        for files in _nearest_first(known.files.get(target, ()), file):
            _drop_found(
                connection, left, fields, known.contracts[target], known.lake.files_sql(known.contracts[target], files)
            )
        missing.append(f"({columns}) IN (SELECT ({columns}) FROM {left})")
    if not missing:
        return 0
    return int(connection.execute(f"SELECT count(*) FROM ({versions}) WHERE {' OR '.join(missing)}").fetchall()[0][0])


def _nearest_first(files: Sequence[LakeFile], file: LakeFile) -> list[list[LakeFile]]:
    near = [
        each for each in files if each.first_day <= file.last_day + _NEAR and each.last_day >= file.first_day - _NEAR
    ]
    far = [each for each in files if each not in near]
    return [group for group in (near, far) if group]


def _drop_found(
    connection: duckdb.DuckDBPyConnection, left: str, fields: Sequence[str], target: Contract, versions: str
) -> None:
    if not connection.execute(f"SELECT 1 FROM {left} LIMIT 1").fetchall():
        return
    same = " AND ".join(
        f"{left}.{quoted(field)} = found.{quoted(key)}" for field, key in zip(fields, target.key, strict=False)
    )
    connection.execute(f"DELETE FROM {left} WHERE EXISTS (SELECT 1 FROM ({versions}) AS found WHERE {same})")
