"""The enterprise portal: an enterprise sees itself, and nobody else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response, UploadFile
from pydantic import Field

from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.language import Language
from expectations.vocabulary.role import Role
from models.people.objections import Complaint
from reports.api.ports import Ports, Record
from reports.api.problems import Problem
from reports.api.schemas.decisions import OwnGrade
from reports.pages import pictures
from reports.pages.forms import Sent, papers_of
from reports.pages.guests import Guest
from reports.pages.ports import PortalPort
from reports.pages.rendering import SECURITY, document, render
from reports.pages.words import (
    DIMENSIONS,
    LOOKED_AT,
    MEANINGS,
    NO_GRADE,
    OBJECTION_STATES,
    ROLES,
    STANDINGS,
    STATUSES,
    all_said,
    places_of,
    said,
)

_LATEST_DAYS = 10
_LOOKS_SHOWN = 200
_PICTURE = {**SECURITY, "cache-control": "private, max-age=300"}
_SHOWN = 200
_Token = Annotated[str, Form()]
_Objection = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]


class ObjectionForm(Sent):
    """What an enterprise objects to and why, with papers that show it."""

    target: str = Field("", max_length=200)
    reason: str = Field("", max_length=2000)
    files: list[UploadFile] = Field(default_factory=list)


class PapersForm(Sent):
    """Papers for an objection that was filed."""

    files: list[UploadFile] = Field(default_factory=list)


def portal(ports: Ports, port: PortalPort, present: Any) -> APIRouter:
    """The pages under ``/me``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/me")
    _grades(router, ports, present)
    _raising(router, port, present)
    _supporting(router, port, present)
    _objecting(router, ports, port, present)
    _certifying(router, port, present)
    return router


def _grades(router: APIRouter, ports: Ports, present: Any) -> None:
    @router.get("")
    def grade(guest: Guest = present) -> Response:
        record = own_decision(ports, guest)
        shown = OwnGrade.of(record)
        return show(
            "grade.html",
            guest,
            "/me",
            shown=shown,
            name=record.get("name"),
            meaning=said(MEANINGS[Grade(shown.grade)] if shown.grade else NO_GRADE, guest.language),
            status_word=said(STATUSES[Status(shown.status)], guest.language),
            dimensions=dimensions_of(record, guest.language),
            history=list(reversed(ports.queries.grade_history(shown.uscc)[-_LATEST_DAYS:])),
        )

    @router.get("/radar.svg")
    def radar(guest: Guest = present) -> Response:
        drawn = pictures.radar(dimensions_of(own_decision(ports, guest), guest.language))
        return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)

    @router.get("/history.svg")
    def history(guest: Guest = present) -> Response:
        uscc = guest.own("history")
        drawn = pictures.history(ports.queries.grade_history(uscc))
        guest.visit.record("history", uscc)
        return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)

    @router.get("/visits")
    def visits(guest: Guest = present) -> Response:
        uscc = guest.own("looks")
        found = [
            one
            for one in ports.queries.looks(uscc, hide_inquiries=True)
            if Role(one["role"]) is not Role.ENTERPRISE and one["status"] == _SHOWN
        ]
        guest.visit.record("looks", uscc)
        return show(
            "looks.html",
            guest,
            "/me/visits",
            looks=list(reversed(found[-_LOOKS_SHOWN:])),
            roles=all_said(ROLES, guest.language),
            looked_at=all_said(LOOKED_AT, guest.language),
        )


def _raising(router: APIRouter, port: PortalPort, present: Any) -> None:
    @router.get("/raise")
    def raising(guest: Guest = present) -> Response:
        guest.own("advice")
        return show("raise.html", guest, "/me/raise", advice=None, wrong="")

    @router.post("/raise")
    def look(guest: Guest = present, form_token: _Token = "") -> Response:
        uscc = guest.own("advice")
        advice, wrong = guest.attempt("advice", uscc, form_token, lambda: port.advice(uscc, guest.visit.at))
        return show("raise.html", guest, "/me/raise", advice=advice, wrong=wrong)


