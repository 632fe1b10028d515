"""Days of retail import parcels, written straight into a lake as if they had been taken in, to measure volume on.

Every list has its order, payment and waybill, and one line. Enterprises trade unevenly, buyers come back, two in a
hundred lists lack a paper. The rows follow from their number alone, so that the same sizes give the same files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from expectations.contracts.catalog import load_contract
from expectations.contracts.identity import system_columns_sql
from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal, quoted, sql_type
from expectations.vocabulary.moment import ZONE, zoned
from expectations.vocabulary.uscc import surrogate
from pipelines.settings import Settings
from pipelines.storage import batches
from pipelines.storage.batches import BatchFile, NewBatch
from pipelines.wiring import Wiring

FEEDS = ("enterprise", "inventory", "inventory_line", "order", "payment", "waybill")
TABLES = ("inventory", "inventory_line", "order", "payment", "waybill")
PLATFORM = surrogate("platform of the parcels")
CARRIER = surrogate("carrier of the parcels")

ZONE_FILE = """name: {{en: Volume, zh: 容量测试}}
division_code: "659007"
language: en
calendar: china
offices: {{}}
because: {{en: Made up to measure volume., zh: 仅用于容量测试。}}
feeds:
{feeds}
"""


@dataclass(frozen=True)
class Volume:
    """How much: lists a day, enterprises, and buyers per enterprise."""

    rows: int
    enterprises: int
    buyers: int = 200


def settle_home(path: Path) -> Wiring:
    """A home whose zone has the feeds of parcels and nothing else."""
    wiring = Wiring(Settings(home=path))
    feeds = "\n".join(f"  {table}: {{cadence_days: 1, late_after_days: 3}}" for table in FEEDS)
    path.mkdir(parents=True, exist_ok=True)
    (path / "zone.yml").write_text(ZONE_FILE.format(feeds=feeds), encoding="utf-8")
    wiring.settle_in()
    return wiring


def place_register(wiring: Wiring, volume: Volume, day: date) -> None:
    """Register every enterprise, known before a day."""
    codes = pd.DataFrame({"uscc": [surrogate(f"enterprise {number}") for number in range(volume.enterprises)]})
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        connection.register("codes", codes)
        told = {
            "uscc": "uscc",
            "name": "'容量' || uscc",
            "entity_type": "'company'",
            "employees_insured": "12",
            "established_on": "date '2015-01-01'",
            "status": "'operating'",
            "valid_from": "date '2015-01-01'",
        }
        contract = load_contract("enterprise")
        place_file(wiring, connection, contract, _versions_sql(contract, told, "codes", _received(day)))


def place_day(wiring: Wiring, volume: Volume, day: date) -> dict[str, Path]:
    """Put one day's files into the lake, each table a batch; gives the files by table."""
    with duckdb.connect(config={"temp_directory": str(wiring.path / "spill")}) as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        codes = pd.DataFrame({"uscc": [surrogate(f"enterprise {number}") for number in range(volume.enterprises)]})
        connection.register("codes", codes)
        connection.execute("create temp table code as select row_number() over () - 1 as number, uscc from codes")
        connection.execute(_parcels_sql(volume, day))
        received = _received(day + timedelta(days=1))
        contracts = {table: load_contract(table) for table in TABLES}
        return {
            table: place_file(wiring, connection, contract, _versions_sql(contract, _TOLD[table], "parcel", received))
            for table, contract in contracts.items()
        }


def _received(day: date) -> datetime:
    return datetime.combine(day, time(2), tzinfo=ZONE)


def _parcels_sql(volume: Volume, day: date) -> str:
    ordinal = f"cast({day.toordinal()} as bigint)"
    return f"""
        create temp table parcel as
        select
            {ordinal} * 100000000 + i as number,
            code.uscc,
            -- A tenth of the enterprises sell half of the parcels; a buyer belongs to one enterprise.
            'b' || code.number || '-' || ((i * 7919 + {ordinal} * 104729) % {volume.buyers}) as buyer,
            timestamptz '{day.isoformat()} 00:00:00+08' + to_seconds(i % 80000) as moment,
            ((i * 31 + {ordinal}) % 400 + 30) * 100 as fen,
            (i * 17) % 300 as goods,
            (i + {ordinal}) % 100 as luck
        from range({volume.rows}) as parcels(i)
        join code on code.number = case
            when i % 2 = 0 then (i // 2) % greatest({volume.enterprises} // 10, 1)
            else (i * 5 + 3) % {volume.enterprises}
        end"""


