from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import UsageError
from pipelines.sources.adapter import Translation, adapter_named

LINE = ("1001", "MUG", "BLUE MUG", 6, "2011-03-01 10:30:00", 2.55, 12345.0, "Germany")
NAMES = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")


def line(**changes: Any) -> tuple[Any, ...]:
    return tuple(changes.get(name, value) for name, value in zip(NAMES, LINE, strict=True))


def translated(folder: Path, *lines: tuple[Any, ...]) -> Translation:
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            'create table t ("InvoiceNo" varchar, "StockCode" varchar, "Description" varchar, "Quantity" bigint, '
            '"InvoiceDate" timestamp, "UnitPrice" double, "CustomerID" double, "Country" varchar)'
        )
        connection.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?, ?)", [list(one) for one in lines])
        connection.execute(f"copy t to '{folder / 'online_retail.parquet'}' (format parquet)")
    return adapter_named("online_retail").translate(folder, folder / "out")


def landed(translation: Translation, table: str) -> list[dict[str, Any]]:
    found = []
    for manifest in translation.manifests:
        path = manifest.with_name(f"{table}.parquet")
        if path.exists():
            cursor = duckdb.execute(f"select * from read_parquet('{path}')")
            names = [column[0] for column in cursor.description or ()]
            found += [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return found


def test_the_lines_of_an_invoice_add_up_to_its_order(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", line(), line(StockCode="CUP", Quantity=2, UnitPrice=1.25))
    (order,) = landed(translation, "order")
    lines = landed(translation, "order_line")
    assert [(one["line_no"], one["sku"], one["line_total"]) for one in lines] == [
        ("1", "MUG", "15.30"),
        ("2", "CUP", "2.50"),
    ]
    assert (order["goods_value"], order["actual_paid"], order["amount_cny"]) == ("17.80", "17.80", "185.12")
    assert (order["currency"], order["destination_country"]) == ("GBP", "DE")


def test_the_sellers_clock_is_london_time(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", line(), line(InvoiceNo="1002", InvoiceDate="2011-07-01 10:30:00"))
    winter, summer = landed(translation, "order")
    assert (winter["ordered_at"], summer["ordered_at"]) == ("2011-03-01 18:30:00+08", "2011-07-01 17:30:00+08")
    assert winter["received_at"] == "2011-03-01 20:30:00+08"


def test_a_cancellation_is_a_return_of_the_latest_order_that_could_hold_it(tmp_path: Path) -> None:
    translation = translated(
        tmp_path / "in",
        line(InvoiceNo="1001", Quantity=10),
        line(InvoiceNo="1002", InvoiceDate="2011-03-05 09:00:00", Quantity=10),
        line(InvoiceNo="1003", InvoiceDate="2011-03-06 09:00:00", Quantity=3),
        line(InvoiceNo="C1004", InvoiceDate="2011-03-07 09:00:00", Quantity=-4),
        line(InvoiceNo="1005", InvoiceDate="2011-03-08 09:00:00", Quantity=10),
    )
    (returned,) = landed(translation, "return")
    assert (returned["order_no"], returned["quantity"], returned["refund_no"]) == ("1002", "4.00000", "C1004-1")
    assert returned["amount_cny"] == "106.08"  # 4 x 2.55 x 10.4
    assert translation.written == {"order": 4, "order_line": 4, "return": 1}


@pytest.mark.parametrize("changes", [{"CustomerID": 999.0}, {"StockCode": "CUP"}, {"Quantity": -60}])
def test_a_cancellation_that_fits_no_order_names_none(tmp_path: Path, changes: dict[str, Any]) -> None:
    cancelled = {"InvoiceNo": "C1004", "InvoiceDate": "2011-03-07 09:00:00", "Quantity": -6, **changes}
    (returned,) = landed(translated(tmp_path / "in", line(), line(**cancelled)), "return")
    assert (returned["order_no"], returned["platform_uscc"]) == (None, None)


def test_a_buyer_has_one_token_and_a_missing_buyer_none(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", line(), line(InvoiceNo="1002"), line(InvoiceNo="1003", CustomerID=None))
    first, second, third = (order["buyer_token"] for order in landed(translation, "order"))
    assert first == second != third
    assert third is None and "12345" not in first


def test_broken_lines_are_handed_on_as_they_are(tmp_path: Path) -> None:
    translation = translated(
        tmp_path / "in", line(Quantity=-6, UnitPrice=0.0, Description=None), line(Country="Atlantis"), line(), line()
    )
    lines = landed(translation, "order_line")
    assert len(lines) == 4
    assert (lines[0]["quantity"], lines[0]["goods_name"]) == ("-6.00000", None)


def test_a_country_without_a_code_stays_visible_and_a_region_is_empty(tmp_path: Path) -> None:
    translation = translated(
        tmp_path / "in", line(Country="Atlantis"), line(InvoiceNo="1002", Country="European Community")
    )
    assert [order["destination_country"] for order in landed(translation, "order")] == ["Atlantis", None]


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    duckdb.execute(f"copy (select 1 as a) to '{tmp_path / 'online_retail.parquet'}' (format parquet)")
    with pytest.raises(UsageError, match="cannot be read"):
        adapter_named("online_retail").translate(tmp_path, tmp_path / "out")
