"""Every read is on record before it is answered, many at once in one commit."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from pipelines.storage.database import Database
from pipelines.storage.grouped import GroupedLedger, take_in_spooled
from pipelines.storage.ledger import NewEntry, append, entries, verify
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.reads import DatabaseReads
from reports.api.ports import Read


def read(number: int) -> Read:
    at = datetime(2026, 4, 1, 8, 0, number % 60, tzinfo=UTC)
    return Read("wang", "officer", "k1", "grade", f"enterprise-{number}", "核查", at, 200)


def test_a_read_is_in_the_ledger_when_record_returns(database: Database) -> None:
    DatabaseReads(GroupedLedger(database)).record(read(1))
    with database.reading() as connection:
        (entry,) = entries(connection, "reads", subject="enterprise-1")
    assert json.loads(entry.body) == {
        "account": "wang", "role": "officer", "key_id": "k1", "what": "grade", "about": "enterprise-1",
        "purpose": "核查", "at": "2026-04-01T08:00:01+00:00", "status": 200,
    }  # fmt: skip


def test_reads_at_once_share_commits_and_none_is_lost(database: Database) -> None:
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    log = DatabaseReads(GroupedLedger(database))
    with ThreadPoolExecutor(16) as pool, log._ledger._writing:  # a slow group holds the place meanwhile
        waiting = [pool.submit(log.record, read(number)) for number in range(16)]
        deadline = time.monotonic() + 20
        while len(log._ledger._waiting) < 16 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(one.done() for one in waiting)
    for one in waiting:
        one.result(timeout=30)
    with database.reading() as connection:
        assert len(list(entries(connection, "reads"))) == 16
        assert verify(connection).holds
    assert len(commits) <= 4


def recorded(database: Database) -> list[str]:
    """Whom the ledger says was read about, in order; the chain holds."""
    with database.reading() as connection:
        assert verify(connection).holds
        return [entry.subject for entry in entries(connection, "reads")]


def test_a_read_does_not_wait_for_a_run_to_end(database: Database) -> None:
    log = DatabaseReads(GroupedLedger(database))
    with database.transaction() as run:
        append(run, "decisions", [NewEntry.of("decision", "x", {})])
        began = time.monotonic()
        for number in range(3):
            log.record(read(number))
        assert time.monotonic() - began < 5, "the run holds the database for as long as this block"
        append(run, "decisions", [NewEntry.of("decision", "y", {})])
    take_in_spooled(database)
    assert recorded(database) == ["enterprise-0", "enterprise-1", "enterprise-2"]
    with database.reading() as connection:
        assert verify(connection).counts["decisions"] == 2


def test_a_question_is_answered_while_a_run_holds_the_database(database: Database) -> None:
    DatabaseReads(GroupedLedger(database)).record(read(1))
    with database.transaction() as run:
        append(run, "decisions", [NewEntry.of("decision", "x", {})])
        assert recorded(database) == ["enterprise-1"]
        with database.reading() as connection:
            assert list(entries(connection, "decisions")) == []


def test_reads_beside_the_file_come_before_the_next_one_in_the_chain(tmp_path: Path) -> None:
    database = sqlite_at(tmp_path)
    log = DatabaseReads(GroupedLedger(database))
    with database.transaction():
        log.record(read(1))
        log.record(read(2))
    assert recorded(database) == []
    DatabaseReads(GroupedLedger(database)).record(read(3))
    assert recorded(database) == ["enterprise-1", "enterprise-2", "enterprise-3"]
    assert not (tmp_path / "ledger.db.reads").exists()


def test_a_read_taken_in_by_a_process_that_was_killed_before_it_let_go_is_not_taken_in_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = sqlite_at(tmp_path)
    log = DatabaseReads(GroupedLedger(database))
    with database.transaction():
        log.record(read(1))
        log.record(read(2))
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.storage.spool.Spool.clear", lambda _: None)
        take_in_spooled(database)
    with database.transaction():
        log.record(read(3))
    take_in_spooled(database)
    assert recorded(database) == ["enterprise-1", "enterprise-2", "enterprise-3"]


def test_half_a_line_left_by_a_kill_was_never_answered_for_and_is_passed_over(tmp_path: Path) -> None:
    database = sqlite_at(tmp_path)
    with database.transaction():
        DatabaseReads(GroupedLedger(database)).record(read(1))
    with (tmp_path / "ledger.db.reads").open("a") as stream:
        stream.write('["reads", "read", "enterprise-2", "{')
    with database.transaction():
        DatabaseReads(GroupedLedger(database)).record(read(3))
    take_in_spooled(database)
    assert recorded(database) == ["enterprise-1", "enterprise-3"]


def sqlite_at(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    bring_up_to_date(database)
    return database


def test_a_read_that_cannot_be_recorded_raises(database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE ledger_head")
    with pytest.raises(DatabaseError):
        DatabaseReads(GroupedLedger(database)).record(read(1))
