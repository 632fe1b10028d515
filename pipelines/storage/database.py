"""The one database of a home: SQLite by default, PostgreSQL by URL.

Everything that must hold together (decisions, alerts, the outbox, which lake files count) is written through
``transaction``: one writer at a time, all or nothing. It is the commit point of every run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Select, Table, create_engine, event, text
from sqlalchemy.exc import OperationalError

from expectations.errors import ConflictError

metadata = MetaData()
"""Every table of the database registers here, in the module that owns it; the migrations make them."""

WRITER_LOCK = 0x58696E6A69
"""The advisory lock that PostgreSQL writers queue on; it spells "Xinji"."""

READS_LOCK = WRITER_LOCK + 1
"""Another one for the record of reads, so that an answer to a question does not wait for a run to end."""

PATIENCE_MS = 30_000
"""How long a SQLite writer waits for the one before it."""


_PATIENCE = "patience_ms"


class BusyError(ConflictError):
    """Another writer holds the database for longer than was waited."""


class Database:
    """A connection pool with one rule: writers queue, readers do not wait.

    Parameters
    ----------
    url:
        SQLAlchemy URL, such as ``sqlite:////var/xinji/ledger.db`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
        self._own = threading.local()
        self._opened: list[Any] = []
        self._texts: dict[Select[Any], tuple[str, tuple[str, ...], Mapping[str, Any]]] = {}

    def quick(self, statement: Select[Any], **parameters: str | int) -> list[Any]:
        """The rows of one select that is asked many times a second, as plain tuples of what the columns hold.

        The statement is written once, at the top of a module, with its parameters bound by name. Alone it is a
        consistent snapshot. On SQLite it goes past the pool, whose care costs ten times the answer.
        """
        if not self.is_sqlite:
            with self.reading() as connection:
                return [tuple(row) for row in connection.execute(statement, parameters)]
        if statement not in self._texts:
            compiled = statement.compile(self.engine)
            self._texts[statement] = str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params)
        sql, names, fixed = self._texts[statement]
        given = {**fixed, **parameters}
        found: list[Any] = self._mine().execute(sql, [given[name] for name in names]).fetchall()
        return found

    def _mine(self) -> Any:
        """The connection of the calling thread for quick questions."""
        if not hasattr(self._own, "connection"):
            taken = self.engine.raw_connection()
            taken.detach()
            self._own.connection = taken
            self._opened.append(taken)
        return self._own.connection

    @contextmanager
    def transaction(self, lock: int = WRITER_LOCK, patience_ms: int = PATIENCE_MS) -> Iterator[Connection]:
        """A write transaction. It commits when the block ends and rolls back on any error.

        Writers with the same ``lock`` queue. On SQLite all writers of a file do, whatever they ask for, and one that
        has waited ``patience_ms`` gives up.

        Raises
        ------
        BusyError
            When it gave up; nothing was begun then.
        """
        with self.engine.connect() as connection:
            if self.is_sqlite:
                _begin_sqlite(connection, patience_ms)
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading: a consistent snapshot, never blocked by a writer."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                _wait_at_most(connection, PATIENCE_MS)
                connection.execute(text("BEGIN"))
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Give back every connection."""
        while self._opened:
            self._opened.pop().close()
        self._own = threading.local()
        self.engine.dispose()


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]], unless: str = "") -> None:
    """Insert many rows, each in the order of the table's columns, by one statement.

    Past SQLAlchemy's dictionary per row, which would cost more than all the hashing of a run. ``unless`` is what the
    statement ends on, such as ``ON CONFLICT DO NOTHING``.
    """
    if not rows:
        return
    dialect = connection.dialect
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join(["?" if dialect.name == "sqlite" else "%s"] * len(table.columns))
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    bound = [(place, process) for place, process in enumerate(processors) if process is not None]
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {unless}", [_bound(row, bound) for row in rows]
    )


def _bound(row: Sequence[Any], processors: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    """A row as the driver takes it."""
    if not processors:
        return tuple(row)
    values = list(row)
    for place, process in processors:
        values[place] = process(values[place])
    return tuple(values)


def _begin_sqlite(connection: Connection, patience_ms: int) -> None:
    _wait_at_most(connection, patience_ms)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
            raise
        raise BusyError("Another process is writing to the ledger's database.", "Try again shortly.") from error


def _wait_at_most(connection: Connection, patience_ms: int) -> None:
    if patience_ms != connection.info.get(_PATIENCE, PATIENCE_MS):
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
        connection.info[_PATIENCE] = patience_ms


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Write-ahead log for readers beside a writer; full sync, since a commit here is a published decision."""
    connection.isolation_level = None  # the driver must not open transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE_MS}"):
        connection.execute(f"PRAGMA {pragma}")
