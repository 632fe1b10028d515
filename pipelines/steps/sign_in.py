"""Who is acting: an account that gave its password, shown by a session. Every door of the house asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations.errors import UsageError
from expectations.vocabulary.moment import zoned
from pipelines.storage.accounts import Account, find_account
from pipelines.storage.database import Database
from pipelines.storage.passwords import Lockout, check_password
from pipelines.storage.sessions import OpenedSession, end_session, holder_of_session, open_session


class NotSignedInError(UsageError):
    """Nobody is signed in, or not with a password that is right."""


@dataclass(frozen=True)
class SignIn:
    """The way in.

    Attributes
    ----------
    lockout:
        What wrong passwords lead to.
    session_lasts:
        How long a session may be used.
    """

    database: Database
    lockout: Lockout
    session_lasts: timedelta

    def enter(self, account_id: str, password: str, at: datetime) -> OpenedSession:
        """Open a session for an account that gives its password.

        Raises
        ------
        NotSignedInError
            When the password is wrong, the account is not open, has no password, or is locked.
        """
        with self.database.transaction() as connection:
            answer = check_password(connection, account_id, password, at, self.lockout)
            account = find_account(connection, account_id)
            if answer == "right" and account is not None:
                return open_session(connection, account, at, at + self.session_lasts)
        if answer == "locked":
            raise NotSignedInError(
                f"Account '{account_id}' is locked after {self.lockout.failures} wrong passwords in a row.",
                f"Try again in {self.lockout.lasts.seconds // 60} minutes, or ask an operator for a new password.",
                zh=f"账号“{account_id}”连续 {self.lockout.failures} 次密码错误，已锁定。"
                f"请 {self.lockout.lasts.seconds // 60} 分钟后再试，或请运营方重设密码。",
            )
        raise NotSignedInError(
            f"This is not the password of an open account '{account_id}'.",
            "Look at both; an account has a password once 'xinji account password' gave it one.",
            zh=f"账号“{account_id}”与密码不符。请核对两者；账号须先由运营方设置密码。",
        )

    def holder(self, token: str, at: datetime) -> Account | None:
        """Whose session it is; None when it opens nothing, whatever the reason."""
        with self.database.reading() as connection:
            return holder_of_session(connection, token, at)

    def acting(self, token: str, at: datetime) -> Account:
        """The account that acts by a session.

        Raises
        ------
        NotSignedInError
            When the session opens nothing.
        """
        found = self.holder(token, at)
        if found is None:
            raise NotSignedInError(
                f"Nobody is signed in at {zoned(at):%Y-%m-%d %H:%M}: there is no session, or it has ended.",
                "Sign in: xinji login ACCOUNT",
                zh="尚未登录，或登录已失效。请重新登录。",
            )
        return found

    def leave(self, token: str, at: datetime) -> None:
        """End a session. One that opens nothing is left alone."""
        with self.database.transaction() as connection:
            end_session(connection, token, at)
