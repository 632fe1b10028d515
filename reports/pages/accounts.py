"""Accounts and their keys, kept by operators: enrol an enterprise, open, close, issue, rotate, revoke."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response

from expectations.errors import UsageError
from expectations.vocabulary.role import Role
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.ports import AccountPort
from reports.pages.words import ROLES, all_said

_HERE, _WHAT = "/accounts", "accounts"
_Word = Annotated[str, Form(max_length=60)]
_Account = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
_Days = Annotated[int, Form(ge=1, le=730)]


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
    def enrol(guest: Guest = present, uscc: _Word = "", days: _Days = 90, form_token: _Word = "") -> Response:
        key, wrong = guest.attempt(
            _WHAT, uscc, form_token, lambda: port.enrol(uscc.strip().upper(), days, guest.account, guest.visit.at)
        )
        return page(guest, key, wrong)

    @router.post("")
    def open_account(guest: Guest = present, account: _Word = "", role: _Word = "", form_token: _Word = "") -> Response:
        _, wrong = guest.attempt(
            _WHAT, account, form_token, lambda: port.open(account, _role(role), guest.account, guest.visit.at)
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
    def issue(account: _Account, guest: Guest = present, days: _Days = 90, form_token: _Word = "") -> Response:
        key, wrong = guest.attempt(
            _WHAT, account, form_token, lambda: port.issue_key(account, days, guest.account, guest.visit.at)
        )
        return page(guest, account, key, wrong)

    @router.post("/{account}/keys/{key_id}/rotation")
    def rotate(
        account: _Account, key_id: str, guest: Guest = present, days: _Days = 90, form_token: _Word = ""
    ) -> Response:
        key, wrong = guest.attempt(
            _WHAT, account, form_token, lambda: port.rotate_key(key_id, days, guest.account, guest.visit.at)
        )
        return page(guest, account, key, wrong)

    @router.post("/{account}/keys/{key_id}/revocation")
    def revoke(account: _Account, key_id: str, guest: Guest = present, form_token: _Word = "") -> Response:
        _, wrong = guest.attempt(
            _WHAT, account, form_token, lambda: port.revoke_key(key_id, guest.account, guest.visit.at)
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
