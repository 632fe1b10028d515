"""Accounts and their API keys.

A key is ``xinji_<id>_<secret>``, shown once. Only the sha256 of the secret is stored. A slow password hash such as
Argon2 would add nothing: it defends secrets that people choose, and 256 random bits cannot be guessed at any speed;
it would only make every request slow.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, Text, bindparam, insert, select, update

from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.vocabulary import uscc as codes
from expectations.vocabulary.digest import sha256_text
from expectations.vocabulary.role import Role
from pipelines.storage.columns import Moment, moment_text
from pipelines.storage.database import Database, metadata

account_table = Table(
    "account",
    metadata,
    Column("account_id", String(60), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("uscc", String(18)),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
)
"""``uscc``: the one enterprise the account speaks for; null for roles that speak for an office."""

key_table = Table(
    "api_key",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("account_id", String(60), ForeignKey("account.account_id"), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("scopes", Text),
)
"""``scopes``: what the key opens of all that its account's role may, separated by spaces; null for all of it."""

_HOLDER = (
    select(
        key_table.c.secret_hash,
        account_table.c.account_id,
        account_table.c.role,
        account_table.c.uscc,
        key_table.c.scopes,
    )
    .join(account_table, account_table.c.account_id == key_table.c.account_id)
    .where(
        key_table.c.key_id == bindparam("key_id"),
        key_table.c.revoked_at.is_(None),
        account_table.c.closed_at.is_(None),
        key_table.c.expires_at > bindparam("now", type_=String),
    )
)

