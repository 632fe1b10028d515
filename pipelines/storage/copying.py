"""The whole of a home's database in one SQLite file, as it stood at one moment, and back again.

A backup has one form, whatever database the home uses, so that it can be restored to the other kind too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, select

from expectations.errors import ConflictError
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.migrations.upgrading import VERSION_TABLE

_ROWS = 2000


def copy_out(database: Database, target: Path) -> None:
    """Write a database as it stands into a new SQLite file, while others go on writing to it."""
    if database.is_sqlite:
        path = str(database.engine.url.database)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
        return
    with opened(target) as copy, database.engine.connect() as asked:
        snapshot = asked.execution_options(isolation_level="REPEATABLE READ")
        bring_up_to_date(copy, revision_of(snapshot))
        with copy.transaction() as connection:
            _copy_rows(snapshot, connection)
        snapshot.rollback()


def copy_in(source: Path, database: Database) -> None:
    """Put the rows of such a file into an empty database.

    Raises
    ------
    ConflictError
        When the database is not empty.
    """
    with database.reading() as connection:
        if inspect(connection).get_table_names():
            raise ConflictError("The database that is restored to is not empty.", "Restore into an empty one.")
    with opened(source) as copy, copy.reading() as rows:
        bring_up_to_date(database, revision_of(rows))
        with database.transaction() as connection:
            _copy_rows(rows, connection)


def revision_of(connection: Connection) -> str:
    """The revision of the tables of a database."""
    table = _tables(connection).tables[VERSION_TABLE]
    return str(connection.execute(select(table.c.version_num)).scalar_one())


def _copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, in an order that references allow; the target's tables are there and empty."""
    there = _tables(target)
    for table in _tables(source).sorted_tables:
        if table.name == VERSION_TABLE:
            continue
        into = there.tables[table.name].insert()
        rows = source.execution_options(yield_per=_ROWS).execute(select(table))
        for part in rows.mappings().partitions(_ROWS):
            target.execute(into, [dict(row) for row in part])


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A copy in a file, closed at the end with no log left beside it."""
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        database.close()
