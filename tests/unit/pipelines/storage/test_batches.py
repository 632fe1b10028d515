"""The catalogue of batches: numbers in order of commit, and states that officers change on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from expectations.errors import NotFoundError
from pipelines.storage import batches
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date

MOMENT = datetime.fromisoformat("2026-03-02T06:00:00+08:00")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(made)
    yield made
    made.close()


def file(part: int, verdict: batches.Verdict = "pass", **changes: Any) -> batches.BatchFile:
    values = {
        "part": part,
        "table_name": "payment",
        "name": f"{part}.csv",
        "sha256": "a" * 64,
        "received": 1,
        "accepted": 1,
        "verdict": verdict,
        "lake_sha256": f"{part}" * 64,
        "first_day": MOMENT.date(),
        "last_day": MOMENT.date(),
        "received_until": MOMENT,
        "findings": ({"code": "x", "zh": "双河"},),
    }
    return batches.BatchFile(**{**values, **changes})


def new(identity: str, *files: batches.BatchFile) -> batches.NewBatch:
    return batches.NewBatch(identity, identity, "bank", identity, MOMENT, MOMENT, files)


def test_batches_are_numbered_in_order_of_commit_and_read_back_whole(database: Database) -> None:
    with database.transaction() as connection:
        assert [batches.add(connection, new(name, file(0), file(1))) for name in ("a", "b")] == [1, 2]
    with database.reading() as connection:
        first, second = batches.all_batches(connection)
        assert batches.find(connection, "b") == second == batches.get(connection, 2)
        assert batches.find(connection, "c") is None
    assert first.files == (file(0), file(1))
    assert (first.received_at, first.state) == (MOMENT, "usable")


def test_a_number_is_given_back_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as connection:
        batches.add(connection, new("a", file(0)))
        raise RuntimeError
    with database.transaction() as connection:
        assert batches.add(connection, new("b", file(0))) == 1


def test_no_two_batches_share_an_identity(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as connection:
        batches.add(connection, new("a", file(0)))
        batches.add(connection, new("a", file(0)))


def test_withholding_goes_by_file_and_release_frees_all(database: Database) -> None:
    with database.transaction() as connection:
        batches.add(connection, new("a", file(0), file(1, "withhold"), file(2, lake_sha256=None)))
        batch = batches.get(connection, 1)
        assert (batch.verdict, batch.state) == ("withhold", "withheld")
        assert [each.part for each in batch.counting_files()] == [0]
        batches.release(connection, 1, "officer.li", "checked", MOMENT)
        assert [each.part for each in batches.get(connection, 1).counting_files()] == [0, 1]


def test_a_withheld_file_never_counted_and_so_is_not_known_before_its_withdrawal_either(database: Database) -> None:
    with database.transaction() as connection:
        batches.add(connection, new("a", file(0, "withhold")))
        assert batches.withdraw(connection, 1, "officer.li", "sent in error", MOMENT)
        assert batches.get(connection, 1).state == "withdrawn"
        assert batches.get(connection, 1).counting_files() == ()


def test_what_officers_do_is_on_record_once(database: Database) -> None:
    with database.transaction() as connection:
        batches.add(connection, new("a", file(0, "withhold")))
        batches.release(connection, 1, "officer.li", "checked", MOMENT)
        batches.withdraw(connection, 1, "officer.wang", "sent in error", MOMENT + timedelta(days=1))
        assert not batches.withdraw(connection, 1, "officer.wang", "again", MOMENT + timedelta(days=2))
        done = [
            (event["what"], event["account"], event["reason"], event["moment"])
            for event in batches.events(connection, 1)
        ]
    assert done == [
        ("release", "officer.li", "checked", MOMENT),
        ("withdraw", "officer.wang", "sent in error", MOMENT + timedelta(days=1)),
    ]


def test_an_unknown_batch_is_told_in_words(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no batch 7"), database.transaction() as connection:
        batches.withdraw(connection, 7, "officer.li", "x", MOMENT)


def test_identity_is_source_and_batch_id_where_there_are_both() -> None:
    assert batches.identity_of("bank", "1", "x") == batches.identity_of("bank", "1", "y")
    assert batches.identity_of("bank", "1", "x") != batches.identity_of("bank", "2", "x")
    assert batches.identity_of(None, None, "x") == "x"
