"""Bringing the database of a home to the tables that this version of the code works with.

A home is upgraded when it is opened: a step only adds, it never touches an entry of the ledger, and all steps are one
transaction, so that a kill leaves the home as it was. What is newer than the code is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, Table, inspect, select

from expectations.errors import IntegrityError
from pipelines.storage.database import Database, metadata

if TYPE_CHECKING:  # Alembic takes a fifth of a second to import, and a home that is up to date needs none of it
    from alembic.config import Config

REVISION = "0005"
"""The revision that this code works with: that of the last step in ``versions/``."""

VERSION_TABLE = "schema_revision"
"""Where a home keeps its revision. Not Alembic's own name: other software may keep that one in the same database."""

_TABLE_OF_EVERY_HOME = "ledger_entry"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done to a database. ``before`` is None for one that had no revision yet."""

    before: str | None
    after: str


def bring_up_to_date(database: Database, revision: str = REVISION) -> Upgrade | None:
    """Create the tables of an empty home, upgrade those of an older one; None when there is nothing to do.

    Parameters
    ----------
    database, revision:
        The home's database, and how far to take it; tests stop at an earlier revision.

    Raises
    ------
    IntegrityError
        When the home was upgraded by newer code, or its tables are none that a step could start from.
    """
    with database.reading() as connection:
        if _revision_of(connection) == revision:
            return None
    with database.transaction() as connection:
        before = _revision_of(connection)  # again: somebody else may have upgraded it while we waited
        if before == revision:
            return None
        was_there = inspect(connection).has_table(_TABLE_OF_EVERY_HOME)
        _take_to(connection, before, revision)
        if before is None and was_there:
            _must_be_like_the_tables(connection)
    if was_there:
        stood_on = f"of revision {before}" if before else "made before there were revisions"
        _log.warning(
            "The database of this home was %s and is now of %s, which this version works with.", stood_on, revision
        )
    return Upgrade(before, revision)


def differences(connection: Connection) -> list[Any]:
    """How the tables of a database differ from those the code declares, in Alembic's words; empty when they agree."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 (slow, rare)
    from alembic.migration import MigrationContext  # noqa: PLC0415 (slow, rare)

    # Each registers its tables
    from pipelines.storage import accounts, advice, batches, decisions, ledger, outbox, passwords, quarantine, sessions  # noqa: F401, PLC0415

    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return list(compare_metadata(context, metadata))


def configuration(connection: Connection) -> Config:
    """What Alembic needs to know of the steps, and the connection they run on."""
    from alembic.config import Config  # noqa: PLC0415 (slow, rare)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def revisions(connection: Connection) -> Iterator[str]:
    """Every revision there is, oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 (slow, rare)

    steps = ScriptDirectory.from_config(configuration(connection)).walk_revisions()
    return reversed([step.revision for step in steps])


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    table = Table(VERSION_TABLE, MetaData(), autoload_with=connection)
    found: str | None = connection.execute(select(table.c.version_num)).scalar()
    return found


def _take_to(connection: Connection, before: str | None, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 (slow, rare)

    if before is not None and before not in set(revisions(connection)):
        raise IntegrityError(
            f"The database of this home is of revision {before}, which this version of Xinji does not know.",
            f"Use the version that upgraded it. This one knows revisions up to {revision}.",
        )
    command.upgrade(configuration(connection), revision)


def _must_be_like_the_tables(connection: Connection) -> None:
    """A home from before there were revisions had the tables of the first one, or was never released."""
    found = differences(connection)
    if found:
        raise IntegrityError(
            f"The tables of this home are older than the first revision: {found[0]}.",
            "It was made by a version that was never released. Make a new home and take its deliveries in again.",
        )
