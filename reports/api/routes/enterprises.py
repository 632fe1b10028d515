"""What is asked about one enterprise."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import date
from inspect import signature
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute

from expectations.vocabulary.role import Role
from reports.api.access import Visit
from reports.api.answers import Remembered, answer
from reports.api.pages import PAGE, After, Limit, page
from reports.api.ports import Ports, Record
from reports.api.problems import ASKED, Problem
from reports.api.schemas.decisions import (
    Action,
    Actions,
    Alert,
    EnterpriseAlerts,
    FullGrade,
    GradeDay,
    History,
    Look,
    Looks,
    OwnGrade,
    OwnReasons,
    Reasons,
)

_CODE = "^[0-9A-HJ-NPQRTUWXY]{18}$"
_WELL_FORMED = re.compile(_CODE)
Uscc = Annotated[str, Path(pattern=_CODE, description="unified social credit code 统一社会信用代码")]


def enterprises(ports: Ports, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1/enterprises/{uscc}", tags=["enterprise"], responses=ASKED)
    router.route_class = PlainQuestion
    _grade(router, ports, visits)
    router.route_class = APIRoute
    _reasons(router, ports, visits)
    _past(router, ports, visits)
    _asked_of_it(router, ports, visits)
    return router


def _latest(ports: Ports, visit: Visit, what: str, uscc: str, as_of: date | None = None) -> Record:
    """The decision that holds, for somebody who may see it; an unknown enterprise is a refusal on record."""
    visit.admit(what, uscc)
    record = ports.queries.latest_decision(uscc, as_of)
    if record is None:
        visit.refuse(what, uscc, Problem("not_found"))
    return record


class PlainQuestion(APIRoute):
    """A question with nothing but a code in its address goes past the framework's reading of parameters.

    That reading costs as much as the answer, and this is what is asked thousands of times. Whatever else stands in
    the address is read, and refused, by the framework.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The short way where it can be gone, else the usual one."""
        usual, ask = super().get_route_handler(), self.endpoint
        door = signature(ask).parameters["visit"].default.dependency

        async def handle(request: Request) -> Response:
            uscc = request.path_params["uscc"]
            if request.scope["query_string"] or not _WELL_FORMED.fullmatch(uscc):
                return await usual(request)
            answered: Response = await ask(request, uscc, None, await door(request))
            return answered

        return handle


def _grade(router: APIRouter, ports: Ports, visits: Visit) -> None:
    remembered = Remembered()

    @router.get("/grade", response_model=FullGrade | OwnGrade, summary="Grade of an enterprise 企业信用等级")
    async def grade(request: Request, uscc: Uscc, as_of: date | None = None, visit: Visit = visits) -> Response:
        """The decision that holds now, or as of a business date. An enterprise sees itself, in its own view."""
        if problem := visit.against("grade", uscc):
            await visit.refused("grade", uscc, problem)
        record = ports.queries.latest_decision(uscc, as_of)
        if record is None:
            await visit.refused("grade", uscc, Problem("not_found"))
        view: Callable[[Record], FullGrade | OwnGrade] = OwnGrade.of if _itself(visit) else FullGrade.model_validate
        found = remembered.get((uscc, record["decision_id"], view.__qualname__), lambda: view(record))
        await visit.recorded("grade", uscc)
        return found.to(request)


def _reasons(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/reasons", response_model=Reasons | OwnReasons, summary="Why the grade is what it is 等级原因")
    def reasons(request: Request, uscc: Uscc, as_of: date | None = None, visit: Visit = visits) -> Response:
        """At most four, rules first. An enterprise reads them without the measured values, and only those it may."""
        record = _latest(ports, visit, "reasons", uscc, as_of)
        shown = OwnReasons.of(record) if _itself(visit) else Reasons.model_validate(record)
        visit.record("reasons", uscc)
        return answer(request, shown)


def _past(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/history", response_model=History, summary="Grades over time 历史等级")
    def history(
        request: Request, uscc: Uscc, after: After = "", limit: Limit = PAGE, visit: Visit = visits
    ) -> Response:
        """One grade per business date, oldest first: the decision made with the latest knowledge."""
        visit.admit("history", uscc)
        points = list(ports.queries.grade_history(uscc))
        if not points:
            visit.refuse("history", uscc, Problem("not_found"))
        days, following = page(map(GradeDay.of, points), after, limit, lambda one: one.date.isoformat())
        visit.record("history", uscc)
        return answer(request, History(uscc=uscc, history=days, next=following))

    @router.get("/looks", response_model=Looks, summary="Who looked 查询记录")
    def looks(request: Request, uscc: Uscc, after: After = "", limit: Limit = PAGE, visit: Visit = visits) -> Response:
        """Who looked at it and why, oldest first. An enterprise is not shown looks made while an alert waits."""
        visit.admit("looks", uscc)
        found = (Look.model_validate(one) for one in ports.queries.looks(uscc, hide_inquiries=_itself(visit)))
        shown, following = page(found, after, limit, lambda one: str(one.position))
        visit.record("looks", uscc)
        return answer(request, Looks(uscc=uscc, looks=shown, next=following))


def _asked_of_it(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/alerts", response_model=EnterpriseAlerts, summary="Open alerts of an enterprise 企业预警")
    def alerts(request: Request, uscc: Uscc, visit: Visit = visits) -> Response:
        """Those open on the day of its latest decision that ask something of the caller's department."""
        record = _latest(ports, visit, "enterprise.alerts", uscc)
        day = date.fromisoformat(record["date"])
        found = [one for one in ports.queries.open_alerts(day) if one["uscc"] == uscc]
        shown = [Alert.model_validate(one) for one in visit.of_department(found, ports.house.departments(day))]
        visit.record("enterprise.alerts", uscc)
        return answer(request, EnterpriseAlerts(uscc=uscc, date=day, alerts=shown))

    @router.get("/actions", response_model=Actions, summary="What is suggested 建议措施")
    def actions(request: Request, uscc: Uscc, visit: Visit = visits) -> Response:
        """What its latest decision asks the caller's department to consider; an office of the zone sees them all."""
        record = _latest(ports, visit, "enterprise.actions", uscc)
        asked = [one for one in record["actions"] if visit.department in (None, one.get("department"))]
        shown = [Action.model_validate({**one, "uscc": uscc}) for one in asked]
        visit.record("enterprise.actions", uscc)
        return answer(request, Actions(date=date.fromisoformat(record["date"]), actions=shown, next=None))


def _itself(visit: Visit) -> bool:
    return visit.caller.role is Role.ENTERPRISE
