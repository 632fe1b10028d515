"""The regulator console: the day's list, one enterprise with its alerts, and what was found about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from pydantic import Field

from expectations.vocabulary.grade import Severity, Status
from reports.api.permissions import MAY
from reports.api.ports import Ports, Record
from reports.api.problems import Problem
from reports.api.routes.enterprises import Uscc
from reports.api.schemas.decisions import FullGrade
from reports.api.schemas.listing import Plan
from reports.pages.enterprise import dimensions_of, show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.ports import ConsolePort
from reports.pages.rendering import to
from reports.pages.words import FINDING_RECORDED, STATUSES, WHYS, all_said, said
from reports.risklist.columns import SEVERITY_WORDS, department_word
from reports.risklist.department import by_day
from reports.risklist.words import headline, summary

_LISTED = 100
"""Rows of the list on one page; the whole of it is in its documents."""

_SOON = 10
"""Rows of what comes first today that lie open: about what twenty minutes are enough for."""


class FindingForm(Sent):
    """What an officer sends about an alert."""

    outcome: Literal["confirmed", "explained", "data_error"]
    reason: str = Field("", max_length=500)


def console(ports: Ports, work: ConsolePort, present: Any) -> APIRouter:
    """The pages under ``/console``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/console")

    def page(guest: Guest, uscc: str, **said_of_it: str) -> Response:
        guest.visit.admit("enterprise.alerts", uscc)
        told = _about(ports, work, guest, uscc)
        return show("enterprise.html", guest, "/console", **told, **{"wrong": "", "done": "", **said_of_it})

    @router.get("")
    def risk_list(
        guest: Guest = present,
        day: Annotated[date | None, Query(alias="date")] = None,
        first: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        asked = day.isoformat() if day else "latest"
        guest.visit.admit("risklist", asked)
        wanted = day or work.latest_day()
        found = work.list_of(wanted, guest.visit.department) if wanted else None
        checked = work.checked()
        due = by_day(found.first_today) if found else ()
        rows = found.rows[first - 1 : first - 1 + _LISTED] if found else ()
        if day and found is None:
            guest.visit.refuse("risklist", asked, Problem("not_found"))
        guest.visit.record("risklist", found.business_date if found else asked)
        return show(
            "list.html",
            guest,
            "/console",
            found=found,
            rows=rows,
            due=[row for row in due if not row.is_checked(checked)],
            done=sum(row.is_checked(checked) for row in due),
            checked=checked,
            soon=_SOON,
            first=first,
            listed=_LISTED,
            headline=headline(found, guest.language) if found else "",
            summary=summary(found, guest.language) if found else "",
            severity_words=SEVERITY_WORDS,
            department_word=department_word,
        )

    _days(router, ports, work, present)

    @router.get("/enterprises/{uscc}")
    def enterprise(uscc: Uscc, found: Annotated[bool, Query()] = False, guest: Guest = present) -> Response:
        return page(guest, uscc, done=said(FINDING_RECORDED, guest.language) if found else "")

    @router.post("/alerts/{alert_id}")
    def find(alert_id: str, form: Annotated[FindingForm, Form()], guest: Guest = present) -> Response:
        alert = ports.queries.alert(alert_id)
        if alert is None:
            guest.visit.refuse("feedback.give", alert_id, Problem("not_found"))
        if not _of_department(ports, work, guest, [alert]):
            guest.visit.refuse("feedback.give", alert_id, Problem("forbidden"))
        _, wrong = guest.attempt(
            "feedback.give",
            alert_id,
            form.form_token,
            lambda: ports.desk.give_feedback(alert_id, form.outcome, form.reason, guest.account, guest.visit.at),
        )
        if wrong:
            return page(guest, alert["uscc"], wrong=wrong)
        return to(f"/console/enterprises/{alert['uscc']}?found=true")

    return router


def _days(router: APIRouter, ports: Ports, work: ConsolePort, present: Any) -> None:
    @router.get("/plan")
    def plan(guest: Guest = present, day: Annotated[date | None, Query(alias="date")] = None) -> Response:
        wanted = day or work.latest_day()
        about = wanted.isoformat() if wanted else "latest"
        guest.visit.admit("plan", about)
        found = ports.plans.plan_of(wanted) if wanted else None
        guest.visit.record("plan", about)
        return show(
            "plan.html",
            guest,
            "/console/plan",
            day=wanted,
            plan=Plan.of(found, guest.visit.department) if found else None,
            whys=all_said(WHYS, guest.language),
            department_word=department_word,
        )

    @router.get("/migration")
    def migration(before: date | None = None, day: date | None = None, guest: Guest = present) -> Response:
        about = day.isoformat() if day else "latest"
        guest.visit.admit("grades", about)
        found = work.migration(before, day)
        guest.visit.record("grades", about)
        return show("migration.html", guest, "/console/migration", found=found)


def _about(ports: Ports, work: ConsolePort, guest: Guest, uscc: str) -> dict[str, Any]:
    """What a page tells an office of an enterprise, on record as seen; refused where there is no decision."""
    record = ports.queries.latest_decision(uscc, None)
    if record is None:
        guest.visit.refuse("grade", uscc, Problem("not_found"))
    guest.visit.record("grade", uscc)
    day = work.latest_day()
    alerts = [one for one in ports.queries.open_alerts(day) if one["uscc"] == uscc] if day else []
    titled = sorted(work.titled(_of_department(ports, work, guest, alerts)), key=_worst_first)
    return {
        "alert_names": {one["alert_id"]: f"{one['rule']} {one.get(guest.language, '')}".strip() for one in titled},
        "shown": FullGrade.model_validate(record),
        "name": record.get("name"),
        "status_word": said(STATUSES[Status(record["status"])], guest.language),
        "dimensions": dimensions_of(record, guest.language),
        "alerts": titled,
        "checked": work.checked(),
        "severity_words": SEVERITY_WORDS,
        "may_find": guest.role in MAY["feedback.give"],
    }


def _worst_first(alert: Record) -> tuple[int, str]:
    return Severity(alert["severity"]).rank, alert["rule"]


def _of_department(ports: Ports, work: ConsolePort, guest: Guest, alerts: list[Record]) -> list[Record]:
    """Those alerts that the latest day's policy asks the guest's department to check."""
    day = work.latest_day()
    return list(guest.visit.of_department(alerts, ports.house.departments(day))) if day else []
