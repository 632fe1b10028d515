"""One row checked in Python says what the same row says among a file's, by SQL: value by value and code by code."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from expectations.contracts.catalog import load_contract
from expectations.contracts.checks import checked_relation_sql
from expectations.contracts.conditions import condition
from expectations.contracts.errors import ContractFileError
from expectations.contracts.one_row import row_checks
from expectations.contracts.typed import quoted

DOCUMENTS = ["inventory", "inventory_line", "declaration", "declaration_line", "order", "payment", "waybill"]
TEXTS: list[str | None] = [
    None, "", " ", "\u3000", "import", "export", "9610", "0110", "CNY", "RMB", "KZ", "XX", "91652702MADEM0011Q",
    "91652702MADEM0011A", "9111000060003734IL", "9111000060003734", "91652701MADEM0011A", " 91659007MA7TETA132 ",
    "94922026I000000001", "94922026E000000001", "949220260000000001", "949220261000000001", "9492", "13812345678",
    "11010119900307123X", "token-1", "100", "100.00", "100.005", "100.00500", "-1", "+5", ".5", "5.", "1e3", "1,000",
    "99999999999999999", "9999999999999999", "123456789012345678", "0", "99", "100000", "99999999999999999999",
    "true", "是", "NO", "maybe", "2026-03-31", "20260331", "2026-02-30", "2026-03-31 09:30:00",
    "2026-03-31T09:30", "2026-03-31T09:30:00.1234567Z", "2026-03-31T09:30:00+0800", "2026-03-31T25:00:00",
    "1899-03-31T09:30:00", "2026-03-31T09:30:00-05:00", "2026-03", "202603", "x" * 61, "x" * 81, "商品\n名",
]  # fmt: skip


def by_sql(table: str, rows: list[dict[str, str | None]]) -> list[dict[str, Any]]:
    contract = load_contract(table)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        columns = ", ".join(f"{quoted(name)} VARCHAR" for name in contract.field_names)
        connection.execute(f"CREATE TABLE raw (source_row BIGINT, {columns})")
        marks = ", ".join("?" * (len(contract.field_names) + 1))
        given = [[number, *(row[name] for name in contract.field_names)] for number, row in enumerate(rows)]
        connection.executemany(f"INSERT INTO raw VALUES ({marks})", given)
        result = connection.execute(f"SELECT * FROM ({checked_relation_sql(contract, 'raw')}) ORDER BY source_row")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


@pytest.mark.parametrize("table", DOCUMENTS)
def test_a_row_alone_has_the_values_faults_and_warnings_it_has_in_a_file(table: str) -> None:
    names = load_contract(table).field_names
    rows = [
        {name: TEXTS[(row * step + place) % len(TEXTS)] for place, name in enumerate(names)}
        for step in (1, 7)
        for row in range(len(TEXTS))
    ]
    checks = row_checks(table)
    for row, told in zip(rows, by_sql(table, rows), strict=True):
        alone = checks.check(row)
        assert dict(alone.values) == {name: told[name] for name in names}, row
        assert list(alone.faults) == told["faults"], row
        assert list(alone.warnings) == told["warnings"], row


def test_a_condition_that_is_not_understood_is_an_error_and_not_a_rule_passed_over() -> None:
    with pytest.raises(ContractFileError, match="row by row"):
        condition("strftime(declared_at, '%H') = '09'")
