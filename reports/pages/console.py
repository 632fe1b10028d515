"""The regulator console: the day's list, one enterprise with its alerts, and what was found about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from expectations.errors import XinjiError
from expectations.vocabulary.grade import Status
from reports.api.permissions import MAY
from reports.api.schemas.decisions import FullGrade
from reports.pages.enterprise import dimensions_of, show
from reports.pages.guests import Guest
from reports.pages.ports import ConsolePort, GradePort
from reports.pages.rendering import SECURITY
from reports.pages.words import FINDING_RECORDED, STATUSES, said
from reports.risklist.columns import SEVERITY_WORDS, department_word
from reports.risklist.words import headline, summary

AUTHORITIES = MAY["risklist"]
MAY_FIND = MAY["feedback.give"]

_USCC = "^[0-9A-HJ-NPQRTUWXY]{18}$"
_Uscc = Annotated[str, Path(pattern=_USCC)]


def department_of(guest: Guest, work: ConsolePort) -> str | None:
    """The department whose part a guest sees; an auditor sees the whole."""
    return work.department_of(guest.person.account_id) if guest.person.role in MAY_FIND else None


class FindingForm(BaseModel):
    """What an officer sends about an alert."""

    outcome: Literal["confirmed", "explained", "data_error"]
    uscc: str = Field(pattern=_USCC)
    reason: str = Field("", max_length=500)
    form_token: str = ""


def console(work: ConsolePort, grades: GradePort, present: Any) -> APIRouter:
    """The pages under ``/console``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/console")

    def page(guest: Guest, uscc: str, wrong: str = "", done: str = "") -> Response:
        record = grades.decision(uscc)
        if record is None:
            guest.turn_away("grade", uscc, "not_found", 404)
        guest.record("grade", uscc)
        return show(
            "enterprise.html",
            guest,
            "/console",
            shown=FullGrade.model_validate(record),
            name=record.get("name"),
            status_word=said(STATUSES[Status(record["status"])], guest.language),
            dimensions=dimensions_of(record, guest),
            alerts=work.alerts(uscc, department_of(guest, work)),
            severity_words=SEVERITY_WORDS,
            may_find=guest.person.role in MAY_FIND,
            wrong=wrong,
            done=done,
        )

    @router.get("")
    def risk_list(guest: Guest = present, day: Annotated[date | None, Query(alias="date")] = None) -> Response:
        asked = day.isoformat() if day else "latest"
        guest.admit(AUTHORITIES, "list", asked)
        if not guest.purpose:
            return RedirectResponse("/purpose", 303, dict(SECURITY))
        wanted = day or work.latest_day()
        found = work.list_of(wanted, department_of(guest, work)) if wanted else None
        if day and found is None:
            guest.turn_away("list", asked, "not_found", 404)
        guest.record("list", found.business_date if found else asked)
        return show(
            "list.html",
            guest,
            "/console",
            found=found,
            headline=headline(found, guest.language) if found else "",
            summary=summary(found, guest.language) if found else "",
            severity_words=SEVERITY_WORDS,
            department_word=department_word,
        )

    @router.get("/enterprises/{uscc}")
    def enterprise(uscc: _Uscc, found: Annotated[bool, Query()] = False, guest: Guest = present) -> Response:
        guest.admit(AUTHORITIES, "grade", uscc)
        if not guest.purpose:
            return RedirectResponse("/purpose", 303, dict(SECURITY))
        return page(guest, uscc, done=said(FINDING_RECORDED, guest.language) if found else "")

    @router.post("/alerts/{alert_id}")
    def find(alert_id: str, form: Annotated[FindingForm, Form()], guest: Guest = present) -> Response:
        guest.admit(MAY_FIND, "finding", alert_id)
        guest.check_form(form.form_token)
        asked = work.alerts(form.uscc, department_of(guest, work))
        if alert_id not in {one["alert_id"] for one in asked}:
            guest.turn_away("finding", alert_id)
        try:
            work.find(alert_id, form.outcome, form.reason, guest.person.account_id, guest.at)
        except XinjiError as error:
            return page(guest, form.uscc, wrong=f"{error.problem} {error.remedy}")
        return RedirectResponse(f"/console/enterprises/{form.uscc}?found=true", 303, dict(SECURITY))

    return router
