"""Days of retail import parcels, written straight into a lake as if they had been taken in, to measure volume on.

Every list has its order, payment and waybill, and one line. Enterprises trade unevenly, buyers come back, two in a
hundred lists lack a paper. The rows follow from their number alone, so that the same sizes give the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

STATIONS = (
    "picked_up", "at_warehouse", "out_of_warehouse", "released", "loaded", "in_transit", "out_for_delivery", "signed",
)  # fmt: skip
"""Where a parcel is scanned on its way, an hour and a half apart, from its pick-up an hour behind the order."""

TABLES = ("inventory", "inventory_line", "order", "payment", "waybill")
FEEDS = ("enterprise", *TABLES)
DAYS_BETWEEN_ORDERS = 30
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
    """How much.

    Attributes
    ----------
    rows:
        Lists a day.
    buyers:
        Of each enterprise; None for so many that each orders once in ``DAYS_BETWEEN_ORDERS``, so that volume means
        more buyers and not buyers who order every hour.
    goods:
        The kinds of goods of an enterprise.
    track_events:
        Scans of every parcel, at most as many as a journey has stations; with none the zone has no such feed.
    """

    rows: int
    enterprises: int
    buyers: int | None = None
    goods: int = 8
    track_events: int = 0

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds of its zone."""
        return ("enterprise", *self.tables)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that a day's parcels leave rows in."""
        return (*TABLES, "waybill_event") if self.track_events else TABLES

    @property
    def busy(self) -> int:
        """How many enterprises sell half of the parcels: a tenth of them."""
        return max(self.enterprises // 10, 1)

    @property
    def clientele(self) -> tuple[int, int]:
        """How many buyers a busy enterprise has, and one of the others."""
        if self.buyers is not None:
            return self.buyers, self.buyers
        others = self.rows / 2 / self.enterprises
        lists = self.rows / 2 / self.busy + others, others
        busy, calm = (max(round(of_one * DAYS_BETWEEN_ORDERS), 1) for of_one in lists)
        return busy, calm


def settle_home(path: Path, feeds_there: Sequence[str] = FEEDS) -> Wiring:
    """A home whose zone has some feeds; one that is there keeps its zone."""
    wiring = Wiring(Settings(home=path))
    feeds = "\n".join(f"  {table}: {{cadence_days: 1, late_after_days: 3}}" for table in feeds_there)
    path.mkdir(parents=True, exist_ok=True)
    if not (path / "zone.yml").exists():
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
        connection.execute(f"""
            create temp view scan as
            select parcel.*, station.place, station.event
            from parcel cross join (select unnest({list(STATIONS[: volume.track_events])}) as event,
                unnest(range({volume.track_events})) as place) as station""")
        return {
            table: place_file(wiring, connection, contract, _versions_sql(contract, _TOLD[table], source, received))
            for table in volume.tables
            for contract, source in ((load_contract(table), "scan" if table == "waybill_event" else "parcel"),)
        }


def _received(day: date) -> datetime:
    return datetime.combine(day, time(2), tzinfo=ZONE)


def _parcels_sql(volume: Volume, day: date) -> str:
    ordinal = f"cast({day.toordinal()} as bigint)"
    busy, calm = volume.clientele
    drawn = f"cast(hash({ordinal} * 100000000 + i) % 4294967296 as bigint)"
    return f"""
        create temp table parcel as
        select
            {ordinal} * 100000000 + i as number,
            code.uscc,
            -- A buyer belongs to one enterprise.
            'b' || code.number || '-'
                || ({drawn} % case when code.number < {volume.busy} then {busy} else {calm} end) as buyer,
            timestamptz '{day.isoformat()} 00:00:00+08' + to_seconds(i % 80000) as moment,
            ((i * 31 + {ordinal}) % 400 + 30) * 100 as fen,
            (code.number * 7 + {drawn} // 65536 % {volume.goods}) % 300 as goods,
            (i + {ordinal}) % 100 as luck
        from range({volume.rows}) as parcels(i)
        join code on code.number = case
            when i % 2 = 0 then (i // 2) % {volume.busy}
            else cast(hash({ordinal} * 100000000 + i, 'enterprise') % {volume.enterprises} as bigint)
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
    "waybill_event": {
        "carrier_uscc": literal(CARRIER),
        "logistics_no": "'W' || number",
        "event": "event",
        "event_at": "moment + interval 1 hour + place * interval 90 minute",
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
