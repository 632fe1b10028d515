"""The accounts as an operator at a page keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations.vocabulary.role import Role
from pipelines.steps.account_office import AccountOffice
from pipelines.storage import accounts
from pipelines.storage.accounts import Account, KeyEntry
from pipelines.storage.database import Database

OVERLAP = timedelta(days=7)
"""How long a key that is replaced still opens: as long as it takes to change it at the other end."""


@dataclass(frozen=True)
class AccountDesk:
    """Looks at accounts, and keeps them for whoever is signed in."""

    database: Database

    def accounts(self) -> list[Account]:
        """Every open account, by id."""
        with self.database.reading() as connection:
            return accounts.accounts(connection)

    def keys_of(self, account: str) -> list[KeyEntry]:
        """The keys of an account, oldest first."""
        with self.database.reading() as connection:
            return accounts.keys_of(connection, account)

    def open(self, account: str, role: Role, by: str, at: datetime) -> None:
        """Open an account of an office."""
        self._office(by, at).open(account, role)

    def enrol(self, uscc: str, days: int, by: str, at: datetime) -> str:
        """Open the account of an enterprise; gives its key."""
        return self._office(by, at).enrol(uscc, at + timedelta(days=days))[1]

    def issue_key(self, account: str, days: int, by: str, at: datetime) -> str:
        """Make a key."""
        return self._office(by, at).issue_key(account, at + timedelta(days=days))

    def rotate_key(self, key_id: str, days: int, by: str, at: datetime) -> str:
        """Make a key in place of another."""
        return self._office(by, at).rotate_key(key_id, at + timedelta(days=days), OVERLAP)

    def revoke_key(self, key_id: str, by: str, at: datetime) -> None:
        """Revoke a key."""
        self._office(by, at).revoke_key(key_id)

    def _office(self, by: str, at: datetime) -> AccountOffice:
        with self.database.reading() as connection:
            return AccountOffice(self.database, accounts.find_account(connection, by), at)
