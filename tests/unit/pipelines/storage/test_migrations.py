"""A home is made and brought up to date by migrations alone, and nothing that it holds is touched by them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import MetaData, String, Table, inspect, select, text

from expectations.errors import IntegrityError
from pipelines.storage.database import Database
from pipelines.storage.ledger import NewEntry, append, verify
from pipelines.storage.migrations import REVISION, bring_up_to_date
from pipelines.storage.migrations.upgrading import VERSION_TABLE, differences, revisions

_SAMPLES = {"account_id": "officer-1", "sequence": 1, "part": 0}


def empty(database: Database) -> None:
    """Take every table away."""
    with database.transaction() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        if not database.is_sqlite:
            connection.execute(text("DROP FUNCTION ledger_entry_refuse()"))


def fill(database: Database) -> dict[str, list[Any]]:
    """Put a chain into the ledger and one row into every other table; gives all rows by table."""
    with database.transaction() as connection:
        append(connection, "decisions", [NewEntry.of("run", f"2026-03-{day:02}", {"n": day}) for day in range(1, 20)])
        found = MetaData()
        found.reflect(connection)
        for table in found.sorted_tables:
            if table.name not in {"ledger_entry", "ledger_head", VERSION_TABLE}:
                connection.execute(table.insert().values({column.name: _sample(column) for column in table.columns}))
    return content(database)


def _sample(column: Any) -> Any:
    if column.name in _SAMPLES:
        return _SAMPLES[column.name]
    if isinstance(column.type, String):
        return "x"
    import datetime

    kind = column.type.python_type
    return datetime.date(2026, 3, 31) if kind is datetime.date else kind(1)


def content(database: Database, *names: str) -> dict[str, list[Any]]:
    with database.reading() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in found.tables.items()
            if name != VERSION_TABLE and (not names or name in names)
        }


def test_the_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    with database.reading() as connection:
        assert differences(connection) == []
        assert list(revisions(connection))[-1] == REVISION


def test_a_column_that_no_migration_makes_is_noticed(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE advice_request ADD COLUMN stray INTEGER"))
        connection.execute(text("DROP INDEX decision_of_day"))
        found = [difference[0] for difference in differences(connection)]
    assert sorted(found) == ["add_index", "remove_column"]


def test_a_home_of_every_older_revision_is_upgraded_with_its_rows_and_its_chain_as_they_were(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.reading() as connection:
        known = list(revisions(connection))
    for revision in known[:-1]:
        empty(database)
        bring_up_to_date(database, revision)
        before = fill(database)
        with caplog.at_level(logging.WARNING):
            upgrade = bring_up_to_date(database)
        assert upgrade is not None
        assert (upgrade.before, upgrade.after) == (revision, REVISION)
        assert f"was of revision {revision} and is now of {REVISION}" in caplog.text
        after = content(database, *before)
        assert {name: [row[: len(rows[0])] for row in after[name]] for name, rows in before.items()} == before
        with database.reading() as connection:
            assert verify(connection).holds
            assert differences(connection) == []


def test_a_home_from_before_there_were_revisions_is_taken_over_as_it_is(database: Database) -> None:
    empty(database)
    bring_up_to_date(database, "0001")
    before = fill(database)
    with database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        connection.execute(text("DROP TABLE advice_request"))  # what such a home had not asked for, it did not have
    upgrade = bring_up_to_date(database)
    assert upgrade is not None
    assert upgrade.before is None
    assert content(database, "decision", "account", "ledger_entry")["decision"] == before["decision"]
    with database.reading() as connection:
        assert verify(connection).holds
        assert verify(connection).counts["decisions"] == 19
        assert differences(connection) == []


def test_tables_older_than_the_first_revision_are_refused_and_left_alone(database: Database) -> None:
    empty(database)
    bring_up_to_date(database, "0001")
    with database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        connection.execute(text("ALTER TABLE advice_request DROP COLUMN requests"))
    with pytest.raises(IntegrityError, match="older than the first revision"):
        bring_up_to_date(database)
    with database.reading() as connection:
        assert not inspect(connection).has_table(VERSION_TABLE)


def test_a_home_that_newer_code_has_upgraded_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        table = Table(VERSION_TABLE, MetaData(), autoload_with=connection)
        connection.execute(table.update().values(version_num="0999"))
    with pytest.raises(IntegrityError, match="revision 0999, which this version of Xinji does not know"):
        bring_up_to_date(database)


def test_a_home_that_is_up_to_date_is_opened_without_alembic(database: Database) -> None:
    import subprocess
    import sys

    url = database.engine.url.render_as_string(hide_password=False)
    code = (
        "import sys\nfrom pipelines.storage.database import Database\n"
        "from pipelines.storage.migrations import bring_up_to_date\n"
        f"assert bring_up_to_date(Database({url!r})) is None\nassert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_honest_software_cannot_change_an_entry_of_an_upgraded_home(database: Database) -> None:
    fill(database)
    for statement in ("UPDATE ledger_entry SET body = '{}'", "DELETE FROM ledger_entry"):
        with pytest.raises(Exception, match="append-only"), database.transaction() as connection:
            connection.execute(text(statement))
