"""Accounts and keys: shown once, stored hashed, bound, expiring, revocable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import (
    Account,
    DatabaseKeys,
    KeyHolder,
    accounts,
    check_key,
    close_account,
    find_account,
    issue_key,
    key_table,
    keys_of,
    open_account,
    revoke_key,
)
from pipelines.storage.database import Database

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = "91652702MADEM0011Q"


@pytest.fixture
def key(database: Database) -> str:
    """A key of an enterprise's account, good for thirty days."""
    with database.transaction() as connection:
        open_account(connection, "shop", Role.ENTERPRISE, NOW, ONE)
        return issue_key(connection, "shop", NOW, NOW + 30 * DAY)


def holder(database: Database, presented: str, now: datetime = NOW) -> KeyHolder | None:
    return check_key(database, presented, now)


def test_a_key_speaks_for_its_account_and_enterprise(database: Database, key: str) -> None:
    found = DatabaseKeys(database).holder_of(key, NOW)
    assert found is not None
    assert (found.account_id, found.role, found.uscc) == ("shop", Role.ENTERPRISE, ONE)
    assert key.startswith(f"xinji_{found.key_id}_")


def test_the_secret_is_nowhere_in_the_database(database: Database, key: str) -> None:
    secret = key.split("_", 2)[2]
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(select(key_table))]
    assert len(rows) == 1
    assert secret not in repr(rows)
    assert len(secret) == 43, "256 bits"


def test_no_two_keys_are_alike(database: Database, key: str) -> None:
    with database.transaction() as connection:
        other = issue_key(connection, "shop", NOW, NOW + DAY)
    assert other.split("_", 2)[1:] != key.split("_", 2)[1:]
    assert holder(database, key) is not None
    assert holder(database, other) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda key: "",
        lambda key: "xinji",
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key.replace("xinji_", "xinji_0", 1)[:-1],
        lambda key: f"xinji_{'0' * 16}_{key.split('_', 2)[2]}",
        lambda key: key + "\n",
    ],
)
def test_anything_but_the_key_opens_nothing(database: Database, key: str, wrong: object) -> None:
    assert holder(database, wrong(key)) is None  # type: ignore[operator]


def test_an_empty_secret_does_not_match_an_unknown_id(database: Database) -> None:
    assert holder(database, f"xinji_{'0' * 16}_") is None


def test_a_key_expires_at_its_moment(database: Database, key: str) -> None:
    assert holder(database, key, NOW + 30 * DAY - timedelta(seconds=1)) is not None
    assert holder(database, key, NOW + 30 * DAY) is None


def test_a_revoked_key_opens_nothing_and_stays_revoked(database: Database, key: str) -> None:
    key_id = key.split("_", 2)[1]
    with database.transaction() as connection:
        revoke_key(connection, key_id, NOW)
        revoke_key(connection, key_id, NOW + DAY)
        assert [entry.revoked_at for entry in keys_of(connection, "shop")] == [NOW]
    assert holder(database, key) is None


def test_a_closed_account_s_keys_open_nothing_and_its_id_is_not_given_again(database: Database, key: str) -> None:
    with database.transaction() as connection:
        close_account(connection, "shop", NOW)
        assert find_account(connection, "shop") is None
        assert accounts(connection) == []
    assert holder(database, key) is None
    with pytest.raises(ConflictError, match="is there already"), database.transaction() as connection:
        open_account(connection, "shop", Role.REGULATOR, NOW)
    with pytest.raises(NotFoundError, match="no open account"), database.transaction() as connection:
        issue_key(connection, "shop", NOW, NOW + DAY)


def test_a_key_made_for_a_changed_hash_opens_nothing(database: Database, key: str) -> None:
    with database.transaction() as connection:
        connection.execute(update(key_table).values(secret_hash="0" * 64))
    assert holder(database, key) is None


@pytest.mark.parametrize(("role", "uscc"), [(Role.ENTERPRISE, None), (Role.REGULATOR, ONE), (Role.BANK, ONE)])
def test_only_an_enterprise_account_and_every_one_is_bound_to_a_uscc(
    database: Database, role: Role, uscc: str | None
) -> None:
    with pytest.raises(UsageError, match="bound to one USCC"), database.transaction() as connection:
        open_account(connection, "somebody", role, NOW, uscc)


def test_an_account_for_a_wrong_code_is_refused(database: Database) -> None:
    with pytest.raises(UsageError, match="wrong check character"), database.transaction() as connection:
        open_account(connection, "shop", Role.ENTERPRISE, NOW, ONE[:-1] + "A")


@pytest.mark.parametrize("account_id", ["", "Müller", "a b", "A", "-x", "x" * 61, "a\n"])
def test_an_account_id_is_plain(database: Database, account_id: str) -> None:
    with pytest.raises(UsageError, match="no account id"), database.transaction() as connection:
        open_account(connection, account_id, Role.OFFICER, NOW)


def test_open_accounts_are_listed_by_id(database: Database) -> None:
    with database.transaction() as connection:
        for name in ("wang.li", "audit"):
            open_account(connection, name, Role.OFFICER, NOW)
        assert accounts(connection) == [Account("audit", Role.OFFICER, None), Account("wang.li", Role.OFFICER, None)]


def test_a_key_that_would_be_born_expired_is_refused(database: Database, key: str) -> None:
    with pytest.raises(UsageError, match="is past"), database.transaction() as connection:
        issue_key(connection, "shop", NOW, NOW)


def test_revoking_or_closing_what_is_not_there_is_an_error(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no key"), database.transaction() as connection:
        revoke_key(connection, "0" * 16, NOW)
    with pytest.raises(NotFoundError, match="no open account"), database.transaction() as connection:
        close_account(connection, "nobody", NOW)
