"""A backup taken while a day is decided, restored elsewhere, goes on as the home itself does: to the byte."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import ConflictError, IntegrityError, NotFoundError, UsageError
from features.engine import Engine
from pipelines.cli import run
from pipelines.steps import backing_up, daily
from pipelines.steps.backing_up import LEDGER, Source, back_up, restore
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.storage import ledger, outbox
from pipelines.storage.grouped import spool_of
from pipelines.storage.manifest import NAME, BackedUp, Manifest, copied
from tests.worlds.day_home import LAST_DAY, home_at

AT = datetime(2026, 11, 1, 7, tzinfo=UTC)


def source(home: Home) -> Source:
    return Source(home.path, home.database, home.code_version, has_registry=True)


@pytest.fixture
def home(one_day: Path, tmp_path: Path) -> Iterator[Home]:
    """A home that decided about one day."""
    made = home_at(Path(shutil.copytree(one_day, tmp_path / "home")))
    yield made
    made.database.close()


@pytest.fixture
def backup(home: Home, tmp_path: Path) -> Path:
    back_up(source(home), tmp_path / "backup", AT)
    return tmp_path / "backup"


def said(home: Home) -> dict[str, Any]:
    """All that a home has decided and says, to the byte."""
    with home.database.reading() as connection:
        decided = [(one.kind, one.subject, one.body, one.entry_hash) for one in ledger.entries(connection, "decisions")]
        sent = [(one.message_id, one.body) for one in outbox.messages(connection)]
    return {"decided": decided, "sent": sent}


def test_a_backup_taken_during_a_run_goes_on_with_the_same_bytes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has begun when the backup does, and commits while files are copied."""
    begun, may_end = threading.Event(), threading.Event()

    @contextmanager
    def engine() -> Iterator[Engine]:
        with home.engine() as made:
            begun.set()
            assert may_end.wait(60)
            yield made

    def copied_while_it_commits(source: Path, target: Path | None = None) -> BackedUp:
        may_end.set()
        running.join()
        return copied(source, target)

    running = threading.Thread(target=daily.run_day, args=(replace(home, engine=engine), Day.of(LAST_DAY)))
    running.start()
    assert begun.wait(60), "the run did not begin"
    before = said(home)
    monkeypatch.setattr(backing_up, "copied", copied_while_it_commits)
    try:
        back_up(source(home), tmp_path / "backup", AT)
    finally:
        may_end.set()
        running.join()
    monkeypatch.undo()
    restore(tmp_path / "backup", tmp_path / "elsewhere", None)
    restored = home_at(tmp_path / "elsewhere")
    assert run(["--home", str(tmp_path / "elsewhere"), "verify"]) == 0
    assert said(restored) == before != said(home)
    daily.run_day(restored, Day.of(LAST_DAY))
    assert said(restored) == said(home)
    restored.database.close()


def test_a_read_that_waits_beside_the_ledger_is_in_the_backup(home: Home, tmp_path: Path) -> None:
    spool = spool_of(home.database)
    assert spool is not None
    with spool.held():
        spool.add([("reads", ledger.NewEntry.of("read", "somebody", {"looked": True}))])
    made = back_up(source(home), tmp_path / "backup", AT)
    assert made.entries["reads"] == 1
    assert sorted(path.name for path in (tmp_path / "backup").glob("ledger.db*")) == [LEDGER]
    assert not spool.is_empty, "the home itself is left as it was"


def test_a_file_that_was_changed_or_is_gone_from_a_backup_is_named(backup: Path, tmp_path: Path) -> None:
    files = sorted(backup.rglob("accepted/**/*.parquet"))
    files[0].write_bytes(b"x")
    files[1].unlink()
    with pytest.raises(IntegrityError) as told:
        restore(backup, tmp_path / "elsewhere", None)
    assert f"{files[0].relative_to(backup)} is not what was backed up" in str(told.value)
    assert f"{files[1].relative_to(backup)} is missing" in str(told.value)
    assert not (tmp_path / "elsewhere").exists()


def test_a_backup_that_was_not_finished_is_none(backup: Path, tmp_path: Path) -> None:
    (backup / NAME).unlink()
    with pytest.raises(NotFoundError, match="no finished backup"):
        restore(backup, tmp_path / "elsewhere", None)


def test_nothing_that_is_there_is_overwritten(home: Home, backup: Path) -> None:
    with pytest.raises(UsageError, match="is not empty"):
        back_up(source(home), backup, AT)
    with pytest.raises(UsageError, match="lies in the home"):
        back_up(source(home), home.path / "backup", AT)
    with pytest.raises(UsageError, match="is not empty"):
        restore(backup, home.path, None)


def test_a_file_of_the_lake_that_is_not_there_makes_no_backup(home: Home, tmp_path: Path) -> None:
    next(home.path.glob("lake/accepted/*/*.parquet")).unlink()
    with pytest.raises(ConflictError, match="1 files of the lake are not there"):
        back_up(source(home), tmp_path / "backup", AT)
    assert not (tmp_path / "backup" / NAME).exists()


def test_a_file_of_the_home_that_is_not_what_its_name_says_is_told_of(home: Home, tmp_path: Path) -> None:
    file = next(home.path.glob("lake/accepted/*/*.parquet"))
    file.write_bytes(file.read_bytes() + b"x")
    made = back_up(source(home), tmp_path / "backup", AT)
    assert made.damaged == (str(file.relative_to(home.path)),)


def test_a_backup_holds_no_key_and_says_what_it_leaves_out(backup: Path) -> None:
    made = Manifest.read(backup)
    top = {name.split("/")[0] for name in made.files}
    assert top == {"zone.yml", "lake", "policy", LEDGER}
    assert not any(name.startswith(("lake/state", "lake/working")) for name in made.files)
    assert backup.stat().st_mode & 0o077 == 0
    assert json.loads((backup / NAME).read_text())["left_out"][0].startswith("keys")
