"""The same papers are screened once: at once, again, and while a run holds the database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipelines.storage.database import Database
from pipelines.storage.grouped import GroupedLedger, take_in_spooled
from pipelines.storage.ledger import NewEntry, append, entries, verify
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.screenings import ScreeningLog, screening_of

ASKED = "ab" * 32


def test_papers_handed_in_many_times_at_once_are_screened_once(database: Database) -> None:
    log, together, made = ScreeningLog(GroupedLedger(database)), threading.Barrier(8), []

    def make() -> dict[str, Any]:
        made.append(1)
        return {"lane": "green", "made": len(made)}

    def ask(_: int) -> tuple[dict[str, Any], bool]:
        together.wait()
        return log.once(ASKED, make)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert [answer for answer, _ in answers] == [{"lane": "green", "made": 1}] * 8
    assert sum(is_new for _, is_new in answers) == 1


def test_another_process_finds_what_was_screened(database: Database) -> None:
    ScreeningLog(GroupedLedger(database)).once(ASKED, lambda: {"lane": "green"})
    assert ScreeningLog(GroupedLedger(database)).once(ASKED, dict) == ({"lane": "green"}, False)
    assert ScreeningLog(GroupedLedger(database)).recorded("cd" * 32) is None


def test_a_screening_does_not_wait_for_a_run_and_joins_its_own_chain(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    ledger = GroupedLedger(database)
    log = ScreeningLog(ledger)
    with database.transaction() as run:
        append(run, "decisions", [NewEntry.of("decision", "x", {})])
        log.once(ASKED, lambda: {"lane": "documents"})
        ledger.put("reads", NewEntry.of("read", "somebody", {}))
        assert log.once(ASKED, dict) == ({"lane": "documents"}, False), "remembered while it waits beside the file"
    take_in_spooled(database)
    with database.reading() as connection:
        assert screening_of(connection, ASKED) == {"lane": "documents"}
        assert [one.subject for one in entries(connection, "reads")] == ["somebody"]
        assert verify(connection).holds


def test_what_an_older_version_left_beside_the_file_is_taken_in_as_reads(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    (tmp_path / "ledger.db.reads").write_text('["read", "somebody", "{}"]\n')
    take_in_spooled(database)
    with database.reading() as connection:
        assert [one.subject for one in entries(connection, "reads")] == ["somebody"]
