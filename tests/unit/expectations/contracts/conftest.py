"""One way to hand rows to a contract's checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb
import pytest

from expectations.contracts.catalog import load_contract
from expectations.contracts.checks import checked_relation_sql
from expectations.contracts.typed import quoted

Row = Mapping[str, str | None]
CheckRows = Callable[..., list[dict[str, Any]]]

SELLER = "91652702MADEM0011Q"
PLATFORM = "91659007MA7TETA132"

_SOUND_ROWS: dict[str, dict[str, str]] = {
    "order": {
        "platform_uscc": PLATFORM,
        "order_no": "ON1",
        "direction": "import",
        "uscc": SELLER,
        "goods_value": "480",
        "freight": "20",
        "discount": "30",
        "tax_total": "45.50",
        "actual_paid": "515.50",
        "currency": "CNY",
        "amount_cny": "515.50",
        "buyer_token": "buyer-1",
        "consignee_token": "consignee-1",
        "ordered_at": "2026-03-31T09:30:00+08:00",
        "received_at": "2026-03-31T10:00:00+08:00",
    },
    "enterprise": {
        "uscc": SELLER,
        "name": "双河进出口有限公司",
        "entity_type": "company",
        "established_on": "2024-05-01",
        "status": "operating",
        "valid_from": "2024-05-01",
    },
    "inventory": {
        "invt_no": "94922026I000000001",
        "direction": "import",
        "mode": "9610",
        "uscc": SELLER,
        "customs_code": "9492",
        "declared_value": "100",
        "currency": "CNY",
        "declared_value_cny": "120",
        "declared_at": "2026-03-31 09:30:00",
    },
    "vehicle_export": {
        "vin": "1M8GDM9AXKP042788",
        "uscc": SELLER,
        "entry_id": "949220260000000001",
        "used": "false",
    },
    "inspection": {
        "inspect_id": "I1",
        "document_type": "inventory",
        "document_no": "94922026I000000001",
        "uscc": SELLER,
        "reason": "random",
        "result": "no_difference",
        "inspected_at": "2026-03-31 09:30:00",
    },
    "exchange_rate": {"month": "2026-03", "currency": "USD", "cny_per_unit": "7.12345678"},
    "waybill_event": {
        "carrier_uscc": PLATFORM,
        "logistics_no": "L1",
        "event": "signed",
        "event_at": "2026-03-31 09:30:00",
    },
    "regulator_rating": {
        "authority": "tax",
        "uscc": SELLER,
        "rating": "M",
        "scheme": "sta-2025-12",
        "valid_from": "2026-04-01",
    },
}


@pytest.fixture
def check_rows() -> Iterator[CheckRows]:
    """Check rows of a table, each a sound one with some fields changed; gives the checked rows in order."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")  # no result may depend on the session's zone

    def check(table: str, *changes: Row) -> list[dict[str, Any]]:
        contract = load_contract(table)
        columns = ", ".join(f"{quoted(name)} VARCHAR" for name in contract.field_names)
        connection.execute(f"CREATE OR REPLACE TABLE raw (source_row BIGINT, {columns})")
        for number, change in enumerate(changes, start=1):
            row = {**_SOUND_ROWS.get(table, {}), **change}
            values = [number, *(row.get(name) for name in contract.field_names)]
            connection.execute(f"INSERT INTO raw VALUES ({', '.join('?' * len(values))})", values)
        result = connection.execute(f"SELECT * FROM ({checked_relation_sql(contract, 'raw')}) ORDER BY source_row")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    yield check
    connection.close()


@pytest.fixture
def faults_of(check_rows: CheckRows) -> Callable[..., list[str]]:
    """The faults of one sound row of a table with some fields changed."""

    def faults(table: str, **changes: str | None) -> list[str]:
        found: list[str] = check_rows(table, changes)[0]["faults"]
        return found

    return faults


@pytest.fixture
def warnings_of(check_rows: CheckRows) -> Callable[..., list[str]]:
    """The warnings of one sound row of a table with some fields changed; the row must hold."""

    def warnings(table: str, **changes: str | None) -> list[str]:
        row = check_rows(table, changes)[0]
        assert row["faults"] == []
        found: list[str] = row["warnings"]
        return found

    return warnings
