"""A registry whose folder has moved: MLflow keeps the place of every stored file in full, in its database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def follow_the_files(store: Path, before: Path, after: Path) -> int:
    """Let an SQLite store find its files where they lie now.

    Every text that begins with the folder's old place gets the new one, whatever MLflow's version calls the column.

    Parameters
    ----------
    store:
        MLflow's SQLite file; nothing else has it open.
    before, after:
        The folder of stored files as it was and as it is.

    Returns
    -------
    int
        Texts that were changed.
    """
    old, new = before.absolute().as_uri(), after.absolute().as_uri()
    changed = 0
    with closing(sqlite3.connect(store)) as connection, connection:
        for table, column in _texts(connection):
            named = f'UPDATE "{table}" SET "{column}" = ? || substr("{column}", ?) WHERE substr("{column}", 1, ?) = ?'
            changed += connection.execute(named, (new, len(old) + 1, len(old), old)).rowcount
    return changed


def _texts(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        (table, column)
        for table in tables
        for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')
        if kind.upper().startswith(("VARCHAR", "TEXT"))
    ]
