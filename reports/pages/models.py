"""Who grades: versions of the model, the evidence for each, and a promotion by two accounts."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from pydantic import Field

from reports.api.permissions import MAY
from reports.api.problems import Problem
from reports.pages.changes import ModelPort
from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.rendering import pictured, to
from reports.pages.words import APPROVED, MODEL_ACTS, PROPOSED, REFUSED_BY_GATES, all_said, said

Version = Annotated[str, Path(pattern="^[0-9]{1,6}$")]
_DONE = {"proposed": PROPOSED, "approved": APPROVED}


class PromotionForm(Sent):
    """One step of a promotion, and the reason for it."""

    step: Literal["propose", "approve"]
    reason: str = Field("", max_length=500)


def models(port: ModelPort, present: Any) -> APIRouter:
    """The pages under ``/models``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/models")

    def page(guest: Guest, version: str, wrong: str = "", done: str = "") -> Response:
        evidence = port.evidence(version, guest.visit.at)
        if evidence is None:
            guest.visit.refuse("models", version, Problem("not_found"))
        guest.visit.record("models", version)
        return show(
            "model.html",
            guest,
            f"/models/{version}",
            evidence=evidence,
            version=evidence.version,
            may_propose=guest.role in MAY["model.propose"],
            may_approve=guest.role in MAY["model.approve"],
            wrong=wrong,
            done=done,
        )

    @router.get("")
    def versions(guest: Guest = present) -> Response:
        guest.visit.admit("models", "all")
        found, acts = port.versions(), port.acts()
        guest.visit.record("models", "all")
        words = all_said(MODEL_ACTS, guest.language)
        return show("models.html", guest, "/models", versions=found, acts=acts, words=words)

    @router.get("/{version}")
    def one(version: Version, done: Annotated[str, Query(max_length=10)] = "", guest: Guest = present) -> Response:
        guest.visit.admit("models", version)
        return page(guest, version, done=said(_DONE[done], guest.language) if done in _DONE else "")

    @router.get("/{version}/pack")
    def pack(version: Version, guest: Guest = present) -> Response:
        guest.visit.admit("models", version)
        found = port.pack(version)
        if found is None:
            guest.visit.refuse("models", version, Problem("not_found"))
        guest.visit.record("models", version)
        return pictured(found)

    @router.post("/{version}")
    def take_step(version: Version, form: Annotated[PromotionForm, Form()], guest: Guest = present) -> Response:
        step = port.propose if form.step == "propose" else port.approve
        do = partial(step, version, form.reason, guest.account, guest.visit.at)
        held, wrong = guest.attempt(f"model.{form.step}", version, form.form_token, do)
        if held:
            return to(f"/models/{version}?done={form.step.removesuffix('e')}ed")
        return page(guest, version, wrong or said(REFUSED_BY_GATES, guest.language))

    return router
