"""Accounts and their keys, kept by operators: enrol an enterprise, open, close, issue, rotate, revoke."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response
from pydantic import Field

from expectations.errors import UsageError
from expectations.vocabulary.role import Role
from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.ports import AccountPort
from reports.pages.words import ROLES, all_said

_HERE, _WHAT = "/accounts", "accounts"
_Account = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]


class EnrolmentForm(Sent):
    """The code of an enterprise, and how long its key opens."""

    uscc: str = Field("", max_length=60)
    days: int = Field(90, ge=1, le=730)


class OpeningForm(Sent):
    """The name of an account, and its role."""

    account: str = Field("", max_length=60)
    role: str = Field("", max_length=60)


class KeyForm(Sent):
    """How long a key opens."""

    days: int = Field(90, ge=1, le=730)


def accounts(port: AccountPort, present: Any) -> APIRouter:
    """The pages under ``/accounts``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix=_HERE)
    _all(router, port, present)
    _one(router, port, present)
    return router


def _all(router: APIRouter, port: AccountPort, present: Any) -> None:
    def page(guest: Guest, key: str | None = None, wrong: str = "") -> Response:
        opened = list(port.accounts())
        roles = all_said(ROLES, guest.language)
        return show("accounts.html", guest, _HERE, accounts=opened, roles=roles, key=key, wrong=wrong)

    @router.get("")
    def listed(guest: Guest = present) -> Response:
        guest.visit.admit(_WHAT, "house")
        guest.visit.record(_WHAT, "house")
        return page(guest)

    @router.post("/enrolment")
    def enrol(form: Annotated[EnrolmentForm, Form()], guest: Guest = present) -> Response:
        key, wrong = guest.attempt(
            _WHAT,
            form.uscc,
            form.form_token,
            lambda: port.enrol(form.uscc.upper(), form.days, guest.account, guest.visit.at),
        )
        return page(guest, key, wrong)

    @router.post("")
    def open_account(form: Annotated[OpeningForm, Form()], guest: Guest = present) -> Response:
        _, wrong = guest.attempt(
            _WHAT,
            form.account,
            form.form_token,
            lambda: port.open(form.account, _role(form.role), guest.account, guest.visit.at),
        )
        return page(guest, wrong=wrong)


def _one(router: APIRouter, port: AccountPort, present: Any) -> None:
    def page(guest: Guest, account: str, key: str | None = None, wrong: str = "") -> Response:
        keys = [(one, one.revoked_at is None and one.expires_at > guest.visit.at) for one in port.keys_of(account)]
        return show("account.html", guest, _HERE, account=account, keys=list(reversed(keys)), key=key, wrong=wrong)

    @router.get("/{account}")
    def shown(account: _Account, guest: Guest = present) -> Response:
        guest.visit.admit(_WHAT, account)
        guest.visit.record(_WHAT, account)
        return page(guest, account)

    @router.post("/{account}/keys")
    def issue(account: _Account, form: Annotated[KeyForm, Form()], guest: Guest = present) -> Response:
        key, wrong = guest.attempt(
            _WHAT, account, form.form_token, lambda: port.issue_key(account, form.days, guest.account, guest.visit.at)
        )
        return page(guest, account, key, wrong)

    @router.post("/{account}/keys/{key_id}/rotation")
    def rotate(account: _Account, key_id: str, form: Annotated[KeyForm, Form()], guest: Guest = present) -> Response:
        key, wrong = guest.attempt(
            _WHAT, account, form.form_token, lambda: port.rotate_key(key_id, form.days, guest.account, guest.visit.at)
        )
        return page(guest, account, key, wrong)

    @router.post("/{account}/keys/{key_id}/revocation")
    def revoke(account: _Account, key_id: str, form: Annotated[Sent, Form()], guest: Guest = present) -> Response:
        _, wrong = guest.attempt(
            _WHAT, account, form.form_token, lambda: port.revoke_key(key_id, guest.account, guest.visit.at)
        )
        return page(guest, account, wrong=wrong)


def _role(text: str) -> Role:
    if text not in tuple(Role) or text == Role.ENTERPRISE:
        raise UsageError(
            f"'{text}' is no role that can be opened here.",
            "Enterprises are enrolled by their code; choose another role from the list.",
            zh=f"不能在此开立“{text}”角色。企业请按代码登记，其他角色请从列表选择。",
        )
    return Role(text)
