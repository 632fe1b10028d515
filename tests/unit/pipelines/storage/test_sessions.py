"""Sessions: made once, stored hashed, ended by time, by sign-out, with the account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from expectations.vocabulary.role import Role
from pipelines.storage.accounts import Account, close_account, open_account
from pipelines.storage.database import Database
from pipelines.storage.sessions import end_session, end_sessions, holder_of_session, open_session, session_table

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def token(database: Database) -> str:
    """A session of an officer, good for eight hours."""
    with database.transaction() as connection:
        officer = open_account(connection, "officer-1", Role.OFFICER, NOW)
        return open_session(connection, officer, NOW, NOW + 8 * HOUR).token


def holder(database: Database, token: str, at: datetime = NOW) -> Account | None:
    with database.reading() as connection:
        return holder_of_session(connection, token, at)


def test_a_session_speaks_for_its_account_until_it_expires(database: Database, token: str) -> None:
    assert holder(database, token) == Account("officer-1", Role.OFFICER, None)
    assert holder(database, token, NOW + 8 * HOUR - timedelta(seconds=1)) is not None
    assert holder(database, token, NOW + 8 * HOUR) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token + "\n",
        lambda token: f"session_{'0' * 16}_{token.split('_', 2)[2]}",
        lambda token: f"session_{token.split('_')[1]}_",
        lambda token: token.replace("session", "xinji"),
    ],
)
def test_a_forged_session_opens_nothing(database: Database, token: str, forge: Callable[[str], str]) -> None:
    assert holder(database, forge(token)) is None


def test_what_the_database_holds_cannot_be_shown_as_a_session(database: Database, token: str) -> None:
    with database.reading() as connection:
        (row,) = connection.execute(select(session_table))
    assert token.split("_", 2)[2] not in repr(row)
    assert holder(database, f"session_{row.session_id}_{row.secret_hash[:43]}") is None


def test_a_session_that_was_ended_stays_ended(database: Database, token: str) -> None:
    with database.transaction() as connection:
        end_session(connection, f"{token[:-1]}?", NOW)
        assert holder_of_session(connection, token, NOW) is not None, "a forged one ends nobody's"
        end_session(connection, token, NOW)
    assert holder(database, token) is None


def test_every_session_of_an_account_ends_at_once_and_those_of_others_go_on(database: Database, token: str) -> None:
    with database.transaction() as connection:
        other = open_account(connection, "officer-2", Role.OFFICER, NOW)
        theirs = open_session(connection, other, NOW, NOW + HOUR).token
        end_sessions(connection, "officer-1", NOW)
    assert holder(database, token) is None
    assert holder(database, theirs) is not None


def test_a_closed_account_s_session_opens_nothing(database: Database, token: str) -> None:
    with database.transaction() as connection:
        close_account(connection, "officer-1", NOW)
    assert holder(database, token) is None
