"""Every read is on record before it is answered, many at once in one commit."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from pipelines.storage.database import READS_LOCK, Database
from pipelines.storage.ledger import NewEntry, append, entries, verify
from pipelines.storage.reads import DatabaseReads
from reports.api.ports import Read


def read(number: int) -> Read:
    at = datetime(2026, 4, 1, 8, 0, number % 60, tzinfo=UTC)
    return Read("wang", "officer", "k1", "grade", f"enterprise-{number}", "核查", at, 200)


def test_a_read_is_in_the_ledger_when_record_returns(database: Database) -> None:
    DatabaseReads(database).record(read(1))
    with database.reading() as connection:
        (entry,) = entries(connection, "reads", subject="enterprise-1")
    assert json.loads(entry.body) == {
        "account": "wang", "role": "officer", "key_id": "k1", "what": "grade", "about": "enterprise-1",
        "purpose": "核查", "at": "2026-04-01T08:00:01+00:00", "status": 200,
    }  # fmt: skip


def test_reads_at_once_share_commits_and_none_is_lost(database: Database) -> None:
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    log = DatabaseReads(database)
    with ThreadPoolExecutor(16) as pool, database.transaction(READS_LOCK):  # a slow group holds the place meanwhile
        waiting = [pool.submit(log.record, read(number)) for number in range(16)]
        deadline = time.monotonic() + 20
        while len(log._waiting) < 15 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(one.done() for one in waiting)
    for one in waiting:
        one.result(timeout=30)
    with database.reading() as connection:
        assert len(list(entries(connection, "reads"))) == 16
        assert verify(connection).holds
    assert len(commits) <= 4


def test_on_postgresql_a_read_does_not_wait_for_a_run_to_end(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a SQLite file has one writer at a time")
    log = DatabaseReads(database)
    with database.transaction() as run:
        append(run, "decisions", [NewEntry.of("decision", "x", {})])
        log.record(read(1))
        with database.reading() as connection:
            assert len(list(entries(connection, "reads"))) == 1
        append(run, "decisions", [NewEntry.of("decision", "y", {})])
    with database.reading() as connection:
        assert verify(connection).holds
        assert verify(connection).counts["decisions"] == 2


def test_a_read_that_cannot_be_recorded_raises(database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE ledger_head")
    with pytest.raises(DatabaseError):
        DatabaseReads(database).record(read(1))
