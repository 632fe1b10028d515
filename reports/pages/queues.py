"""Work queues of an office: objections with their clocks, and overrides that a second account has to approve."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from expectations.errors import XinjiError
from expectations.vocabulary.moment import zoned
from reports.pages.console import AUTHORITIES, MAY_FIND
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.ports import QueuePort
from reports.pages.rendering import SECURITY
from reports.pages.words import OBJECTION_STATES, RECORDED, all_said, said


class ApprovalForm(BaseModel):
    """An officer's approval, and the reason for it."""

    reason: str = Field("", max_length=500)
    form_token: str = ""


class ObjectionForm(ApprovalForm):
    """One step of an objection: where ``reason`` names the department it is forwarded to, or why it is answered so."""

    step: Literal["forward", "upheld", "rejected"]


def queues(work: QueuePort, present: Any) -> APIRouter:
    """The page ``/console/queues`` and its forms. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/console")

    def page(guest: Guest, wrong: str = "", done: str = "") -> Response:
        guest.record("queues", "open")
        return show(
            "queues.html",
            guest,
            "/console/queues",
            objections=work.open_objections(),
            overrides=work.waiting_overrides(),
            states=all_said(OBJECTION_STATES, guest.language),
            today=zoned(guest.at).date(),
            may_act=guest.person.role in MAY_FIND,
            wrong=wrong,
            done=done,
        )

    @router.get("/queues")
    def waiting(done: Annotated[bool, Query()] = False, guest: Guest = present) -> Response:
        guest.admit(AUTHORITIES, "queues", "open")
        if not guest.purpose:
            return RedirectResponse("/purpose", 303, dict(SECURITY))
        return page(guest, done=said(RECORDED, guest.language) if done else "")

    def act(guest: Guest, what: str, about: str, token: str, do: Callable[[], None]) -> Response:
        guest.admit(MAY_FIND, what, about)
        guest.check_form(token)
        try:
            do()
        except XinjiError as error:
            return page(guest, wrong=f"{error.problem} {error.remedy}")
        return RedirectResponse("/console/queues?done=true", 303, dict(SECURITY))

    @router.post("/objections/{objection}")
    def take_step(objection: str, form: Annotated[ObjectionForm, Form()], guest: Guest = present) -> Response:
        account, at = guest.person.account_id, guest.at
        do = partial(work.objection_step, objection, form.step, form.reason, account, at)
        return act(guest, "objection", objection, form.form_token, do)

    @router.post("/overrides/{override}")
    def approve(override: str, form: Annotated[ApprovalForm, Form()], guest: Guest = present) -> Response:
        do = partial(work.approve_override, override, form.reason, guest.person.account_id, guest.at)
        return act(guest, "override", override, form.form_token, do)

    return router
