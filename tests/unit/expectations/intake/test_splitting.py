"""Rows that keep their contract go straight to their file; every other row is told its faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.contracts.schema import Contract
from expectations.intake.reading import read_delivered
from expectations.intake.rows import DeliveredFile
from expectations.intake.splitting import check_rows

HEADER = "pay_code,pay_txn_id,platform_uscc,order_no,payer_token,amount,currency,paid_at"
LINES = [f"P1,X{number},91659007MA7TETA132,O{number},t1,1.50,CNY,2026-03-01T10:00:00" for number in range(1, 6)]
LINES[3] = LINES[3].replace("CNY", "XXX")


@pytest.fixture
def delivered(connection: duckdb.DuckDBPyConnection, contract: Contract, tmp_path: Path) -> DeliveredFile:
    path = tmp_path / "payment.csv"
    path.write_text("\n".join([HEADER, *LINES, ""]), encoding="utf-8")
    return read_delivered(connection, path, contract, tmp_path)


def _writer(connection: duckdb.DuckDBPyConnection, target: Path, losing: list[str]) -> Callable[[str], Path]:
    """Writes what it is asked to; each time but the last it keeps only the rows that a condition in the list names."""

    def write(query: str) -> Path:
        condition = losing.pop(0) if losing else "true"
        connection.execute(f"COPY (SELECT * FROM ({query}) WHERE {condition}) TO '{target}' (FORMAT parquet)")
        return target

    return write


def _split(connection: duckdb.DuckDBPyConnection) -> tuple[list[int], list[tuple[int, list[str]]]]:
    sound = [row for (row,) in connection.execute("SELECT source_row FROM sound ORDER BY 1").fetchall()]
    return sound, connection.execute("SELECT source_row, faults FROM turned_away ORDER BY 1").fetchall()


@pytest.mark.parametrize("first_row", [1, 101])
def test_a_row_is_sound_or_has_its_faults(
    connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: DeliveredFile, tmp_path: Path, first_row: int
) -> None:
    write = _writer(connection, tmp_path / "sound.parquet", [])
    check_rows(connection, contract, delivered, "2026-03-02T00:30:00+08:00", first_row, write)
    sound, turned_away = _split(connection)
    assert [row - first_row + 1 for row in sound] == [1, 2, 3, 5]
    assert [(row - first_row + 1, faults) for row, faults in turned_away] == [(4, ["code:currency"])]


def test_a_file_of_which_a_row_was_not_read_is_read_again_row_by_row(
    connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: DeliveredFile, tmp_path: Path
) -> None:
    write = _writer(connection, tmp_path / "sound.parquet", ["source_row <> 2"])
    assert delivered.reread is not None
    again = check_rows(connection, contract, delivered, "2026-03-02T00:30:00+08:00", 1, write)
    assert again.reread is None
    assert _split(connection) == ([1, 2, 3, 5], [(4, ["code:currency"])])
