"""Which department an account serves: on record, the latest word counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import open_account
from pipelines.storage.database import Database
from pipelines.storage.duties import assign_duty, department_of
from pipelines.storage.ledger import verify

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_the_latest_word_counts_and_the_ledger_holds(database: Database) -> None:
    with database.transaction() as connection:
        open_account(connection, "office-7", Role.REGULATOR, NOW)
        assert department_of(connection, "office-7") is None
        assign_duty(connection, "office-7", "customs", "operator-1", NOW)
        assert department_of(connection, "office-7") == "customs"
        assign_duty(connection, "office-7", None, "operator-1", NOW)
        assert department_of(connection, "office-7") is None
        assert verify(connection).holds


def test_nobody_unknown_no_unknown_department_and_no_role_without_one(database: Database) -> None:
    with database.transaction() as connection:
        open_account(connection, "office-7", Role.REGULATOR, NOW)
        open_account(connection, "auditor-1", Role.AUDITOR, NOW)
        with pytest.raises(NotFoundError):
            assign_duty(connection, "office-8", "customs", "operator-1", NOW)
        with pytest.raises(UsageError):
            assign_duty(connection, "office-7", "fisheries", "operator-1", NOW)
        with pytest.raises(UsageError):
            assign_duty(connection, "auditor-1", "customs", "operator-1", NOW)
