"""Who may keep accounts, what is put on record of it, and the door that accounts come in by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.steps.account_office import AccountOffice
from pipelines.steps.sign_in import NotSignedInError, SignIn
from pipelines.storage import ledger
from pipelines.storage.accounts import Account, check_key
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.passwords import Lockout

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET, OTHER = "the chain is never broken", "four eyes are two accounts"
OPERATOR = Account("operator-1", Role.OPERATOR, None)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An empty home's database."""
    found = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(found)
    return found


@pytest.fixture
def door(database: Database) -> SignIn:
    """Its door: two wrong passwords lock an account."""
    return SignIn(database, Lockout(2, 15 * MINUTE), timedelta(hours=8))


def office(database: Database, by: Account | None = None) -> AccountOffice:
    return AccountOffice(database, by, NOW)


def test_a_session_names_the_account_that_gave_its_password(database: Database, door: SignIn) -> None:
    office(database).open("officer-1", Role.OFFICER, password=SECRET)
    session = door.enter("officer-1", SECRET, NOW)
    assert door.acting(session.token, NOW).account_id == "officer-1"
    with pytest.raises(NotSignedInError, match="Nobody is signed in"):
        door.acting(session.token, session.expires_at)
    door.leave(session.token, NOW)
    with pytest.raises(NotSignedInError, match="Sign in: xinji login"):
        door.acting(session.token, NOW)


def test_a_wrong_password_opens_nothing_and_too_many_lock_the_account(database: Database, door: SignIn) -> None:
    office(database).open("officer-1", Role.OFFICER, password=SECRET)
    with pytest.raises(NotSignedInError, match="not the password"):
        door.enter("officer-1", OTHER, NOW)
    with pytest.raises(NotSignedInError, match="locked after 2"):
        door.enter("officer-1", OTHER, NOW)
    with pytest.raises(NotSignedInError, match="Try again in 15 minutes"):
        door.enter("officer-1", SECRET, NOW + MINUTE)
    assert door.enter("officer-1", SECRET, NOW + 15 * MINUTE).account.role is Role.OFFICER


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(database: Database, door: SignIn) -> None:
    office(database).open("officer-1", Role.OFFICER, password=SECRET)
    session = door.enter("officer-1", SECRET, NOW)
    office(database).set_password("officer-1", OTHER)
    assert door.holder(session.token, NOW) is None


def test_whoever_has_the_home_keeps_accounts_until_an_operator_can_sign_in(database: Database) -> None:
    office(database).open("operator-1", Role.OPERATOR)
    office(database).open("officer-1", Role.OFFICER, password=SECRET)
    office(database).set_password("operator-1", SECRET)
    for step in (
        lambda by: office(database, by).open("officer-9", Role.OFFICER, password=SECRET),
        lambda by: office(database, by).set_password("operator-1", OTHER),
        lambda by: office(database, by).issue_key("officer-1", NOW + MINUTE),
        lambda by: office(database, by).assign_duty("officer-1", "customs"),
        lambda by: office(database, by).close("officer-1"),
    ):
        for by in (None, Account("officer-1", Role.OFFICER, None)):
            with pytest.raises(UsageError, match="accounts are kept by operators"):
                step(by)
    office(database, OPERATOR).open("officer-2", Role.OFFICER, password=OTHER)


def test_who_is_signed_in_changes_the_own_password_alone(database: Database, door: SignIn) -> None:
    office(database).open("officer-1", Role.OFFICER, password=SECRET)
    office(database).open("operator-1", Role.OPERATOR, password=SECRET)
    officer = Account("officer-1", Role.OFFICER, None)
    office(database, officer).set_password("officer-1", OTHER)
    assert door.enter("officer-1", OTHER, NOW).account == officer


def test_the_ledger_says_who_gave_whom_an_account_a_password_and_a_key_and_keeps_no_secret(database: Database) -> None:
    office(database).open("operator-1", Role.OPERATOR, password=SECRET)
    by_operator = office(database, OPERATOR)
    by_operator.open("office-7", Role.REGULATOR, password=OTHER)
    key = by_operator.issue_key("office-7", NOW + MINUTE)
    by_operator.revoke_key(key.split("_")[1])
    by_operator.assign_duty("office-7", "customs")
    by_operator.close("office-7")
    with database.reading() as connection:
        found = list(ledger.entries(connection, "judgements"))
        assert ledger.verify(connection).holds
    told = [json.loads(one.body) for one in found]
    by = [body.get("by", body["account"]) for body in told]
    assert [(one.kind.removeprefix("account."), who) for one, who in zip(found, by, strict=True)] == [
        ("opened", None),
        ("password_set", None),
        ("opened", "operator-1"),
        ("password_set", "operator-1"),
        ("key_issued", "operator-1"),
        ("key_revoked", "operator-1"),
        ("duty", "operator-1"),
        ("closed", "operator-1"),
    ]
    assert not any(secret in one.body for one in found for secret in (SECRET, OTHER, key.split("_")[2]))


def test_a_key_is_rotated_with_its_scopes_and_both_open_until_the_overlap_ends(database: Database) -> None:
    keeper = office(database)
    keeper.open("officer-1", Role.OFFICER)
    old = keeper.issue_key("officer-1", NOW + timedelta(days=90), ["grade", "screening"])
    new = keeper.rotate_key(old.split("_")[1], NOW + timedelta(days=180), timedelta(days=7))
    for key in (old, new):
        holder = check_key(database, key, NOW + timedelta(days=6))
        assert holder is not None
        assert holder.scopes == {"grade", "screening"}
    assert check_key(database, old, NOW + timedelta(days=7)) is None
    assert check_key(database, new, NOW + timedelta(days=179)) is not None
    with database.reading() as connection:
        rotated = [one for one in ledger.entries(connection, "judgements") if one.kind == "account.key_rotated"]
    assert json.loads(rotated[0].body)["in_place_of"] == old.split("_")[1]
    assert new.split("_", 2)[2] not in rotated[0].body


def test_a_rotation_never_lengthens_the_life_of_the_old_key_and_a_dead_one_is_not_rotated(database: Database) -> None:
    keeper = office(database)
    keeper.open("officer-1", Role.OFFICER)
    old = keeper.issue_key("officer-1", NOW + timedelta(days=2))
    keeper.rotate_key(old.split("_")[1], NOW + timedelta(days=90), timedelta(days=30))
    assert check_key(database, old, NOW + timedelta(days=2)) is None
    keeper.revoke_key(old.split("_")[1])
    with pytest.raises(NotFoundError, match="no living key"):
        keeper.rotate_key(old.split("_")[1], NOW + timedelta(days=90), timedelta(days=1))


def test_a_key_cannot_be_given_what_its_role_may_not(database: Database) -> None:
    keeper = office(database)
    keeper.open("barrier", Role.SYSTEM)
    with pytest.raises(UsageError, match="may not do: grade"):
        keeper.issue_key("barrier", NOW + timedelta(days=9), ["screening", "grade"])


def test_an_enterprise_is_enrolled_once_with_a_key_of_its_own(database: Database) -> None:
    account, key = office(database).enrol("91652702MADEM0011Q", NOW + timedelta(days=9))
    holder = check_key(database, key, NOW)
    assert holder is not None
    assert (holder.role, holder.uscc) == (Role.ENTERPRISE, "91652702MADEM0011Q")
    assert account.account_id == "enterprise-91652702madem0011q"
    with pytest.raises(ConflictError):
        office(database).enrol("91652702MADEM0011Q", NOW + timedelta(days=9))