_INVOICE = "printf('%04d2026I%09d', 9400 + (number // 1000000000) % 100, number % 1000000000)"
"""Nine digits hold ten days; the office before them keeps the lists of a year apart."""

_TOLD: Mapping[str, Mapping[str, str]] = {
    "order": {
        "platform_uscc": literal(PLATFORM),
        "order_no": "'O' || number",
        "direction": "'import'",
        "uscc": "uscc",
        "goods_value": "fen / 100.0",
        "freight": "0",
        "discount": "0",
        "tax_total": "0",
        "actual_paid": "fen / 100.0",
        "currency": "'CNY'",
        "amount_cny": "fen / 100.0",
        "buyer_token": "buyer",
        "consignee_phone_token": "'p' || buyer",
        "address_token": "'a' || buyer",
        "ordered_at": "moment",
    },
    "payment": {
        "pay_code": "'P1'",
        "pay_txn_id": "'T' || number",
        "platform_uscc": literal(PLATFORM),
        "order_no": "case when luck = 1 then 'X' else 'O' end || number",
        "payer_token": "buyer",
        "account_token": "'c' || buyer",
        "amount": "fen / 100.0",
        "currency": "'CNY'",
        "paid_at": "moment",
    },
    "waybill": {
        "carrier_uscc": literal(CARRIER),
        "logistics_no": "'W' || number",
        "platform_uscc": literal(PLATFORM),
        "order_no": "'O' || number",
        "weight_kg": "1.5",
        "created_at": "moment + interval 1 hour",
    },
    "inventory": {
        "invt_no": _INVOICE,
        "direction": "'import'",
        "mode": "'9610'",
        "uscc": "uscc",
        "platform_uscc": literal(PLATFORM),
        "order_no": "'O' || number",
        "carrier_uscc": literal(CARRIER),
        "logistics_no": "case when luck = 2 then 'V' else 'W' end || number",
        "customs_code": "'9402'",
        "buyer_token": "buyer",
        "consignee_phone_token": "'p' || buyer",
        "address_token": "'a' || buyer",
        "declared_value": "fen / 100.0",
        "currency": "'CNY'",
        "declared_value_cny": "fen / 100.0",
        "tax_cny": "cast(fen * 0.091 as bigint) / 100.0",
        "net_weight_kg": "1.4",
        "declared_at": "moment + interval 2 hour",
        "released_at": "moment + interval 3 hour",
    },
    "inventory_line": {
        "invt_no": _INVOICE,
        "line_no": "1",
        "hs_code": "printf('33%08d', goods)",
        "goods_name": "'goods ' || goods",
        "quantity": "1",
        "unit": "'007'",
        "unit_price": "fen / 100.0",
        "line_total": "fen / 100.0",
        "statutory_quantity": "1",
        "statutory_unit": "'035'",
        "origin_country": "'KZ'",
    },
}


def place_file(wiring: Wiring, connection: duckdb.DuckDBPyConnection, contract: Contract, versions: str) -> Path:
    """Put the rows of a select over versions into the lake, as a batch of one file; gives the file."""
    table = contract.table
    written = wiring.path / f"{table}.parquet"
    connection.execute(
        f"copy ({versions}) to {literal(str(written))} (format parquet, compression zstd, row_group_size 122880)"
    )
    rows, first, last, received = connection.execute(
        "select count(*), min(event_day), max(event_day), max(received_at) from read_parquet(?)", [str(written)]
    ).fetchall()[0]
    sha256 = wiring.lake.place(written, f"accepted/{table}")
    file = BatchFile(
        part=0,
        table_name=table,
        name=f"{table}.csv",
        sha256=sha256,
        received=rows,
        accepted=rows,
        lake_sha256=sha256,
        first_day=first,
        last_day=last,
        received_until=zoned(received),
    )
    moment = zoned(received)
    with wiring.database.transaction() as connected:
        batches.add(connected, NewBatch(sha256, sha256, "volume", sha256[:12], moment, moment, (file,)))
    return wiring.lake.root / f"accepted/{table}/{sha256}.parquet"


def _versions_sql(contract: Contract, told: Mapping[str, str], source: str, received_at: datetime) -> str:
    fields = [
        f"cast({told.get(one.name, 'null')} as {sql_type(one.type)}) as {quoted(one.name)}"
        if one.name != "received_at"
        else f"timestamptz {literal(received_at.isoformat())} as received_at"
        for one in contract.fields
    ]
    systems = [f"{sql} as {quoted(name)}" for name, sql in system_columns_sql(contract).items()]
    return (
        f"select *, {', '.join(systems)}, row_number() over () as source_row "
        f"from (select {', '.join(fields)} from {source}) as typed"
    )
