"""Who is signed in here: login and logout, and the account that a command acts as."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.storage.accounts import Account


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("login")(login)
    application.command("logout")(logout)


def login(
    account: Annotated[str, typer.Argument(help="Account id.")],
    show: Annotated[
        bool, typer.Option("--show", help="Print the session for XINJI_SESSION instead of keeping it for this user.")
    ] = False,
) -> None:
    """Sign in. Commands act as this account until the session ends; the password is asked for, or XINJI_PASSWORD."""
    from expectations.vocabulary.moment import zoned

    home = wiring()
    opened = home.sign_in.enter(account, given_password(home.settings), now())
    until = zoned(opened.expires_at).isoformat(timespec="minutes")
    document = {"account": account, "role": opened.account.role, "expires_at": until}
    if show:
        answer({**document, "session": opened.token}, opened.token)
        return
    _keep(_kept_at(home.settings), opened.token)
    answer(document, f"Signed in as {account} ({opened.account.role}) until {until}.")


def logout() -> None:
    """Sign out: the session ends everywhere, and its file goes."""
    home = wiring()
    token = _presented(home.settings)
    if token:
        home.sign_in.leave(token, now())
    _kept_at(home.settings).unlink(missing_ok=True)
    answer({"signed_in": False}, "Signed out.")


def acting() -> str:
    """The id of the account that is signed in, by which a command acts.

    Raises
    ------
    NotSignedInError
        When nobody is, or no longer.
    """
    home = wiring()
    return home.sign_in.acting(_presented(home.settings), now()).account_id


def signed_in() -> Account | None:
    """The account that is signed in, if any: for what can be begun by whoever has the home."""
    home = wiring()
    return home.sign_in.holder(_presented(home.settings), now())


def given_password(settings: Settings, is_new: bool = False) -> str:
    """A password from the environment or a file, else asked for; never from the command line, where others see it.

    Raises
    ------
    UsageError
        When there is nobody to ask.
    """
    from expectations.errors import UsageError

    if told := told_password(settings):
        return told
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask for the password.",
            "Set XINJI_PASSWORD_FILE to a file with it, or XINJI_PASSWORD.",
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=is_new, err=True))


def told_password(settings: Settings) -> str:
    """The password that a file or the environment holds; empty where neither does."""
    from expectations.errors import UsageError

    file = settings.password_file
    if file is None:
        return settings.password.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "See to XINJI_PASSWORD_FILE.") from error


def _presented(settings: Settings) -> str:
    """The session that the environment holds, else the kept one; empty where there is none."""
    if token := settings.session.get_secret_value():
        return token
    path = _kept_at(settings)
    if not path.exists():
        return ""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        from expectations.errors import UsageError

        raise UsageError(f"Others can read the session in {path}.", f"Remove it and sign in again: rm {path}")
    return path.read_text(encoding="ascii").strip()


def _kept_at(settings: Settings) -> Path:
    """The file with this user's session for this home: one a home, since accounts are the home's."""
    from expectations.vocabulary.digest import sha256_text

    return settings.config_folder / f"session-{sha256_text(settings.ledger_url)[:12]}"


def _keep(path: Path, token: str) -> None:
    """Write a session so that only this user can read it, at every moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
        stream.write(f"{token}\n")
    aside.replace(path)
