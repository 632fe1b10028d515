"""Sessions: what somebody who gave the right password shows from then on.

A session is ``session_<id>_<secret>``, 256 random bits of which only the sha256 is stored: nobody can make one up, and
who reads the database cannot use one. It ends by itself, by signing out, with its account, and with its password.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, insert, select, update

from expectations.vocabulary.digest import sha256_text
from expectations.vocabulary.role import Role
from pipelines.storage.accounts import Account, account_table
from pipelines.storage.columns import Moment
from pipelines.storage.database import metadata

session_table = Table(
    "session",
    metadata,
    Column("session_id", String(16), primary_key=True),
    Column("account_id", String(60), ForeignKey("account.account_id"), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

_TOKEN = re.compile(r"session_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOBODY = sha256_text("")  # compared with when the id is unknown, so that both answers take the same time


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session as it is handed out, once."""

    token: str
    account: Account
    expires_at: datetime


def open_session(connection: Connection, account: Account, now: datetime, expires_at: datetime) -> OpenedSession:
    """Begin a session of an account whose password was right."""
    session_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = {"session_id": session_id, "account_id": account.account_id, "secret_hash": sha256_text(secret)}
    connection.execute(insert(session_table), {**row, "opened_at": now, "expires_at": expires_at})
    return OpenedSession(f"session_{session_id}_{secret}", account, expires_at)


def holder_of_session(connection: Connection, token: str, now: datetime) -> Account | None:
    """Whose session it is; None for one that is malformed, unknown, forged, expired, ended, or of a closed account."""
    form = _TOKEN.fullmatch(token)
    session_id, secret = form.groups() if form else ("", "")
    s, a = session_table.c, account_table.c
    query = (
        select(s.secret_hash, s.expires_at, s.ended_at, a.closed_at, a.account_id, a.role, a.uscc)
        .join(account_table, a.account_id == s.account_id)
        .where(s.session_id == session_id)
    )
    row = connection.execute(query).one_or_none()
    is_right = hmac.compare_digest(row.secret_hash if row else _NOBODY, sha256_text(secret))
    if row is None or not form or not is_right:
        return None
    if row.ended_at is not None or row.closed_at is not None or row.expires_at <= now:
        return None
    return Account(row.account_id, Role(row.role), row.uscc)


def end_sessions(connection: Connection, account_id: str, now: datetime) -> None:
    """End every session of an account, wherever it is open."""
    s = session_table.c
    ending = update(session_table).where(s.account_id == account_id, s.ended_at.is_(None))
    connection.execute(ending.values(ended_at=now))


def end_session(connection: Connection, token: str, now: datetime) -> None:
    """End one session. The token must be whole: an id alone ends nobody's."""
    if holder_of_session(connection, token, now) is None:
        return
    ending = update(session_table).where(session_table.c.session_id == token.split("_", 2)[1])
    connection.execute(ending.values(ended_at=now))
