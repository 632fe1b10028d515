"""What is asked about a business date: grades, alerts, suggested actions, the risk list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from reports.api.access import Visit
from reports.api.answers import answer
from reports.api.pages import PAGE, After, Limit, page
from reports.api.ports import Ports
from reports.api.problems import ASKED, Problem
from reports.api.schemas.decisions import Action, Actions, Alert, Alerts, FullGrade, Grades
from reports.api.schemas.listing import Plan, RiskListPage

Day = Annotated[date, Query(alias="date", description="Business date.")]


def days(ports: Ports, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1", tags=["day"], responses=ASKED)
    _decided(router, ports, visits)
    _to_do(router, ports, visits)
    _planned(router, ports, visits)
    return router


def _decided(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/grades", response_model=Grades, summary="All grades of a day 当日全部等级")
    def grades(request: Request, day: Day, after: After = "", limit: Limit = PAGE, visit: Visit = visits) -> Response:
        """A page of the day's decisions by USCC; ask again with ``after`` set to ``next``."""
        visit.admit("grades", day.isoformat())
        known_at = ports.queries.known_at(day)
        if known_at is None:
            visit.refuse("grades", day.isoformat(), Problem("not_found"))
        found = [FullGrade.model_validate(record) for record in ports.queries.decisions_of(day, after, limit)]
        visit.record("grades", day.isoformat())
        following = found[-1].uscc if len(found) == limit else None
        return answer(request, Grades(date=day, known_at=known_at, grades=found, next=following))

    @router.get("/alerts", response_model=Alerts, summary="Alerts open on a day 当日预警")
    def alerts(request: Request, day: Day, after: After = "", limit: Limit = PAGE, visit: Visit = visits) -> Response:
        """Patterns that deserve a check, in order of opening. None is a finding until an officer confirms it.

        A department sees those that ask something of it.
        """
        visit.admit("alerts", day.isoformat())
        own = visit.of_department(ports.queries.open_alerts(day), ports.house.departments(day))
        shown, following = page(map(Alert.model_validate, own), after, limit, lambda one: one.alert_id)
        visit.record("alerts", day.isoformat())
        return answer(request, Alerts(date=day, alerts=shown, next=following))


def _to_do(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/actions", response_model=Actions, summary="What is suggested on a day 当日建议措施")
    def actions(request: Request, day: Day, after: After = "", limit: Limit = PAGE, visit: Visit = visits) -> Response:
        """What an alert asks for by a day, by USCC. Measures that go with a grade are in the decisions."""
        visit.admit("actions", day.isoformat())
        if ports.queries.known_at(day) is None:
            visit.refuse("actions", day.isoformat(), Problem("not_found"))
        found = (Action.model_validate(one) for one in _tasks(ports, visit, day))
        shown, following = page(found, after, limit, lambda one: f"{one.uscc}/{one.id}/{one.alert_id}")
        visit.record("actions", day.isoformat())
        return answer(request, Actions(date=day, actions=shown, next=following))

    @router.get("/risk-list", response_model=RiskListPage, summary="The daily risk list 风险日清单")
    def risk_list(
        request: Request, day: Day, after: After = "", limit: Limit = PAGE, visit: Visit = visits
    ) -> Response:
        """The list of a day in the order in which it is worked; a department sees the rows that ask something of it."""
        visit.admit("risklist", day.isoformat())
        found = ports.house.risk_list(day, visit.department)
        if found is None:
            visit.refuse("risklist", day.isoformat(), Problem("not_found"))
        shown = RiskListPage.of(found, after, limit)
        visit.record("risklist", day.isoformat())
        return answer(request, shown)


def _planned(router: APIRouter, ports: Ports, visits: Visit) -> None:
    @router.get("/plan", response_model=Plan, summary="The inspection plan of a day 当日查验计划")
    def plan(request: Request, day: Day, visit: Visit = visits) -> Response:
        """Whom each office looks at, why, and with what probability it was chosen; a department sees its own."""
        visit.admit("plan", day.isoformat())
        found = ports.plans.plan_of(day)
        if found is None:
            visit.refuse("plan", day.isoformat(), Problem("not_found"))
        shown = Plan.of(found, visit.department)
        visit.record("plan", day.isoformat())
        return answer(request, shown)


def _tasks(ports: Ports, visit: Visit, day: date) -> Iterator[dict[str, Any]]:
    for record in ports.queries.decisions_of(day, "", None):
        for one in record["actions"]:
            if one.get("alert_id") and visit.department in (None, one.get("department")):
                yield {**one, "uscc": record["uscc"]}
