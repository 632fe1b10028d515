"""When the ground gives way: nothing is half written, nothing is lost, and the next run completes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.moment import knowledge_cutoff
from models.grade.record import SealedRecord
from pipelines.storage.database import Database
from pipelines.storage.decisions import Judged, Run, commit_run, decisions_of, run_for
from pipelines.storage.ledger import verify
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.outbox import NewMessage, messages

D = date(2026, 3, 31)
ENTERPRISES = 400


def run_of(day: date) -> Run:
    digest = sha256_of(day)
    return Run(day, knowledge_cutoff(day), digest, digest, "1", digest, f"{day}.parquet", digest, "0.1.0")


def judged(run: Run) -> Judged:
    """A day with records of a few kilobytes each, and a message about everybody."""
    records = []
    for number in range(ENTERPRISES):
        content = {
            "uscc": f"9165{number:014d}",
            "date": run.business_date.isoformat(),
            "grade": "A",
            "previous_grade": None,
            "score": 700,
            "status": "normal",
            "supersedes": None,
            "reasons": ["理由"] * 500,
        }
        records.append(SealedRecord.of({**content, "decision_id": sha256_of(content)}))
    told = [
        NewMessage("cn.xinji.alert.opened.v1", one.record["uscc"], "/zones/test", run.known_at, {"n": 1})
        for one in records
    ]
    return Judged(records, (), told)


def write(database: Database, day: date) -> None:
    run = run_of(day)
    with database.transaction() as connection:
        assert commit_run(connection, run, judged(run)).is_new


def assert_only(database: Database, *days: date) -> None:
    """The ledger holds, and speaks of these days alone, each of them whole."""
    with database.reading() as connection:
        assert verify(connection).holds
        assert verify(connection).counts["decisions"] == len(days) * (1 + ENTERPRISES)
        assert verify(connection).counts["anchors"] == len(days)
        assert len(messages(connection)) == len(days) * ENTERPRISES
        for day in days:
            assert run_for(connection, day) is not None
            assert len(list(decisions_of(connection, day))) == ENTERPRISES


NEXT = date(2026, 4, 1)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(made)
    write(made, D)
    yield made
    made.close()


def in_another_process(database: Database, prepare: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Write the next day elsewhere, after something was prepared there."""
    url = database.engine.url.render_as_string(hide_password=False)
    code = (
        "import sys, importlib.util as u\n"
        f"s = u.spec_from_file_location('failures', {__file__!r}); m = u.module_from_spec(s)\n"
        "sys.modules['failures'] = m; s.loader.exec_module(m)\n"
        f"{prepare}\n"
        f"m.write(m.Database({url!r}), m.NEXT)\n"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize("room", [0, 200_000, 900_000])
def test_a_full_disk_publishes_nothing_and_the_next_run_completes(sqlite: Database, room: int) -> None:
    before = Path(sqlite.engine.url.database or "").stat().st_size

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit then fails, as on a full disk
        most = room if room < before else before + room
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    failed = in_another_process(sqlite, "", preexec_fn=limit)
    assert failed.returncode != 0
    assert "OperationalError" in failed.stderr
    assert_only(sqlite, D)
    write(sqlite, NEXT)
    assert_only(sqlite, D, NEXT)


@pytest.mark.parametrize("place", ["insert_rows", "anchor", "outbox.add"])
def test_a_writer_killed_in_its_transaction_publishes_nothing_and_the_next_run_completes(
    sqlite: Database, place: str
) -> None:
    arm = (
        "import os, pipelines.storage.decisions.commit as c\n"
        f"owner, name = (c.outbox, 'add') if {place!r} == 'outbox.add' else (c, {place!r})\n"
        f"setattr(owner, name, lambda *a, **k: os.kill(os.getpid(), {int(signal.SIGKILL)}))"
    )
    killed = in_another_process(sqlite, arm)
    assert killed.returncode == -signal.SIGKILL
    assert_only(sqlite, D)
    write(sqlite, NEXT)
    assert_only(sqlite, D, NEXT)


@pytest.mark.postgresql
def test_postgresql_gone_in_the_middle_publishes_nothing_and_the_next_run_completes(postgresql_url: URL) -> None:
    schema = f"gone_{os.getpid()}"
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = postgresql_url.update_query_dict({"options": f"-csearch_path={schema}"})
    database = Database(url.render_as_string(hide_password=False))
    bring_up_to_date(database)
    write(database, D)
    with pytest.raises(DBAPIError), database.transaction() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        run = run_of(NEXT)
        with server.connect() as other:  # the backend that holds the transaction goes away under it
            commit_run(connection, run, Judged(judged(run).decisions))
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        connection.execute(text("SELECT 1"))
    assert_only(database, D)
    write(database, NEXT)
    assert_only(database, D, NEXT)
    database.close()
    with server.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()
