"""The lake: which versions are read, and how a run's view of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.contracts.catalog import all_contracts
from expectations.errors import IntegrityError, NotFoundError
from pipelines.storage.lake import Lake
from tests.worlds.ingest_home import Home, payment


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.database.close()


def columns_of(query: str) -> list[tuple[str, str]]:
    with duckdb.connect() as connection:
        return [(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {query}").fetchall()]


def test_a_table_without_files_has_the_columns_of_one_with_files(home: Home) -> None:
    empty = home.lake.versions_sql("payment", home.lake.snapshot())
    home.payments(payment(1))
    filled = home.lake.versions_sql("payment", home.lake.snapshot())
    assert sorted(columns_of(empty)) == sorted(columns_of(filled))
    assert {"event_day", "key_hash", "order_hash", "ingest_sequence", "source_row"} <= dict(columns_of(filled)).keys()


def test_a_file_in_order_of_time_is_stored_in_that_order(home: Home) -> None:
    home.payments(*(payment(number, paid_at=f"2026-02-0{number}T10:00:00") for number in range(1, 9)))
    (file,) = home.lake.snapshot().files
    with duckdb.connect() as connection:
        stored = connection.execute("SELECT source_row FROM read_parquet(?)", [str(home.lake.root / file.path)])
        assert [row for (row,) in stored.fetchall()] == list(range(1, 9))


@pytest.mark.parametrize("table", list(all_contracts()))
def test_every_table_can_be_read_before_anything_arrived(home: Home, table: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(home.lake.versions_sql(table, home.lake.snapshot())).fetchall() == []


def test_each_row_carries_the_number_of_its_batch(home: Home) -> None:
    for number in (1, 2, 3):
        home.payments(payment(number), payment(number + 10))
    found = home.versions("pay_txn_id, ingest_sequence")
    assert sorted(found) == [("X1", 1), ("X11", 1), ("X12", 2), ("X13", 3), ("X2", 2), ("X3", 3)]


def test_batch_numbers_hold_when_a_filter_skips_files(home: Home) -> None:
    for day in ("01", "02", "03"):
        home.payments(payment(int(day), paid_at=f"2026-02-{day}T10:00:00"))
    query = home.lake.versions_sql("payment", home.lake.snapshot())
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT ingest_sequence FROM ({query}) WHERE event_day = ?", [date(2026, 2, 3)])
        assert rows.fetchall() == [(3,)]


def test_days_lie_together_in_a_file_that_is_named_by_its_content(home: Home, tmp_path: Path) -> None:
    rows = [payment(number, paid_at=f"2026-02-0{number % 3 + 1}T10:00:00") for number in range(1, 10)]
    home.payments(*rows)
    (file,) = home.lake.snapshot().files
    with duckdb.connect() as connection:
        stored = connection.execute(
            "SELECT event_day, source_row FROM read_parquet(?)", [str(home.lake.root / file.path)]
        )
        found = stored.fetchall()
    assert found == sorted(found)
    assert (file.rows, file.first_day, file.last_day) == (9, date(2026, 2, 1), date(2026, 2, 3))
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other")
    other.payments(*rows)
    assert other.lake.snapshot().digest == home.lake.snapshot().digest
    other.database.close()


def test_the_bytes_do_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    digests = set()
    for threads in (1, 2, 4):
        folder = tmp_path / str(threads)
        folder.mkdir()
        home = Home(folder)
        home.set_threads(threads)
        home.payments(*(payment(number) for number in range(150_000)))
        digests.add(home.lake.snapshot().digest)
        home.database.close()
    assert len(digests) == 1


def test_a_pinned_snapshot_reads_what_it_read_whatever_arrives_later(home: Home) -> None:
    home.payments(payment(1))
    pinned = home.lake.pin()
    home.payments(payment(2, received_at="2026-02-01T00:00:00"))
    again = home.lake.pin(home.lake.snapshot_by_digest(pinned.digest))
    assert again == pinned
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT pay_txn_id FROM ({again.versions_sql('payment')})").fetchall() == [("X1",)]
    assert home.lake.snapshot().digest != pinned.digest


def test_a_snapshot_that_was_changed_or_is_missing_is_refused(home: Home) -> None:
    home.payments(payment(1))
    digest = home.lake.pin().digest
    path = home.lake.root / "snapshots" / f"{digest}.json"
    path.write_text(path.read_text().replace('"rows":1', '"rows":2'))
    with pytest.raises(IntegrityError, match="not the snapshot its name says"):
        home.lake.snapshot_by_digest(digest)
    with pytest.raises(NotFoundError):
        home.lake.snapshot_by_digest("0" * 64)


def test_the_same_content_placed_twice_is_one_file(home: Home, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", home.database)
    for _ in range(2):
        (tmp_path / "made.parquet").write_bytes(b"content")
        digest = lake.place(tmp_path / "made.parquet", "accepted/payment")
    assert [path.name for path in (tmp_path / "lake" / "accepted" / "payment").iterdir()] == [f"{digest}.parquet"]
