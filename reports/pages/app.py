"""The pages put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from reports.api.ports import ReadLog
from reports.pages.console import console
from reports.pages.enterprise import portal
from reports.pages.entrance import entrance, verification
from reports.pages.guests import TurnedAwayError, comes_from_here, guests, language_of
from reports.pages.ports import CertificatePort, ConsolePort, EntrancePort, GradePort, QueuePort, StatisticsPort
from reports.pages.queues import queues
from reports.pages.rendering import SECURITY, render
from reports.pages.statistics import statistics
from reports.pages.words import PROBLEMS, said


@dataclass(frozen=True)
class Rooms:
    """Everything the pages show and do. ``certificates`` is None where the zone has no key to sign them with."""

    entrance: EntrancePort
    grades: GradePort
    console: ConsolePort
    queues: QueuePort
    statistics: StatisticsPort
    certificates: CertificatePort | None
    reads: ReadLog
    clock: Callable[[], datetime]


def create_pages(rooms: Rooms) -> FastAPI:
    """The pages over their ports. They keep no state of their own and read no clock but the one given."""
    app = FastAPI(title="Xinji 信级", openapi_url=None, docs_url=None, redoc_url=None)
    present = Depends(guests(rooms.entrance, rooms.reads, rooms.clock))
    app.include_router(entrance(rooms.entrance, present, rooms.clock))
    app.include_router(portal(rooms.grades, present))
    app.include_router(console(rooms.console, rooms.grades, present))
    app.include_router(queues(rooms.queues, present))
    app.include_router(statistics(rooms.statistics, present))
    if rooms.certificates is not None:
        app.include_router(verification(rooms.certificates, rooms.clock))
    _install_problems(app)
    return app


def _install_problems(app: FastAPI) -> None:
    @app.middleware("http")
    async def refuse_forms_from_elsewhere(request: Request, go_on: Callable[..., object]) -> Response:
        if request.method == "POST" and not comes_from_here(request):
            return _problem(request, "form")
        return await go_on(request)  # type: ignore[no-any-return, misc]

    @app.exception_handler(TurnedAwayError)
    def turned_away(request: Request, error: TurnedAwayError) -> Response:
        if error.code == "sign_in":
            return RedirectResponse("/sign-in", 303, dict(SECURITY))
        return _problem(request, error.code)

    @app.exception_handler(HTTPException)
    def refused(request: Request, _error: HTTPException) -> Response:
        return _problem(request, "not_found")

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _error: RequestValidationError) -> Response:
        return _problem(request, "form" if request.method == "POST" else "not_found")


def _problem(request: Request, code: str) -> Response:
    status, what, remedy = PROBLEMS[code]
    language = language_of(request)
    return render("problem.html", language, status, here="/", said=said(what, language), remedy=said(remedy, language))
