"""Accounts opened and closed, passwords, keys and duties given: each on record, since four eyes rest on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from expectations.errors import UsageError
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from pipelines.storage import accounts, passwords, sessions
from pipelines.storage.accounts import Account
from pipelines.storage.database import Database
from pipelines.storage.duties import assign_duty
from pipelines.storage.ledger import NewEntry, append
from reports.api.permissions import MAY

OPENED, CLOSED, PASSWORD_SET = "account.opened", "account.closed", "account.password_set"
KEY_ISSUED, KEY_ROTATED, KEY_REVOKED = "account.key_issued", "account.key_rotated", "account.key_revoked"


@dataclass(frozen=True)
class AccountOffice:
    """Where accounts are kept.

    Whoever has the home begins here; from the first operator's password on, a signed-in operator is needed, who judges
    and approves nothing (``steps.people.MAY_JUDGE``).

    Attributes
    ----------
    by:
        The account that is signed in; None for nobody.
    at:
        The moment, which the caller read from the clock.
    """

    database: Database
    by: Account | None
    at: datetime

    def open(self, account_id: str, role: Role, uscc: str | None = None, password: str | None = None) -> Account:
        """Open an account, with a password where it is to sign in."""
        with self._administering() as connection:
            opened = accounts.open_account(connection, account_id, role, self.at, uscc)
            self._record(connection, OPENED, account_id, role=role.value, uscc=uscc)
            if password is not None:
                self._give(connection, account_id, password)
        return opened

    def set_password(self, account_id: str, password: str) -> None:
        """Give an account a new password, which ends its sessions. Who is signed in may change the own one."""
        with self._administering(own=account_id) as connection:
            self._give(connection, account_id, password)

    def close(self, account_id: str) -> None:
        """Close an account: its keys and sessions open nothing from now on."""
        with self._administering() as connection:
            accounts.close_account(connection, account_id, self.at)
            self._record(connection, CLOSED, account_id)

    def assign_duty(self, account_id: str, department: str | None) -> None:
        """Say which department an account serves; None: the zone as a whole."""
        with self._administering() as connection:
            assign_duty(connection, account_id, department, self.by.account_id if self.by else None, self.at)

    def issue_key(self, account_id: str, expires_at: datetime, scopes: Collection[str] = ()) -> str:
        """Make an API key and return it, the only time it can be seen. Scopes narrow what its role may.

        Raises
        ------
        UsageError
            When the account's role may not do what a scope names.
        """
        with self._administering() as connection:
            self._check_scopes(connection, account_id, scopes)
            key = accounts.issue_key(connection, account_id, self.at, expires_at, scopes)
            told = " ".join(sorted(scopes)) or None
            self._record(connection, KEY_ISSUED, account_id, key_id=_id_of(key), scopes=told)
        return key

    def rotate_key(self, key_id: str, expires_at: datetime, overlap: timedelta) -> str:
        """Make a key with the same scopes in place of another, which lives on for the overlap; both open meanwhile."""
        with self._administering() as connection:
            account_id, key = accounts.rotate_key(connection, key_id, self.at, expires_at, self.at + overlap)
            self._record(connection, KEY_ROTATED, account_id, key_id=_id_of(key), in_place_of=key_id)
        return key

    def enrol(self, uscc: str, expires_at: datetime, password: str | None = None) -> tuple[Account, str]:
        """Open the account of an enterprise, with a key; it is called after its code."""
        account = self.open(f"enterprise-{uscc.lower()}", Role.ENTERPRISE, uscc, password)
        return account, self.issue_key(account.account_id, expires_at)

    def _check_scopes(self, connection: Connection, account_id: str, scopes: Collection[str]) -> None:
        account = accounts.find_account(connection, account_id)
        may = {what for what, roles in MAY.items() if account and account.role in roles}
        if account and (beyond := sorted(set(scopes) - may)):
            raise UsageError(
                f"An account of role {account.role} may not do: {', '.join(beyond)}.",
                f"It may: {', '.join(sorted(may))}.",
            )

    def revoke_key(self, key_id: str) -> None:
        """Revoke an API key, at once and for good."""
        with self._administering() as connection:
            accounts.revoke_key(connection, key_id, self.at)
            self._record(connection, KEY_REVOKED, key_id)

    def _give(self, connection: Connection, account_id: str, password: str) -> None:
        passwords.set_password(connection, account_id, password, self.at)
        sessions.end_sessions(connection, account_id, self.at)
        self._record(connection, PASSWORD_SET, account_id)

    def _record(self, connection: Connection, kind: str, subject: str, **content: str | None) -> None:
        by = self.by.account_id if self.by else None
        body = {"account": by, "at": zoned(self.at).isoformat(), **content}
        append(connection, "judgements", [NewEntry.of(kind, f"account {subject}", body)])

    @contextmanager
    def _administering(self, own: str | None = None) -> Iterator[Connection]:
        """A transaction of somebody who may keep accounts.

        Raises
        ------
        UsageError
            When an operator can sign in and none is signed in.
        """
        with self.database.transaction() as connection:
            is_own = self.by is not None and self.by.account_id == own
            is_operator = self.by is not None and self.by.role is Role.OPERATOR
            if not is_own and not is_operator and passwords.can_any_sign_in(connection, Role.OPERATOR):
                who = f"{self.by.account_id} may not keep accounts" if self.by else "Nobody is signed in"
                raise UsageError(
                    f"{who}, and accounts are kept by operators here.",
                    "An account of role operator may: xinji login OPERATOR",
                )
            yield connection


def _id_of(key: str) -> str:
    """The part of a key that may be told."""
    return key.split("_", 2)[1]
