"""One form of backup for either database: whatever the home uses, and whatever it is restored to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, event, select

from expectations.errors import ConflictError
from expectations.vocabulary.role import Role
from pipelines.steps.backing_up import Source, back_up, restore
from pipelines.storage import ledger
from pipelines.storage.accounts import open_account
from pipelines.storage.copying import copy_in, copy_out, opened
from pipelines.storage.database import Database
from pipelines.storage.migrations.upgrading import VERSION_TABLE, differences
from pipelines.storage.outbox import NewMessage, add
from tests.worlds.day_home import TAKEN_AT


def fill(database: Database) -> None:
    with database.transaction() as connection:
        ledger.append(
            connection, "decisions", [ledger.NewEntry.of("run", f"2026-03-{n:02}", {"名": n}) for n in range(1, 9)]
        )
        open_account(connection, "officer-1", Role.OFFICER, TAKEN_AT, None)
        add(connection, [NewMessage("cn.xinji.x.v1", "91652702MADEM0011Q", "/t", TAKEN_AT, {"n": n}) for n in (1, 2)])


def content(database: Database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        found = MetaData()
        found.reflect(connection)
        return {name: sorted(map(repr, connection.execute(select(table)))) for name, table in found.tables.items()}


def emptied(database: Database) -> Database:
    """Take every table away."""
    with database.transaction() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        if not database.is_sqlite:
            connection.exec_driver_sql("DROP FUNCTION ledger_entry_refuse()")
    return database


def test_what_is_copied_out_and_in_again_is_the_same_to_the_row(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = content(database)
    copy_out(database, tmp_path / "copy.db")
    with opened(tmp_path / "copy.db") as copy:
        assert content(copy) == before
    copy_in(tmp_path / "copy.db", emptied(database))
    assert content(database) == before
    assert before[VERSION_TABLE]
    with database.reading() as connection:
        assert ledger.verify(connection).holds
        assert differences(connection) == []
    with database.transaction() as connection:
        ledger.append(connection, "decisions", [ledger.NewEntry.of("run", "2026-04-01", {"n": 9})])
    with pytest.raises(ConflictError, match="not empty"):
        copy_in(tmp_path / "copy.db", database)


def test_a_home_on_either_database_is_backed_up_and_restored_to_it(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = content(database)
    (tmp_path / "home").mkdir()
    source = Source(tmp_path / "home", database, "0", has_registry=False)
    made = back_up(source, tmp_path / "backup", TAKEN_AT)
    assert made.left_out[-1].startswith("models")
    restore(tmp_path / "backup", tmp_path / "new", emptied(database))
    assert content(database) == before
    assert not (tmp_path / "new" / "ledger.db").exists()


def test_a_copy_is_as_it_stood_although_others_write_meanwhile(database: Database, tmp_path: Path) -> None:
    fill(database)
    written: list[str] = []

    def write_in_between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM ledger_entry" in statement and not written:
            written.append(statement)
            with database.transaction() as connection:
                ledger.append(connection, "decisions", [ledger.NewEntry.of("run", "2026-04-01", {"n": 9})])

    event.listen(database.engine, "before_cursor_execute", write_in_between)
    copy_out(database, tmp_path / "copy.db")
    event.remove(database.engine, "before_cursor_execute", write_in_between)
    assert bool(written) is not database.is_sqlite, "SQLite copies its pages, and asks for no row"
    with opened(tmp_path / "copy.db") as copy, copy.reading() as connection:
        assert ledger.verify(connection).counts["decisions"] == 8
