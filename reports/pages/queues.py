"""Work queues of an office: objections with their clocks, and overrides that a second account has to approve."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from pydantic import Field

from expectations.vocabulary.moment import zoned
from reports.api.answers import download
from reports.api.permissions import MAY
from reports.api.ports import DeskPort
from reports.api.routes.desk import ObjectionId, Sha256
from reports.api.routes.enterprises import Uscc
from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.ports import QueuePort
from reports.pages.rendering import to
from reports.pages.words import OBJECTION_STATES, RECORDED, all_said, said


class ApprovalForm(Sent):
    """An officer's approval, and the reason for it."""

    reason: str = Field("", max_length=500)


class ObjectionForm(ApprovalForm):
    """One step of an objection: where ``reason`` names the department it is forwarded to, or why it is answered so."""

    step: Literal["forward", "upheld", "rejected"]


def queues(work: QueuePort, desk: DeskPort, present: Any) -> APIRouter:
    """The page ``/console/queues``, its forms, and papers of objections. ``present`` says who is there."""
    router = APIRouter(prefix="/console")

    def page(guest: Guest, wrong: str = "", done: str = "") -> Response:
        guest.visit.record("queues", "open")
        return show(
            "queues.html",
            guest,
            "/console/queues",
            objections=work.open_objections(),
            overrides=work.waiting_overrides(),
            states=all_said(OBJECTION_STATES, guest.language),
            today=zoned(guest.visit.at).date(),
            may_act=guest.role in MAY["override.approve"],
            wrong=wrong,
            done=done,
        )

    @router.get("/queues")
    def waiting(done: Annotated[bool, Query()] = False, guest: Guest = present) -> Response:
        guest.visit.admit("queues", "open")
        return page(guest, done=said(RECORDED, guest.language) if done else "")

    @router.get("/enterprises/{uscc}/objections/{objection}/attachments/{sha256}")
    def attachment(uscc: Uscc, objection: ObjectionId, sha256: Sha256, guest: Guest = present) -> Response:
        guest.visit.admit("objection.attachment", uscc)
        found, wrong = guest.look("objection.attachment", uscc, lambda: desk.attachment(uscc, objection, sha256))
        if found is None:
            return page(guest, wrong)
        told, content = found
        return download(content, told.name, told.media_type)

    @router.post("/objections/{objection}")
    def take_step(objection: str, form: Annotated[ObjectionForm, Form()], guest: Guest = present) -> Response:
        do = partial(work.objection_step, objection, form.step, form.reason, guest.account, guest.visit.at)
        left, wrong = guest.attempt("objection.step", objection, form.form_token, do)
        return page(guest, wrong) if wrong else to("/console/queues?done=true", left)

    @router.post("/overrides/{override}")
    def approve(override: str, form: Annotated[ApprovalForm, Form()], guest: Guest = present) -> Response:
        do = partial(work.approve_override, override, form.reason, guest.account, guest.visit.at)
        _, wrong = guest.attempt("override.approve", override, form.form_token, do)
        return page(guest, wrong) if wrong else to("/console/queues?done=true")

    return router
