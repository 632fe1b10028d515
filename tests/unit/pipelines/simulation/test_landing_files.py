"""The files a simulated zone lands, checked against their manifests, their contracts and themselves."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.contracts.catalog import load_contract
from expectations.contracts.checks import checked_relation_sql
from expectations.vocabulary.digest import sha256_file, sha256_many
from pipelines.simulation import Outage, SimulationReport, ZoneSettings, simulate

SMALL = ZoneSettings(enterprises=60, days=100, orders_per_day=40, daily_batches=3, end_date=date(2026, 6, 30))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    return simulate(tmp_path_factory.mktemp("zone"), SMALL)


@pytest.fixture(scope="module")
def zone(report: SimulationReport) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        for table in report.rows:
            files = [str(path) for path in sorted(report.out.glob(f"*/{table}.parquet")) if path.parent.name != "truth"]
            connection.execute(
                f'create view "{table}" as select *, row_number() over () as row_at from read_parquet({files})'
            )
        yield connection


def all_digests(out: Path) -> str:
    return sha256_many(f"{path.relative_to(out)} {sha256_file(path)}" for path in out.rglob("*") if path.is_file())


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return float(row[0])


def test_the_same_settings_give_the_same_bytes(report: SimulationReport, tmp_path: Path) -> None:
    simulate(tmp_path, SMALL)
    assert all_digests(tmp_path) == all_digests(report.out)


def test_another_seed_gives_another_zone(report: SimulationReport, tmp_path: Path) -> None:
    simulate(tmp_path, ZoneSettings(**{**vars(SMALL), "seed": 7}))
    assert all_digests(tmp_path) != all_digests(report.out)


def test_manifests_count_and_seal_every_file(report: SimulationReport, zone: duckdb.DuckDBPyConnection) -> None:
    counted: dict[str, int] = defaultdict(int)
    for batch in report.batches:
        manifest = json.loads((report.out / batch / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["batch_id"] == batch
        listed = {entry["path"] for entry in manifest["files"]}
        assert listed == {path.name for path in (report.out / batch).iterdir()} - {"manifest.json"}
        for entry in manifest["files"]:
            path = report.out / batch / entry["path"]
            assert sha256_file(path) == entry["sha256"]
            assert one(zone, f"select count(*) from '{path}'") == entry["rows"]
            counted[entry["table"]] += entry["rows"]
    assert dict(counted) == report.rows


def test_a_batch_is_sent_after_all_it_holds_and_before_the_cut_at_six(
    report: SimulationReport, zone: duckdb.DuckDBPyConnection
) -> None:
    for batch in report.batches:
        manifest = json.loads((report.out / batch / "manifest.json").read_text(encoding="utf-8"))
        produced = manifest["produced_at"]
        assert "T02:" <= produced[10:14] <= "T05:"
        for entry in manifest["files"]:
            path = report.out / batch / entry["path"]
            assert one(zone, f"select count(*) from '{path}' where received_at > '{produced}'") == 0


def test_only_the_planted_rows_break_their_contract(report: SimulationReport, zone: duckdb.DuckDBPyConnection) -> None:
    assert sum(report.broken.values()) > 50
    for table, broken in report.broken.items():
        contract = load_contract(table)
        fields = ", ".join(f'cast("{field.name}" as varchar) as "{field.name}"' for field in contract.fields)
        zone.execute(f'create or replace view raw as select row_at as source_row, {fields} from "{table}"')
        ((quarantined, warned),) = zone.execute(f"""
            select count(*) filter (where len(faults) > 0),
                count(*) filter (where len(warnings) > 0 and len(faults) = 0)
            from ({checked_relation_sql(contract, "raw")})""").fetchall()
        assert quarantined == broken, table
        assert warned <= 0.002 * report.rows[table], table


def test_exact_copies_are_counted(report: SimulationReport, zone: duckdb.DuckDBPyConnection) -> None:
    """Nothing else says the same twice: a correction or a later version always changes a field."""
    assert sum(report.duplicates.values()) > 20
    for table in report.rows:
        fields = ", ".join(f'"{field.name}"' for field in load_contract(table).fields if field.name != "received_at")
        copies = one(zone, f'select coalesce(sum(n - 1), 0) from (select count(*) n from "{table}" group by {fields})')
        # Copies of broken rows are counted as broken.
        assert report.duplicates[table] <= copies <= report.duplicates[table] + 0.1 * report.broken[table], table


def test_what_is_paid_is_what_was_ordered(zone: duckdb.DuckDBPyConnection) -> None:
    zone.execute("""create or replace view bad as select distinct order_no from "order"
        where actual_paid <> goods_value + freight + tax_total - discount""")
    matched = """select count(*) from "order" o join payment p using (platform_uscc, order_no)
        where o.order_no not in (from bad)"""
    assert one(zone, matched) > 1000
    # Underpayment is planted in R01 episodes only, which are a small part of all orders.
    assert one(zone, matched + " and o.actual_paid <> p.amount") < 0.03 * one(zone, matched)


def test_lines_add_up_to_their_order(zone: duckdb.DuckDBPyConnection) -> None:
    # Orders old enough for a late line to have come.
    added = """select count(*) from (select order_no, sum(line_total) as total, count(*) as lines
        from (select distinct order_no, line_no, line_total from order_line) group by all)
        join (select distinct order_no, goods_value from "order" where ordered_at < '2026-05-15') using (order_no)"""
    assert one(zone, added) > 500
    assert one(zone, added + " where total <> goods_value") == 0


def test_customs_value_is_cif_for_imports_and_fob_for_exports(zone: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            zone,
            """select count(*) from inventory where declared_value_cny <> declared_value
        + case direction when 'import' then freight + insurance else 0 end and mode <> 'ZZZZ'""",
        )
        == 0
    )


def test_tokens_are_all_that_stands_for_people(report: SimulationReport, zone: duckdb.DuckDBPyConnection) -> None:
    for table in report.rows:
        for field in load_contract(table).fields:
            if field.type != "string":
                continue
            if field.name.endswith("_token"):
                wrong = f"not regexp_full_match(\"{field.name}\", '[a-z]_[0-9a-f]{{16}}')"
                assert one(zone, f'select count(*) from "{table}" where {wrong}') == 0, (table, field.name)
            phone = r"\b1[3-9][0-9]{9}\b"
            identity = r"\b[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-9]{5}[0-9X]\b"
            for pattern in (phone, identity):
                found = f"regexp_matches(\"{field.name}\", '{pattern}')"
                assert one(zone, f'select count(*) from "{table}" where {found}') == 0, (table, field.name)


@pytest.mark.parametrize("file_format", ["csv", "csv.gz", "jsonl"])
def test_every_format_says_the_same(report: SimulationReport, tmp_path: Path, file_format: str) -> None:
    simulate(tmp_path, ZoneSettings(**{**vars(SMALL), "file_format": file_format}))
    reader = "read_json_auto" if file_format == "jsonl" else "read_csv"
    with duckdb.connect() as connection:
        for batch, table in (("platform-20260628", "order"), ("safe-20260323-20260627", "forex")):
            text = f"{reader}('{tmp_path / batch / table}.{file_format}')"
            typed = f"'{report.out / batch / table}.parquet'"
            money = "actual_paid" if table == "order" else "amount_usd"
            for sql in ("count(*)", f"sum({money}::decimal(18,2))", "max(received_at::timestamptz)"):
                assert (
                    connection.execute(f"select {sql} from {text}").fetchone()
                    == connection.execute(f"select {sql} from {typed}").fetchone()
                )


def test_a_silent_feed_sends_everything_when_it_is_back(tmp_path: Path, report: SimulationReport) -> None:
    outage = Outage("payment", date(2026, 6, 28), 2)
    quiet = simulate(tmp_path, ZoneSettings(**{**vars(SMALL), "outages": (outage,)}))
    assert quiet.rows == report.rows
    assert "payment-20260628" not in quiet.batches
    assert "payment-20260629" not in quiet.batches
    back = tmp_path / "payment-20260630" / "payment.parquet"
    assert one(duckdb.connect(), f"select min(received_at) >= '2026-06-30T02:00:00+08:00' from '{back}'") == 1
