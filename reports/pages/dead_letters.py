"""Messages that the receiver did not take: who answers for each, why, and whether it is sent again or given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Response
from pydantic import Field

from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.ports import DeadLetterPort
from reports.pages.words import DEAD_LETTER_STEPS, LETTER_RECORDED, MESSAGE_KINDS, all_said, said

_HERE, _WHAT = "/dead-letters", "dead_letters"
_Letter = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class OwnerForm(Sent):
    """Who answers for a letter, and why."""

    to: str = Field("", max_length=60)
    reason: str = Field("", max_length=500)


class StepForm(Sent):
    """What is done with a letter, and why."""

    step: Literal["resend", "give_up"]
    reason: str = Field("", max_length=500)


def dead_letters(port: DeadLetterPort, present: Any) -> APIRouter:
    """The pages under ``/dead-letters``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix=_HERE)

    def page(guest: Guest, wrong: str = "", done: str = "") -> Response:
        return show(
            "dead_letters.html",
            guest,
            _HERE,
            letters=port.letters(),
            kinds=all_said(MESSAGE_KINDS, guest.language),
            steps=all_said(DEAD_LETTER_STEPS, guest.language),
            wrong=wrong,
            done=done,
        )

    def act(guest: Guest, letter: str, form: Sent, do: Callable[[], Any]) -> Response:
        _, wrong = guest.attempt(_WHAT, letter, form.form_token, do)
        return page(guest, wrong, "" if wrong else said(LETTER_RECORDED, guest.language))

    @router.get("")
    def listed(guest: Guest = present) -> Response:
        guest.visit.admit(_WHAT, "house")
        guest.visit.record(_WHAT, "house")
        return page(guest)

    @router.post("/{letter}/owner")
    def assign(letter: _Letter, form: Annotated[OwnerForm, Form()], guest: Guest = present) -> Response:
        at = guest.visit.at
        return act(guest, letter, form, lambda: port.assign(letter, form.to, guest.account, form.reason, at))

    @router.post("/{letter}")
    def settle(letter: _Letter, form: Annotated[StepForm, Form()], guest: Guest = present) -> Response:
        do = port.resend if form.step == "resend" else port.give_up
        return act(guest, letter, form, lambda: do(letter, guest.account, form.reason, guest.visit.at))

    return router
