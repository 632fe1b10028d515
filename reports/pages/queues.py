"""Work queues of an office: objections with their clocks, and overrides that a second account has to approve."""

from __future__ import annotations

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


class StepForm(BaseModel):
    """One step of an officer."""

    step: Literal["forward", "upheld", "rejected", "approve"] = "approve"
    reason: str = Field("", max_length=500)
    form_token: str = ""


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

    @router.post("/objections/{objection}")
    def object_step(objection: str, form: Annotated[StepForm, Form()], guest: Guest = present) -> Response:
        return act(guest, "objection", objection, form)

    @router.post("/overrides/{override}")
    def approve(override: str, form: Annotated[StepForm, Form()], guest: Guest = present) -> Response:
        return act(guest, "override", override, form)

    def act(guest: Guest, what: Literal["objection", "override"], about: str, form: StepForm) -> Response:
        guest.admit(MAY_FIND, what, about)
        guest.check_form(form.form_token)
        try:
            if what == "objection":
                work.objection_step(about, form.step, form.reason, guest.person.account_id, guest.at)
            else:
                work.approve_override(about, form.reason, guest.person.account_id, guest.at)
        except XinjiError as error:
            return page(guest, wrong=f"{error.problem} {error.remedy}")
        return RedirectResponse("/console/queues?done=true", 303, dict(SECURITY))

    return router
