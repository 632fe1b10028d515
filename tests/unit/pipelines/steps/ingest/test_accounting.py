"""Whatever a file holds, its rows add up, and the format it came in makes no difference."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.ingest_home import Home, payment

NAMES = [*payment(0), "device_token"]

ODD = ['"', '""', 'a"b', "a,b", "a\nb", "=1+1", " 双河 ", "", "\0", "é", "\r", "\u3000"]
ODD_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(ODD)


@st.composite
def rows(draw: Any) -> dict[str, str]:
    row = payment(
        draw(st.integers(1, 4)), amount=draw(st.sampled_from(["1.00", "2.00", "1.005", "-1", "x", "1e3", ""]))
    )
    row["device_token"] = draw(st.just("") | ODD_TEXT)
    row["currency"] = draw(st.sampled_from(["CNY", "CNY", "USD", "ZZZ"]))
    row["received_at"] = draw(st.sampled_from(["", "2026-03-01T12:00:00", "2026-03-02T12:00:00+08:00", "soon"]))
    if draw(st.booleans()):
        row[draw(st.sampled_from(NAMES))] = draw(ODD_TEXT)
    return row


def as_csv(table: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, NAMES, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def as_json(table: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table).encode()


def as_parquet(table: list[dict[str, str]]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: pa.array([row.get(name) for row in table], pa.string()) for name in NAMES}), sink)
    return bytes(sink.getvalue().to_pybytes())


def take(files: dict[str, bytes]) -> tuple[dict[str, Any], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        try:
            numbers = home.deliver(files).tables()["payment"]
            home.with_gate(None)
            return numbers, home.versions("*")
        finally:
            home.database.close()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows(), min_size=1, max_size=12))
def test_rows_add_up_and_every_format_gives_the_same_versions(table: list[dict[str, str]]) -> None:
    results = [
        take({name: encode(table)})
        for name, encode in (("payment.csv", as_csv), ("payment.jsonl", as_json), ("payment.parquet", as_parquet))
    ]
    for numbers, _ in results:
        assert numbers["received"] == len(table)
        assert numbers["received"] == numbers["accepted"] + numbers["quarantined"] + numbers["duplicates"]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("text", [*ODD, "\ufeff", "\u2028", "\x1f", "NULL", "nan", "长" * 5000])
def test_odd_text_in_a_free_field_is_the_same_text_from_every_format(text: str) -> None:
    table = [payment(1), payment(2, device_token=text), payment(3)]
    results = [
        take({name: encode(table)})
        for name, encode in (("payment.csv", as_csv), ("payment.jsonl", as_json), ("payment.parquet", as_parquet))
    ]
    assert results[0] == results[1] == results[2]
    assert results[0][0]["received"] == 3


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_ingest_or_its_accounting(noise: bytes) -> None:
    numbers, _ = take({"payment.csv": as_csv([payment(1)]) + noise})
    assert numbers["received"] == numbers["accepted"] + numbers["quarantined"] + numbers["duplicates"]
