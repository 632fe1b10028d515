"""JSON Lines and Parquet meet the same contract as CSV, to the same text."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW = {
    "pay_code": "P1",
    "pay_txn_id": "X1",
    "platform_uscc": "91659007MA7TETA132",
    "order_no": "O1",
    "payer_token": "t1",
    "amount": "1.50",
    "currency": "CNY",
    "paid_at": "2026-03-01T10:00:00",
}


def json_lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


def codes(delivered: Any) -> list[str]:
    return [notice.code for notice in delivered.notices]


def test_json_numbers_keep_the_digits_they_were_written_with(read: Any) -> None:
    line = json.dumps(ROW).replace('"1.50"', "12345678901234567.89")
    read(json_lines(line), "payment.jsonl")
    assert read.rows("amount") == {1: "12345678901234567.89"}


def test_json_rows_that_are_no_flat_objects_are_set_aside_and_the_others_kept(read: Any) -> None:
    rows = ["{broken", [1], {**ROW, "order_no": ["O1"]}, {**ROW, "payer_token": "a\0b"}, ROW]
    twice = json.dumps(ROW)[:-1] + ', "amount": "9"}'
    surrogate = json.dumps({**ROW, "payer_token": "\ud800"})
    delivered = read(json_lines(*rows, twice, surrogate), "payment.jsonl")
    assert delivered.received == 7
    assert read.malformed() == {
        1: "broken_json",
        2: "broken_json",
        3: "nested_value",
        4: "nul_byte",
        6: "repeated_field",
        7: "broken_json",
    }
    assert read.rows("order_no") == {5: "O1"}
    assert next(iter(delivered.records_at([1]))).text == "{broken"


def test_json_values_have_one_text(read: Any) -> None:
    read(json_lines({**ROW, "account_token": "", "device_token": None, "payer_token": "双河"}), "payment.jsonl")
    assert (read.rows("account_token"), read.rows("device_token")) == ({1: None}, {1: None})
    assert read.rows("payer_token") == {1: "双河"}


def test_a_field_that_no_json_row_has_is_a_missing_column(read: Any) -> None:
    delivered = read(json_lines({name: value for name, value in ROW.items() if name != "amount"}), "payment.jsonl")
    assert "columns_missing" in codes(delivered)
    assert delivered.received == 1


def test_json_without_one_sound_row_is_accounted_row_by_row(read: Any) -> None:
    delivered = read("nonsense\nmore\n", "payment.jsonl")
    assert (delivered.received, delivered.is_refused) == (2, False)
    assert len(read.malformed()) == 2


def write_parquet(path: Path, **columns: Any) -> bytes:
    pq.write_table(pa.table({**{name: [value] for name, value in ROW.items()}, **columns}), path)
    return path.read_bytes()


def test_parquet_types_become_the_text_a_csv_would_have(read: Any, tmp_path: Path) -> None:
    content = write_parquet(tmp_path / "source", amount=pa.array([Decimal("1.50")], pa.decimal128(18, 2)))
    delivered = read(content, "payment.parquet")
    assert delivered.received == 1
    assert read.rows("amount") == {1: "1.50"}
    record = next(iter(delivered.records_at([1])))
    assert json.loads(record.text)["order_no"] == "O1"


def test_parquet_without_its_footer_is_refused_in_words(read: Any, tmp_path: Path) -> None:
    content = write_parquet(tmp_path / "source")
    delivered = read(content[:-20], "payment.parquet")
    assert codes(delivered) == ["unreadable"]
    assert delivered.received == 0


def test_parquet_with_lists_is_refused(read: Any, tmp_path: Path) -> None:
    delivered = read(write_parquet(tmp_path / "source", order_no=[["O1", "O2"]]), "payment.parquet")
    assert codes(delivered) == ["columns_nested"]
    assert delivered.is_refused


def test_parquet_with_a_missing_column_counts_its_rows(read: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"pay_code": ["P1", "P2"]}), tmp_path / "source")
    delivered = read((tmp_path / "source").read_bytes(), "payment.parquet")
    assert (delivered.is_refused, delivered.received) == (True, 2)
