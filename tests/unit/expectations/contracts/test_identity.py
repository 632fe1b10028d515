"""Rows that speak of one thing carry one number for it, on both sides of every join."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contracts.catalog import load_contract
from expectations.contracts.identity import day_sql, hash_of, hash_sql, system_columns_sql

CONNECTION = duckdb.connect()

CheckRows = Callable[..., list[dict[str, Any]]]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_the_engine_and_python_give_the_same_number(parts: list[str]) -> None:
    query = f"SELECT {hash_sql(['CAST(? AS VARCHAR)' for _ in parts])}"
    assert CONNECTION.execute(query, parts).fetchall()[0][0] == hash_of(parts)


def test_the_number_is_the_first_eight_bytes_of_the_md5_least_first_without_the_top_bit() -> None:
    digits = hashlib.md5(b"a\x1fb", usedforsecurity=False).hexdigest()
    reversed_bytes = "".join(digits[place : place + 2] for place in range(14, -2, -2))
    assert hash_of(["a", "b"]) == int(reversed_bytes, 16) % 2**63


def test_a_boundary_between_parts_is_part_of_the_key() -> None:
    assert hash_of(["ab", "c"]) != hash_of(["a", "bc"])


def test_a_link_with_an_empty_part_is_no_link(check_rows: CheckRows) -> None:
    row = check_rows("inventory", {"order_no": "ON1", "platform_uscc": None})[0]
    assert row["order_hash"] is None
    assert row["inventory_hash"] is not None


def test_an_order_and_the_list_that_names_it_meet_on_one_number(check_rows: CheckRows) -> None:
    order = check_rows("order", {"order_no": " ON7"})[0]
    listed = check_rows("inventory", {"order_no": "ON7", "platform_uscc": "91659007MA7TETA132"})[0]
    assert order["order_hash"] == order["key_hash"] == listed["order_hash"] == hash_of(["91659007MA7TETA132", "ON7"])


def test_an_inspection_meets_the_list_it_looked_at(check_rows: CheckRows) -> None:
    inspection = check_rows("inspection", {})[0]
    listed = check_rows("inventory", {})[0]
    assert inspection["inventory_hash"] == listed["inventory_hash"]


def test_one_event_delivered_with_another_zone_has_the_same_key(check_rows: CheckRows) -> None:
    here, there = check_rows("waybill_event", {}, {"event_at": "2026-03-31T01:30:00Z"})
    assert here["key_hash"] == there["key_hash"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-03-31T15:59:59.999999Z", date(2026, 3, 31)), ("2026-03-31T16:00:00Z", date(2026, 4, 1))],
)
def test_the_day_turns_at_midnight_of_the_zone(moment: str, day: date) -> None:
    query = f"SELECT {day_sql('t')} FROM (SELECT CAST(? AS TIMESTAMPTZ) AS t)"
    assert CONNECTION.execute(query, [moment]).fetchall() == [(day,)]


def test_a_vehicle_that_has_not_left_is_dated_by_its_receipt(check_rows: CheckRows) -> None:
    waiting, gone, unknown = check_rows(
        "vehicle_export",
        {"received_at": "2026-03-05T10:00:00+08:00"},
        {"received_at": "2026-03-05T10:00:00+08:00", "exited_at": "2026-03-03T10:00:00+08:00"},
        {},
    )
    assert [row["event_day"] for row in (waiting, gone, unknown)] == [date(2026, 3, 5), date(2026, 3, 3), None]


def test_a_table_carries_a_number_for_every_document_it_names() -> None:
    assert list(system_columns_sql(load_contract("return"))) == [
        "event_day",
        "key_hash",
        "order_hash",
        "inventory_hash",
        "declaration_hash",
    ]


def test_lines_are_known_to_have_no_time_of_their_own() -> None:
    dated = [table for table in ("order_line", "inventory_line", "order") if load_contract(table).is_dated_by_receipt]
    assert dated == ["order_line", "inventory_line"]
