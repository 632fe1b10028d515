"""The enterprise portal: an enterprise sees itself, and nobody else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from expectations.errors import XinjiError
from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade, Status
from reports.api.ports import HistoryPoint, Record
from reports.api.schemas.decisions import OwnGrade
from reports.pages import pictures
from reports.pages.guests import Guest
from reports.pages.ports import GradePort
from reports.pages.rendering import SECURITY, render
from reports.pages.words import (
    DIMENSIONS,
    LOOKED_AT,
    MEANINGS,
    NO_GRADE,
    OBJECTION_STATES,
    ROLES,
    STATUSES,
    all_said,
    places_of,
    said,
)

_LATEST_DAYS = 10
_PICTURE = {**SECURITY, "cache-control": "private, max-age=300"}


def portal(grades: GradePort, present: Any) -> APIRouter:
    """The pages under ``/me``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/me")

    @router.get("")
    def grade(guest: Guest = present) -> Response:
        record = own_decision(grades, guest)
        shown = OwnGrade.of(record)
        guest.record("grade", guest.uscc)
        return show(
            "grade.html",
            guest,
            "/me",
            shown=shown,
            name=record.get("name"),
            meaning=said(MEANINGS[Grade(shown.grade)] if shown.grade else NO_GRADE, guest.language),
            status_word=said(STATUSES[Status(shown.status)], guest.language),
            dimensions=dimensions_of(record, guest),
            history=list(reversed(latest(grades, guest.uscc))),
        )

    @router.get("/radar.svg")
    def radar(guest: Guest = present) -> Response:
        drawn = pictures.radar(dimensions_of(own_decision(grades, guest), guest))
        return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)

    @router.get("/history.svg")
    def history(guest: Guest = present) -> Response:
        drawn = pictures.history(list(grades.history(guest.uscc)))
        return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)

    @router.get("/visits")
    def visits(guest: Guest = present) -> Response:
        return show(
            "looks.html",
            guest,
            "/me/visits",
            looks=grades.looks(guest.uscc),
            roles=all_said(ROLES, guest.language),
            looked_at=all_said(LOOKED_AT, guest.language),
        )

    _raising(router, grades, present)
    _objecting(router, grades, present)
    _certifying(router, grades, present)
    return router


def _raising(router: APIRouter, grades: GradePort, present: Any) -> None:
    @router.get("/raise")
    def raising(guest: Guest = present) -> Response:
        return show("raise.html", guest, "/me/raise", uscc=guest.uscc, advice=None, wrong="")

    @router.post("/raise")
    def look(guest: Guest = present, form_token: Annotated[str, Form()] = "") -> Response:
        guest.check_form(form_token)
        guest.record("advice", guest.uscc)
        try:
            advice, wrong = grades.advice(guest.uscc, guest.at), ""
        except XinjiError as error:
            advice, wrong = {}, str(error.problem)
        return show("raise.html", guest, "/me/raise", advice=advice, wrong=wrong)


def _objecting(router: APIRouter, grades: GradePort, present: Any) -> None:
    def page(guest: Guest, filed: Any = None, wrong: str = "") -> Response:
        return show(
            "objections.html",
            guest,
            "/me/objections",
            disputable=grades.disputable(guest.uscc),
            objections=grades.objections(guest.uscc),
            states=all_said(OBJECTION_STATES, guest.language),
            filed=filed,
            wrong=wrong,
        )

    @router.get("/objections")
    def objections(guest: Guest = present) -> Response:
        return page(guest)

    @router.post("/objections")
    def file(
        guest: Guest = present,
        target: Annotated[str, Form(max_length=200)] = "",
        reason: Annotated[str, Form(max_length=2000)] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        guest.check_form(form_token)
        try:
            return page(guest, grades.file_objection(guest.uscc, target, reason, guest.person.account_id, guest.at))
        except XinjiError as error:
            return page(guest, wrong=f"{error.problem} {error.remedy}")


def _certifying(router: APIRouter, grades: GradePort, present: Any) -> None:
    def page(guest: Guest, wrong: str = "") -> Response:
        issued = grades.certificates(guest.uscc)
        return show("certificates.html", guest, "/me/certificate", certificates=issued, wrong=wrong)

    @router.get("/certificate")
    def certificates(guest: Guest = present) -> Response:
        return page(guest)

    @router.post("/certificate")
    def issue(guest: Guest = present, form_token: Annotated[str, Form()] = "") -> Response:
        guest.check_form(form_token)
        try:
            serial, paper = grades.certify(guest.uscc, guest.person.account_id, guest.at)
        except XinjiError as error:
            return page(guest, f"{error.problem} {error.remedy}")
        headers = {**SECURITY, "content-disposition": f'attachment; filename="xinji-{serial}.pdf"'}
        return Response(paper, media_type="application/pdf", headers=headers)


def own_decision(grades: GradePort, guest: Guest) -> Record:
    """The decision about the guest's own enterprise; turned away where there is none."""
    record = grades.decision(guest.uscc)
    if record is None:
        guest.turn_away("grade", guest.uscc, "not_found", 404)
    return record


def latest(grades: GradePort, uscc: str) -> list[HistoryPoint]:
    """The latest days of an enterprise, oldest first."""
    return list(grades.history(uscc))[-_LATEST_DAYS:]


def dimensions_of(record: Record, guest: Guest) -> list[tuple[str, float | None]]:
    """The seven sub-scores by name."""
    return [(said(DIMENSIONS[each], guest.language), record["dimensions"].get(each.value)) for each in Dimension]


def show(template: str, guest: Guest, here: str, status: int = 200, **told: Any) -> Response:
    """A page for a guest."""
    places = places_of(guest.person.role, guest.language)
    return render(template, guest.language, status, guest=guest, here=here, places=places, **told)
