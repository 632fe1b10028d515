"""Who else is told: an enterprise consents to a bank, withdraws it, and sees which offices receive its grade."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from pydantic import Field

from expectations.errors import UsageError
from models.people.sharing import Share
from reports.api.ports import SharingPort
from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest

_HERE = "/me/sharing"


class ConsentForm(Sent):
    """To which bank, what for, and until when."""

    receiver: str = Field("", max_length=200)
    purpose: str = Field("", max_length=200)
    last_day: str = Field("", max_length=10)


class WithdrawalForm(Sent):
    """Why a consent is withdrawn."""

    reason: str = Field("", max_length=200)


def sharing(port: SharingPort, present: Any) -> APIRouter:
    """The pages under ``/me/sharing``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix=_HERE)

    def page(guest: Guest, uscc: str, wrong: str = "") -> Response:
        at = guest.visit.at
        consents = [(one, one.holds_at(at)) for one in port.consents(uscc)]
        return show(
            "sharing.html",
            guest,
            _HERE,
            consents=list(reversed(consents)),
            receivers=list(port.receivers(uscc, at)),
            banks=list(port.banks()),
            wrong=wrong,
        )

    @router.get("")
    def consents(guest: Guest = present) -> Response:
        uscc = guest.own("consents")
        guest.visit.record("consents", uscc)
        return page(guest, uscc)

    @router.post("")
    def give(form: Annotated[ConsentForm, Form()], guest: Guest = present) -> Response:
        uscc, at = guest.own("consent.give"), guest.visit.at
        _, wrong = guest.attempt(
            "consent.give",
            uscc,
            form.form_token,
            lambda: port.give_consent(uscc, Share(form.receiver, form.purpose, _day(form.last_day)), guest.account, at),
        )
        return page(guest, uscc, wrong)

    @router.post("/{consent}/withdrawal")
    def withdraw(consent: str, form: Annotated[WithdrawalForm, Form()], guest: Guest = present) -> Response:
        uscc, at = guest.own("consent.withdraw"), guest.visit.at
        _, wrong = guest.attempt(
            "consent.withdraw",
            uscc,
            form.form_token,
            lambda: port.withdraw_consent(uscc, consent, guest.account, at, form.reason),
        )
        return page(guest, uscc, wrong)

    return router


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"'{text}' is no day.",
            "Write it as year, month and day: 2027-03-31.",
            zh=f"“{text}”不是日期。请按年-月-日填写，例如 2027-03-31。",
        ) from error
