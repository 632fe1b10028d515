"""A lake file of an older form is read as one of the present form; what cannot be made is said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import update

from expectations.contracts.catalog import load_contract
from expectations.contracts.typed import literal
from pipelines.storage.batches import batch_file_table
from pipelines.storage.forms import OlderFormError, form_of, written_form
from pipelines.storage.lake import PinnedLake
from tests.worlds.ingest_home import Home, payment

PAYMENT = load_contract("payment")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Two batches of payments."""
    made = Home(tmp_path)
    made.payments(payment(1), payment(2))
    made.payments(payment(3))
    yield made
    made.database.close()


def make_older(home: Home, select: str, options: str = "") -> None:
    """Write the first batch's file as an older version of the house had written it."""
    first = home.lake.snapshot().files[0]
    written = home.lake.root / "older.parquet"
    with duckdb.connect() as connection:
        source = literal(str(home.lake.root / first.path))
        connection.execute(f"COPY ({select.format(source)}) TO {literal(str(written))} (FORMAT parquet{options})")
    digest = home.lake.place(written, "accepted/payment")
    with home.database.transaction() as connection:
        here = batch_file_table.c.lake_sha256 == first.sha256
        connection.execute(update(batch_file_table).where(here).values(lake_sha256=digest))


def versions(home: Home) -> list[tuple[Any, ...]]:
    query = home.lake.versions_sql("payment", home.lake.snapshot())
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM ({query}) ORDER BY pay_txn_id").fetchall()


def test_a_file_says_its_form(home: Home) -> None:
    forms = {written_form(home.lake.root / file.path) for file in home.lake.snapshot().files}
    assert forms == {form_of(PAYMENT)}
    assert form_of(PAYMENT) != form_of(load_contract("order"))


@pytest.mark.parametrize(
    "select",
    [
        "SELECT * EXCLUDE (order_hash) FROM read_parquet({})",
        "SELECT * EXCLUDE (order_hash, key_hash) FROM read_parquet({})",
        "SELECT * EXCLUDE (annulled_at) FROM read_parquet({})",
        "SELECT *, 1 AS dropped_since FROM read_parquet({})",
        "SELECT * REPLACE (CAST(amount AS DECIMAL(12,2)) AS amount) FROM read_parquet({})",
    ],
    ids=["lacks a link", "lacks key and link", "lacks an optional field", "has a field more", "has a narrower type"],
)
def test_a_file_from_before_forms_is_read_as_one_of_now(home: Home, select: str) -> None:
    before = versions(home)
    make_older(home, select)
    assert versions(home) == before


def test_a_file_whose_hashes_were_made_of_something_else_is_hashed_anew(home: Home) -> None:
    before = versions(home)
    wrong = "SELECT * REPLACE (7 AS key_hash, 8 AS order_hash) FROM read_parquet({})"
    make_older(home, wrong, f", KV_METADATA {{xinji_form: {literal('0' * 64)}}}")
    assert versions(home) == before


def test_a_field_that_rows_cannot_do_without_is_said_in_a_sentence_that_tells_what_to_do(home: Home) -> None:
    make_older(home, "SELECT * EXCLUDE (currency) FROM read_parquet({})")
    with pytest.raises(OlderFormError) as told:
        versions(home)
    assert told.value.problem == "What batch 1 brought of payment is of an older form and lacks currency."
    assert "xinji batch withdraw 1" in told.value.remedy


def test_whoever_reads_files_as_they_are_is_refused_an_older_one(home: Home) -> None:
    pinned = PinnedLake(home.lake, home.lake.snapshot())
    assert len(pinned.version_paths("payment")) == 2
    make_older(home, "SELECT * EXCLUDE (order_hash) FROM read_parquet({})")
    with pytest.raises(OlderFormError, match="which this engine does not read"):
        PinnedLake(home.lake, home.lake.snapshot()).version_paths("payment")
