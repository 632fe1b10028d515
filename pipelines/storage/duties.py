"""Whose duty an account serves: the department whose part of alerts and tasks it sees.

Kept in the ledger, since who may see what is itself a judgement that must be answered for later.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import find_account
from pipelines.storage.database import Database
from pipelines.storage.ledger import NewEntry, append
from pipelines.storage.ledger.tables import ledger_entry

DEPARTMENTS: Final = ("customs", "tax", "safe", "market_regulation", "commerce", "operator")
_KIND: Final = "account.duty"
_SERVES: Final = (Role.REGULATOR, Role.OFFICER)


def assign_duty(connection: Connection, account_id: str, department: str | None, by: str | None, at: datetime) -> None:
    """Say which department an account serves; None: the zone as a whole.

    ``by`` is who says so; None in a home without operators.

    Raises
    ------
    NotFoundError
        When there is no such open account.
    UsageError
        When there is no such department, or the account's role serves none.
    """
    account = find_account(connection, account_id)
    if account is None:
        raise NotFoundError(f"There is no open account '{account_id}'.", "Open it first with 'xinji account'.")
    if account.role not in _SERVES:
        raise UsageError(f"'{account_id}' is of role {account.role}.", f"A department has: {', '.join(_SERVES)}.")
    if department is not None and department not in DEPARTMENTS:
        raise UsageError(f"There is no department '{department}'.", f"Use one of: {', '.join(DEPARTMENTS)}.")
    body = {"account": account_id, "department": department, "by": by, "at": at.isoformat()}
    append(connection, "judgements", [NewEntry.of(_KIND, account_id, body)])


def department_of(connection: Connection, account_id: str) -> str | None:
    """The department an account serves; None for one that serves the zone as a whole."""
    e = ledger_entry.c
    of_account = (e.stream == "judgements") & (e.subject == account_id) & (e.kind == _KIND)
    latest = select(e.body).where(of_account).order_by(e.position.desc()).limit(1)
    body = connection.execute(latest).scalar()
    department: str | None = json.loads(body)["department"] if body else None
    return department


class DatabaseDuties:
    """Duties as the API sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def department_of(self, account_id: str) -> str | None:
        """As ``department_of``."""
        with self._database.reading() as connection:
            return department_of(connection, account_id)
