"""Notice before a downgrade, over the days that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import knowledge_cutoff
from models.grade.subject import PreviousGrade
from models.policy.book import PolicyBook
from pipelines.benchmarks.judging import SyntheticDay
from pipelines.steps.judging import Memory
from pipelines.steps.remembering import remembered
from pipelines.storage.database import Database
from pipelines.storage.decisions import commit_run, decisions_of
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.outbox import messages
from reports.messages.kinds import MessageKind
from tests.worlds.promised import kinds_as_promised

MONDAY = date(2026, 11, 2)
BOOK = PolicyBook.load()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(made)
    yield made
    made.close()


def run(database: Database, day: date, memory: Memory | None = None) -> dict[str, dict[str, Any]]:
    """Judge a made-up day and commit it; the records by enterprise."""
    synthetic = SyntheticDay(40, 3, day)
    with database.reading() as connection:
        known = memory or remembered(connection, knowledge_cutoff(day), BOOK, synthetic.measured)
    judged = synthetic.judge(known)
    with database.transaction() as connection:
        assert commit_run(connection, synthetic.run, judged).is_new
    with database.reading() as connection:
        return {record["uscc"]: record for record in decisions_of(connection, day)}


def test_a_fall_is_announced_once_then_waits_then_happens(database: Database) -> None:
    everybody = SyntheticDay(40, 3, MONDAY).judge().decisions
    high = {one.record["uscc"]: PreviousGrade(MONDAY - timedelta(days=1), Grade.AAA) for one in everybody}
    first = run(database, MONDAY, Memory(high, {}))
    told = {uscc for uscc, record in first.items() if record["held"] == "notice"}
    assert len(told) > 10
    days = {MONDAY: first}
    for count in range(1, 9):
        days[MONDAY + timedelta(days=count)] = run(database, MONDAY + timedelta(days=count))
    for uscc in told:
        if first[uscc]["notice_period"]["grade"] != days[MONDAY + timedelta(days=8)][uscc]["grade_rules"]:
            continue  # fell further meanwhile, so that it was told anew
        grades = [days[day][uscc]["grade"] for day in sorted(days)]
        assert grades[:8] == [first[uscc]["grade"]] * 8, "until Monday a week later, inclusive"
        assert grades[8] == first[uscc]["notice_period"]["grade"]
    with database.reading() as connection:
        sent = messages(connection)
    assert MessageKind.NOTICE_GIVEN in kinds_as_promised(sent)
    notices = [one for one in sent if one.kind == MessageKind.NOTICE_GIVEN]
    assert {one.uscc for one in notices} >= told