_KEY = re.compile(r"xinji_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_NOBODY = sha256_text("")  # compared with when the id is unknown, so that both answers take the same time


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody or something that may act. Records name accounts, never people."""

    account_id: str
    role: Role
    uscc: str | None


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom a valid key speaks for."""

    account_id: str
    role: Role
    uscc: str | None
    key_id: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key as it may be listed: everything except what opens the door."""

    key_id: str
    account_id: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    scopes: str | None


def open_account(
    connection: Connection, account_id: str, role: Role, now: datetime, uscc: str | None = None
) -> Account:
    """Open an account. One of role ``enterprise`` is bound to a USCC, no other is."""
    if not _ACCOUNT.fullmatch(account_id):
        raise UsageError(f"'{account_id}' is no account id.", "Use lower-case letters, digits and . _ - (60 at most).")
    if (role is Role.ENTERPRISE) != (uscc is not None):
        raise UsageError(
            f"Account '{account_id}' has role {role} and enterprise {uscc or 'none'}.",
            "An account of role enterprise is bound to one USCC, every other role to none.",
        )
    if uscc is not None and (what := codes.fault(uscc)):
        raise UsageError(f"'{uscc}' is no unified social credit code: wrong {what}.", "Check the 18 characters.")
    is_taken = select(account_table.c.account_id).where(account_table.c.account_id == account_id)
    if connection.execute(is_taken).first() is not None:
        raise ConflictError(f"Account '{account_id}' is there already.", "Choose another id.")
    row = {"account_id": account_id, "role": role.value, "uscc": uscc, "opened_at": now}
    connection.execute(insert(account_table), row)
    return Account(account_id, role, uscc)


def find_account(connection: Connection, account_id: str) -> Account | None:
    """The open account of that id, or None."""
    a = account_table.c
    query = select(a.account_id, a.role, a.uscc).where(a.account_id == account_id, a.closed_at.is_(None))
    row = connection.execute(query).one_or_none()
    return Account(row.account_id, Role(row.role), row.uscc) if row else None


def accounts(connection: Connection) -> list[Account]:
    """Every open account, by id."""
    a = account_table.c
    query = select(a.account_id, a.role, a.uscc).where(a.closed_at.is_(None)).order_by(a.account_id)
    return [Account(row.account_id, Role(row.role), row.uscc) for row in connection.execute(query)]


def close_account(connection: Connection, account_id: str, now: datetime) -> None:
    """Close an account. Its keys open nothing from now on; its id stays in the records and is not given again."""
    a = account_table.c
    changed = connection.execute(
        update(account_table).where(a.account_id == account_id, a.closed_at.is_(None)).values(closed_at=now)
    )
    if not changed.rowcount:
        raise NotFoundError(f"There is no open account '{account_id}'.")


def issue_key(
    connection: Connection, account_id: str, now: datetime, expires_at: datetime, scopes: Iterable[str] = ()
) -> str:
    """Make a key for an account and return it, the only time it can be seen. Without scopes it opens all it may."""
    if find_account(connection, account_id) is None:
        raise NotFoundError(f"There is no open account '{account_id}'.", "Open it first with 'xinji account'.")
    if expires_at <= now:
        raise UsageError(f"The key would expire at {expires_at.isoformat()}, which is past.", "Choose a later day.")
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = {"key_id": key_id, "account_id": account_id, "secret_hash": sha256_text(secret)}
    told = " ".join(sorted(scopes)) or None
    connection.execute(insert(key_table), {**row, "issued_at": now, "expires_at": expires_at, "scopes": told})
    return f"xinji_{key_id}_{secret}"


def revoke_key(connection: Connection, key_id: str, now: datetime) -> None:
    """Revoke a key, at once and for good. A second revocation changes nothing."""
    k = key_table.c
    if connection.execute(select(k.key_id).where(k.key_id == key_id)).one_or_none() is None:
        raise NotFoundError(f"There is no key '{key_id}'.", "See the keys with 'xinji key'.")
    connection.execute(update(key_table).where(k.key_id == key_id, k.revoked_at.is_(None)).values(revoked_at=now))


def rotate_key(
    connection: Connection, key_id: str, now: datetime, expires_at: datetime, old_until: datetime
) -> tuple[str, str]:
    """Make a key in place of another one, which lives until ``old_until`` at most. Gives the account and the key.

    Raises
    ------
    NotFoundError
        When there is no such key, or it opens nothing any more.
    """
    k = key_table.c
    row = connection.execute(select(key_table).where(k.key_id == key_id)).one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise NotFoundError(f"There is no living key '{key_id}'.", "See the keys: xinji key list ACCOUNT")
    made = issue_key(connection, row.account_id, now, expires_at, (row.scopes or "").split())
    if old_until < row.expires_at:
        connection.execute(update(key_table).where(k.key_id == key_id).values(expires_at=old_until))
    return row.account_id, made


def keys_of(connection: Connection, account_id: str) -> list[KeyEntry]:
    """The keys of an account, oldest first."""
    columns = [key_table.c[name] for name in KeyEntry.__slots__]
    query = select(*columns).where(key_table.c.account_id == account_id)
    return [KeyEntry(*row) for row in connection.execute(query.order_by(key_table.c.issued_at, key_table.c.key_id))]


def check_key(database: Database, presented: str, now: datetime) -> KeyHolder | None:
    """Whom a presented key speaks for; None when it opens nothing.

    Malformed, unknown, wrong, expired, revoked, account closed: one answer for all of these, in the same time, so that
    a caller learns nothing about which.
    """
    form = _KEY.fullmatch(presented)
    key_id, secret = form.groups() if form else ("", "")
    found = database.quick(_HOLDER, key_id=key_id, now=moment_text(now))
    secret_hash, account_id, role, uscc, scopes = found[0] if found else (_NOBODY, "", "", None, None)
    if not (hmac.compare_digest(secret_hash, sha256_text(secret)) and found and form):
        return None
    return KeyHolder(account_id, Role(role), uscc, key_id, frozenset((scopes or "").split()))


class DatabaseKeys:
    """The keys as the API sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holder_of(self, presented: str, now: datetime) -> KeyHolder | None:
        """As ``check_key``."""
        return check_key(self._database, presented, now)
