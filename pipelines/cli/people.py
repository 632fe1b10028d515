"""Accounts and their API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, table
from pipelines.cli.session import given_password, signed_in, told_password

if TYPE_CHECKING:
    from pipelines.steps.account_office import AccountOffice


Days = Annotated[int, typer.Option(min=1, max=730, help="Days until the key expires.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    accounts = typer.Typer(help="Accounts: who may ask, and for whom.", no_args_is_help=True)
    accounts.command("open")(open_account)
    accounts.command("enrol")(enrol)
    accounts.command("password")(set_password)
    accounts.command("close")(close_account)
    accounts.command("list")(list_accounts)
    accounts.command("duty")(assign_duty)
    application.add_typer(accounts, name="account")
    keys = typer.Typer(help="API keys: shown once, stored hashed, bound to one account.", no_args_is_help=True)
    keys.command("issue")(issue_key)
    keys.command("rotate")(rotate_key)
    keys.command("revoke")(revoke_key)
    keys.command("list")(list_keys)
    application.add_typer(keys, name="key")


def open_account(
    account: Annotated[str, typer.Argument(help="Account id, such as office-7. Never a person's name.")],
    role: Annotated[str, typer.Option(help="regulator, officer, auditor, data_scientist, operator, enterprise, ...")],
    uscc: Annotated[str | None, typer.Option(help="The one enterprise it speaks for, with role enterprise.")] = None,
) -> None:
    """Open an account, with the password of XINJI_PASSWORD_FILE or XINJI_PASSWORD where one is set."""
    from expectations.errors import UsageError
    from expectations.vocabulary.role import Role

    if role not in tuple(Role):
        raise UsageError(f"'{role}' is no role.", f"Use one of: {', '.join(Role)}.")
    password = told_password(wiring().settings) or None
    opened = _office().open(account, Role(role), uscc, password)
    answer(
        {"account": opened.account_id, "role": opened.role, "uscc": opened.uscc, "can_sign_in": password is not None},
        f"Opened {account} ({role}).",
        *([] if password else [f"It can sign in once it has a password: xinji account password {account}"]),
    )


def set_password(account: Annotated[str, typer.Argument(help="Account id.")]) -> None:
    """Give an account a new password: asked for, or from XINJI_PASSWORD_FILE or XINJI_PASSWORD. Its sessions end."""
    _office().set_password(account, given_password(wiring().settings, is_new=True))
    answer({"account": account, "can_sign_in": True}, f"{account} has a new password; its sessions are ended.")


def close_account(account: Annotated[str, typer.Argument(help="Account id.")]) -> None:
    """Close an account; its keys and sessions open nothing from now on."""
    _office().close(account)
    answer({"account": account, "closed": True}, f"Closed {account}.")


def assign_duty(
    account: Annotated[str, typer.Argument(help="Account id of a regulator or officer.")],
    department: Annotated[
        str | None,
        typer.Option(help="customs, tax, safe, market_regulation, commerce or operator; left out: the zone."),
    ] = None,
) -> None:
    """Say which department an account serves: over the API it sees that department's alerts and tasks alone."""
    _office().assign_duty(account, department)
    answer({"account": account, "department": department}, f"{account} serves {department or 'the zone as a whole'}.")


def list_accounts() -> None:
    """Every open account."""
    from pipelines.storage import accounts

    with wiring().database.reading() as connection:
        found = accounts.accounts(connection)
    answer({"accounts": [{"account": one.account_id, "role": one.role, "uscc": one.uscc} for one in found]})
    table("Accounts", ("account", "role", "enterprise"), [(one.account_id, one.role, one.uscc) for one in found])


def issue_key(
    account: Annotated[str, typer.Argument(help="Account id.")],
    days: Days = 90,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What the key opens, such as grade or screening; several times for several. All its role may."
        ),
    ] = None,
) -> None:
    """Make an API key. It is printed now and can never be shown again."""
    key = _office().issue_key(account, now() + timedelta(days=days), scope or [])
    answer(
        {"account": account, "key": key, "scopes": scope or []},
        key,
        f"For {account}, {days} days. It cannot be shown again: keep it now.",
    )


def rotate_key(
    key_id: Annotated[str, typer.Argument(help="The 16 characters after xinji_ of the key to be replaced.")],
    days: Days = 90,
    overlap_days: Annotated[int, typer.Option(min=0, max=90, help="Days for which the old key lives on.")] = 7,
) -> None:
    """Make a key in place of another; both open until the overlap ends. It is printed now and never again."""
    key = _office().rotate_key(key_id, now() + timedelta(days=days), timedelta(days=overlap_days))
    answer(
        {"key": key, "in_place_of": key_id, "overlap_days": overlap_days},
        key,
        f"In place of {key_id}, which opens for {overlap_days} days more at most.",
        "It cannot be shown again: keep it now.",
    )


def enrol(
    usccs: Annotated[list[str], typer.Argument(help="Unified social credit codes, one or many.")],
    days: Days = 90,
) -> None:
    """Open an account and issue a key for each enterprise; what cannot be enrolled is said, and the others are."""
    from expectations.errors import XinjiError

    office, enrolled, refused = _office(), [], []
    for uscc in usccs:
        try:
            account, key = office.enrol(uscc, now() + timedelta(days=days))
            enrolled.append({"uscc": uscc, "account": account.account_id, "key": key})
        except XinjiError as error:
            refused.append({"uscc": uscc, "problem": str(error)})
    answer({"enrolled": enrolled, "refused": refused})
    names = ("uscc", "account", "key")
    table("Enrolled; keys cannot be shown again", names, [tuple(one[name] for name in names) for one in enrolled])
    if refused:
        table("Not enrolled", ("uscc", "problem"), [(one["uscc"], one["problem"]) for one in refused])


def revoke_key(key_id: Annotated[str, typer.Argument(help="The 16 characters after xinji_.")]) -> None:
    """Revoke a key, at once and for good."""
    _office().revoke_key(key_id)
    answer({"key_id": key_id, "revoked": True}, f"Revoked {key_id}.")


def list_keys(account: Annotated[str, typer.Argument(help="Account id.")]) -> None:
    """The keys of an account, without what opens the door."""
    from pipelines.storage import accounts

    with wiring().database.reading() as connection:
        found = accounts.keys_of(connection, account)
    rows = [
        (
            one.key_id,
            one.issued_at.isoformat(),
            one.expires_at.isoformat(),
            one.revoked_at and one.revoked_at.isoformat(),
            one.scopes,
        )
        for one in found
    ]
    names = ("key_id", "issued_at", "expires_at", "revoked_at", "scopes")
    answer({"keys": [dict(zip(names, row, strict=True)) for row in rows]})
    table(f"Keys of {account}", names, rows)


def _office() -> AccountOffice:
    from pipelines.steps.account_office import AccountOffice

    return AccountOffice(wiring().database, signed_in(), now())
