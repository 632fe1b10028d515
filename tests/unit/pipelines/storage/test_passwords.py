"""Passwords: stored as slow hashes, counted when wrong, locked after too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import close_account, open_account
from pipelines.storage.database import Database
from pipelines.storage.passwords import Lockout, can_any_sign_in, check_password, password_table, set_password

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOCKOUT = Lockout(failures=3, lasts=15 * MINUTE)
SECRET = "the chain is never broken"


@pytest.fixture
def office(database: Database) -> Database:
    """A database with an officer who has a password, and one who has none."""
    with database.transaction() as connection:
        open_account(connection, "officer-1", Role.OFFICER, NOW)
        open_account(connection, "officer-2", Role.OFFICER, NOW)
        set_password(connection, "officer-1", SECRET, NOW)
    return database


def answer(office: Database, account: str, password: str, at: datetime = NOW) -> str:
    with office.transaction() as connection:
        return check_password(connection, account, password, at, LOCKOUT)


def test_only_the_password_itself_is_right(office: Database) -> None:
    assert answer(office, "officer-1", SECRET) == "right"
    for other in ("", SECRET[:-1], SECRET + " ", SECRET.upper()):
        assert answer(office, "officer-1", other, NOW) in {"wrong", "locked"}


def test_who_is_unknown_has_no_password_or_is_closed_gets_the_answer_of_a_wrong_password(office: Database) -> None:
    assert answer(office, "nobody", SECRET) == "wrong"
    assert answer(office, "officer-2", "") == "wrong"
    with office.transaction() as connection:
        close_account(connection, "officer-1", NOW)
    assert answer(office, "officer-1", SECRET) == "wrong"


def test_after_too_many_wrong_tries_in_a_row_the_right_password_waits_too(office: Database) -> None:
    assert [answer(office, "officer-1", "wrong") for _ in range(3)] == ["wrong", "wrong", "locked"]
    assert answer(office, "officer-1", SECRET, NOW + 14 * MINUTE) == "locked"
    assert answer(office, "officer-1", SECRET, NOW + 15 * MINUTE) == "right"


def test_a_right_password_forgives_the_wrong_ones_before_it(office: Database) -> None:
    tries = ["wrong", "wrong", SECRET, "wrong", "wrong", SECRET]
    assert "locked" not in [answer(office, "officer-1", one) for one in tries]


def test_a_new_password_replaces_the_old_one_and_ends_a_lock(office: Database) -> None:
    for _ in range(3):
        answer(office, "officer-1", "wrong")
    with office.transaction() as connection:
        set_password(connection, "officer-1", "another one altogether", NOW)
    assert answer(office, "officer-1", "another one altogether") == "right"
    assert answer(office, "officer-1", SECRET) == "wrong"


def test_the_database_holds_a_slow_salted_hash_and_never_the_password(office: Database) -> None:
    with office.transaction() as connection:
        set_password(connection, "officer-2", SECRET, NOW)
        hashes = [one for (one,) in connection.execute(select(password_table.c.password_hash))]
    assert all(one.startswith("$argon2id$") and SECRET not in one for one in hashes)
    assert len(set(hashes)) == 2, "the same password twice"


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused(office: Database, password: str) -> None:
    with pytest.raises(UsageError, match="characters"), office.transaction() as connection:
        set_password(connection, "officer-1", password, NOW)


def test_nobody_gets_no_password(office: Database) -> None:
    with pytest.raises(NotFoundError, match="no open account"), office.transaction() as connection:
        set_password(connection, "nobody", SECRET, NOW)


def test_a_role_can_sign_in_once_an_open_account_of_it_has_a_password(office: Database) -> None:
    with office.transaction() as connection:
        open_account(connection, "operator-1", Role.OPERATOR, NOW)
        assert not can_any_sign_in(connection, Role.OPERATOR)
        set_password(connection, "operator-1", SECRET, NOW)
        assert can_any_sign_in(connection, Role.OPERATOR)
        close_account(connection, "operator-1", NOW)
        assert not can_any_sign_in(connection, Role.OPERATOR)
