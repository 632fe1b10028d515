"""The query API: grades, histories, lists and alerts, to those whose duty covers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from expectations.vocabulary.role import Role
from reports.api import problems
from reports.api.access import Visit, visitor
from reports.api.answers import answer
from reports.api.ports import KeyPort, QueryPort, ReadLog
from reports.api.problems import Problem, documented
from reports.api.schemas import Alert, Alerts, FullGrade, Grades, Health, History, OwnGrade

Application = FastAPI
"""What ``create_app`` makes, for those who may not name the framework."""

VERSION = "1.0.0"
_PAGE = 500
_LONGEST_PAGE = 2000

_Uscc = Annotated[
    str, Path(pattern="^[0-9A-HJ-NPQRTUWXY]{18}$", description="unified social credit code 统一社会信用代码")
]
_REFUSALS = documented("unauthorized", "forbidden", "purpose_missing", "not_found", "bad_request", "unavailable")


def create_app(queries: QueryPort, keys: KeyPort, reads: ReadLog, clock: Callable[[], datetime]) -> FastAPI:
    """The application over its ports. It keeps no state of its own and reads no clock but the one given."""
    app = FastAPI(
        title="Xinji 信级",
        version=VERSION,
        description="Credit grades of a cross-border e-commerce zone. 跨境电商综试区企业信用等级查询接口。",
        docs_url=None,  # the viewers load scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    visits = Depends(visitor(keys, reads, clock))
    app.include_router(_enterprises(queries, visits))
    app.include_router(_days(queries, visits))
    app.include_router(_life(queries))
    return app


def _enterprises(queries: QueryPort, visits: Visit) -> APIRouter:
    router = APIRouter(prefix="/v1/enterprises/{uscc}", tags=["enterprise"], responses=_REFUSALS)

    @router.get("/grade", response_model=FullGrade | OwnGrade, summary="Grade of an enterprise 企业信用等级")
    def grade(request: Request, uscc: _Uscc, as_of: date | None = None, visit: Visit = visits) -> Response:
        """The decision that holds now, or as of a business date. An enterprise sees itself, in its own view."""
        visit.admit("grade", uscc)
        record = queries.latest_decision(uscc, as_of)
        if record is None:
            visit.refuse("grade", uscc, Problem("not_found"))
        view = OwnGrade.of if visit.caller.role is Role.ENTERPRISE else FullGrade.model_validate
        shown = view(record)
        visit.record("grade", uscc)
        return answer(request, shown)

    @router.get("/history", response_model=History, summary="Grades over time 历史等级")
    def history(request: Request, uscc: _Uscc, visit: Visit = visits) -> Response:
        """One grade per business date, oldest first: the decision made with the latest knowledge."""
        visit.admit("history", uscc)
        points = list(queries.grade_history(uscc))
        if not points:
            visit.refuse("history", uscc, Problem("not_found"))
        visit.record("history", uscc)
        return answer(request, History.of(uscc, points))

    return router


def _days(queries: QueryPort, visits: Visit) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["day"], responses=_REFUSALS)

    @router.get("/grades", response_model=Grades, summary="All grades of a day 当日全部等级")
    def grades(
        request: Request,
        day: Annotated[date, Query(alias="date")],
        after: Annotated[str, Query(max_length=18)] = "",
        limit: Annotated[int, Query(ge=1, le=_LONGEST_PAGE)] = _PAGE,
        visit: Visit = visits,
    ) -> Response:
        """A page of the day's decisions by USCC; ask again with ``after`` set to ``next``."""
        visit.admit("grades", day.isoformat())
        known_at = queries.known_at(day)
        if known_at is None:
            visit.refuse("grades", day.isoformat(), Problem("not_found"))
        page = [FullGrade.model_validate(record) for record in queries.decisions_of(day, after, limit)]
        visit.record("grades", day.isoformat())
        following = page[-1].uscc if len(page) == limit else None
        return answer(request, Grades(date=day, known_at=known_at, grades=page, next=following))

    @router.get("/alerts", response_model=Alerts, summary="Alerts open on a day 当日预警")
    def alerts(request: Request, day: Annotated[date, Query(alias="date")], visit: Visit = visits) -> Response:
        """Patterns that deserve a check. None of them is a finding until an officer confirms it."""
        visit.admit("alerts", day.isoformat())
        found = [Alert.model_validate(record) for record in queries.open_alerts(day)]
        visit.record("alerts", day.isoformat())
        return answer(request, Alerts(date=day, alerts=found))

    return router


def _life(queries: QueryPort) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health", response_model=Health, summary="Is the process alive")
    def health() -> Health:
        """Answers as long as the process runs; says nothing about the database."""
        return Health(status="ok")

    @router.get(
        "/ready", response_model=Health, summary="Can questions be answered", responses=documented("unavailable")
    )
    def ready() -> Health:
        """Answers once the database does."""
        try:
            queries.check()
        except Exception as error:
            raise Problem("unavailable") from error
        return Health(status="ready")

    return router
