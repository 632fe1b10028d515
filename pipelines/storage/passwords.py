"""Passwords of accounts, and how many tries in a row were wrong.

Only an Argon2id hash is stored: people choose passwords, and a slow hash is what defends them where the database is
read. A machine uses a key (``accounts``) and needs no password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, delete, insert, select, update

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import account_table, find_account
from pipelines.storage.columns import Moment
from pipelines.storage.database import metadata

password_table = Table(
    "account_password",
    metadata,
    Column("account_id", String(60), ForeignKey("account.account_id"), primary_key=True),
    Column("password_hash", String(200), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
)
"""``failures``: wrong tries since the last right one."""

SHORTEST, LONGEST = 12, 256
"""Characters of a password. Length is what helps (NIST SP 800-63B, 3.1.1.2); the end keeps a try from costing more."""

Answer = Literal["right", "wrong", "locked"]


@dataclass(frozen=True, slots=True)
class Lockout:
    """After how many wrong tries in a row nothing is answered, and for how long (GB/T 22239-2019, 8.1.4.1 b)."""

    failures: int
    lasts: timedelta


@cache
def _hasher() -> PasswordHasher:
    """Argon2id at the strength that OWASP's Password Storage Cheat Sheet names first: 19 MiB, two passes, one lane.

    More would make every sign-in queue for seconds on a busy machine; the lockout bounds guesses at the door anyway.
    """
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _of_nobody() -> str:
    """Compared with where there is no password, so that both answers take the same time."""
    return _hasher().hash("")


def set_password(connection: Connection, account_id: str, password: str, now: datetime) -> None:
    """Give an account a password, in place of any other; a lock ends with it.

    Raises
    ------
    NotFoundError
        When there is no such open account.
    UsageError
        When the password is too short or too long.
    """
    if find_account(connection, account_id) is None:
        raise NotFoundError(
            f"There is no open account '{account_id}'.",
            "Open it: xinji account open ID --role ROLE",
            zh=f"没有名为“{account_id}”的有效账号。请联系运营方开立。",
        )
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"The password has {len(password)} characters.",
            f"Use {SHORTEST} to {LONGEST}: a sentence is easy to keep in mind.",
            zh=f"密码有 {len(password)} 个字符，应为 {SHORTEST} 至 {LONGEST} 个。",
        )
    connection.execute(delete(password_table).where(password_table.c.account_id == account_id))
    row = {"account_id": account_id, "password_hash": _hasher().hash(password), "set_at": now, "failures": 0}
    connection.execute(insert(password_table), row)


def check_password(connection: Connection, account_id: str, password: str, now: datetime, lockout: Lockout) -> Answer:
    """Compare a password with an open account's, and count a wrong one.

    Call it inside a transaction that commits whatever the answer is: tries queue, so that none escapes the count. While
    an account is locked no password is looked at.
    """
    p, a = password_table.c, account_table.c
    query = (
        select(p.password_hash, p.failures, p.locked_until)
        .join(account_table, a.account_id == p.account_id)
        .where(p.account_id == account_id, a.closed_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        _matches(_of_nobody(), password)
        return "wrong"
    if row.locked_until is not None and now < row.locked_until:
        return "locked"
    is_right = _matches(row.password_hash, password)
    failures = 0 if is_right else row.failures + 1
    until = now + lockout.lasts if failures >= lockout.failures else None
    counted = {"failures": 0 if until else failures, "locked_until": until}
    connection.execute(update(password_table).where(p.account_id == account_id).values(counted))
    return "right" if is_right else "locked" if until else "wrong"


def can_any_sign_in(connection: Connection, role: Role) -> bool:
    """Whether an open account of a role has a password."""
    p, a = password_table.c, account_table.c
    query = select(p.account_id).join(account_table, a.account_id == p.account_id)
    return connection.execute(query.where(a.role == role.value, a.closed_at.is_(None)).limit(1)).first() is not None


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password[: LONGEST + 1])
    except VerifyMismatchError:
        return False
