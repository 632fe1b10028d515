"""The same papers are screened once: at once, again, and while a run holds the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pipelines.storage.database import Database
from pipelines.storage.grouped import GroupedLedger, take_in_spooled
from pipelines.storage.ledger import NewEntry, append, entries, verify
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.screenings import ScreeningLog, screening_of

ASKED = "ab" * 32


async def look(uscc: str, is_new: bool) -> None:
    """Nobody is told."""


def green() -> dict[str, Any]:
    return {"lane": "green", "uscc": "u"}


def once(log: ScreeningLog, make: Any = green) -> tuple[dict[str, Any], bool]:
    return asyncio.run(log.once(ASKED, make, look))


def test_papers_handed_in_many_times_at_once_are_screened_once(database: Database) -> None:
    log, made = ScreeningLog(GroupedLedger(database)), []

    def make() -> dict[str, Any]:
        made.append(1)
        return green()

    async def all_at_once() -> list[tuple[dict[str, Any], bool]]:
        return await asyncio.gather(*(log.once(ASKED, make, look) for _ in range(8)))

    answers = asyncio.run(all_at_once())
    assert [answer for answer, _ in answers] == [green()] * 8
    assert (sum(is_new for _, is_new in answers), len(made)) == (1, 1)


def test_what_could_not_be_put_on_record_was_not_screened(database: Database) -> None:
    log = ScreeningLog(GroupedLedger(database))

    def broken() -> dict[str, Any]:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        once(log, broken)
    assert once(log) == (green(), True)


def test_another_process_finds_what_was_screened(database: Database) -> None:
    once(ScreeningLog(GroupedLedger(database)))
    assert once(ScreeningLog(GroupedLedger(database)), dict) == (green(), False)
    assert ScreeningLog(GroupedLedger(database)).recorded("cd" * 32) is None


def test_a_screening_does_not_wait_for_a_run_and_joins_its_own_chain(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    ledger = GroupedLedger(database)
    log = ScreeningLog(ledger)
    with database.transaction() as run:
        append(run, "decisions", [NewEntry.of("decision", "x", {})])
        once(log)
        ledger.put("reads", NewEntry.of("read", "somebody", {}))
        assert once(log, dict) == (green(), False), "remembered while it waits beside the file"
    take_in_spooled(database)
    with database.reading() as connection:
        assert screening_of(connection, ASKED) == green()
        assert [one.subject for one in entries(connection, "reads")] == ["somebody"]
        assert verify(connection).holds


def test_what_an_older_version_left_beside_the_file_is_taken_in_as_reads(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    (tmp_path / "ledger.db.reads").write_text('["read", "somebody", "{}"]\n')
    take_in_spooled(database)
    with database.reading() as connection:
        assert [one.subject for one in entries(connection, "reads")] == ["somebody"]