def _supporting(router: APIRouter, port: PortalPort, present: Any) -> None:
    @router.get("/support")
    def support(guest: Guest = present) -> Response:
        uscc = guest.own("support")
        told, wrong = guest.look("support", uscc, lambda: port.support(uscc))
        standings = all_said(STANDINGS, guest.language)
        return show("support.html", guest, "/me/support", told=told, standings=standings, wrong=wrong)


def _objecting(router: APIRouter, ports: Ports, port: PortalPort, present: Any) -> None:
    def page(guest: Guest, uscc: str, filed: Any = None, wrong: str = "", written: str = "") -> Response:
        return show(
            "objections.html",
            guest,
            "/me/objections",
            disputable=port.disputable(uscc),
            objections=list(ports.desk.objections(uscc)),
            states=all_said(OBJECTION_STATES, guest.language),
            filed=filed,
            wrong=wrong,
            written=written,
        )

    @router.get("/objections")
    def objections(guest: Guest = present) -> Response:
        uscc = guest.own("objections")
        guest.visit.record("objections", uscc)
        return page(guest, uscc)

    @router.post("/objections")
    def file(form: Annotated[ObjectionForm, Form()], guest: Guest = present) -> Response:
        uscc, at = guest.own("objection.file"), guest.visit.at
        complaint = Complaint(uscc, form.target, form.reason)
        filed, wrong = guest.attempt(
            "objection.file",
            uscc,
            form.form_token,
            lambda: ports.desk.file_objection(complaint, guest.account, at, papers_of(form.files)),
        )
        return page(guest, uscc, filed, wrong, form.reason if wrong else "")

    @router.post("/objections/{objection}")
    def attach(objection: _Objection, form: Annotated[PapersForm, Form()], guest: Guest = present) -> Response:
        uscc, at = guest.own("objection.file"), guest.visit.at
        filed, wrong = guest.attempt(
            "objection.file",
            uscc,
            form.form_token,
            lambda: ports.desk.attach(uscc, objection, papers_of(form.files), guest.account, at),
        )
        return page(guest, uscc, filed, wrong)


def _certifying(router: APIRouter, port: PortalPort, present: Any) -> None:
    def page(guest: Guest, uscc: str, wrong: str = "") -> Response:
        issued = port.certificates(uscc)
        return show("certificates.html", guest, "/me/certificate", certificates=issued, wrong=wrong)

    @router.get("/certificate")
    def certificates(guest: Guest = present) -> Response:
        uscc = guest.own("certificates")
        guest.visit.record("certificates", uscc)
        return page(guest, uscc)

    @router.post("/certificate")
    def issue(guest: Guest = present, form_token: _Token = "") -> Response:
        uscc, at = guest.own("certificate.issue"), guest.visit.at
        made, wrong = guest.attempt(
            "certificate.issue", uscc, form_token, lambda: port.certify(uscc, guest.account, at)
        )
        if made is None:
            return page(guest, uscc, wrong)
        serial, paper = made
        return document(paper, f"xinji-{serial}.pdf")


def own_decision(ports: Ports, guest: Guest) -> Record:
    """The decision about the guest's own enterprise, on record as seen; refused where there is none."""
    uscc = guest.own("grade")
    record = ports.queries.latest_decision(uscc, None)
    if record is None:
        guest.visit.refuse("grade", uscc, Problem("not_found"))
    guest.visit.record("grade", uscc)
    return record


def dimensions_of(record: Record, language: Language) -> list[tuple[str, float | None]]:
    """The seven sub-scores by name."""
    return [(said(DIMENSIONS[each], language), record["dimensions"].get(each.value)) for each in Dimension]


def show(template: str, guest: Guest, here: str, **told: Any) -> Response:
    """A page for a guest."""
    return render(
        template, guest.language, guest=guest, here=here, places=places_of(guest.role, guest.language), **told
    )
