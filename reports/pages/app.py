"""The pages put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from expectations.errors import NotFoundError, XinjiError
from reports.api.bodies import BodyLimit
from reports.api.ports import Ports
from reports.api.problems import Problem
from reports.api.schemas.shown import HIDDEN
from reports.pages.accounts import accounts
from reports.pages.changes import ModelPort, PolicyPort
from reports.pages.console import console
from reports.pages.dead_letters import dead_letters
from reports.pages.deliveries import DeliveryPort
from reports.pages.documents import DocumentPort, GoodsPort, PartyPort
from reports.pages.enterprise import portal
from reports.pages.entrance import entrance, verification
from reports.pages.feeds import feeds
from reports.pages.forms import largest
from reports.pages.goods import goods
from reports.pages.guests import ForeignFormError, comes_from_here, guests, language_of
from reports.pages.models import models
from reports.pages.orders import orders
from reports.pages.parties import parties
from reports.pages.policy import policy
from reports.pages.ports import (
    AccountPort,
    BeingLookedUpError,
    Clock,
    ConsolePort,
    DeadLetterPort,
    EntrancePort,
    PortalPort,
    ProviderPort,
    QueuePort,
    StatisticsPort,
)
from reports.pages.queues import queues
from reports.pages.rendering import render, to
from reports.pages.sharing import sharing
from reports.pages.statistics import statistics
from reports.pages.words import PROBLEMS, said


@dataclass(frozen=True)
class Rooms:
    """Everything the pages show and do."""

    ports: Ports
    entrance: EntrancePort
    provider: ProviderPort | None
    portal: PortalPort
    console: ConsolePort
    documents: DocumentPort
    goods: GoodsPort
    parties: PartyPort
    deliveries: DeliveryPort
    policies: PolicyPort
    models: ModelPort
    queues: QueuePort
    accounts: AccountPort
    dead_letters: DeadLetterPort
    statistics: StatisticsPort
    clock: Clock


_ASKED_FIRST: Mapping[str, str] = {"unauthorized": "/sign-in", "purpose_missing": "/purpose"}
"""Refusals that a page of their own mends."""


def create_pages(rooms: Rooms) -> FastAPI:
    """The pages over their ports. They keep no state of their own and read no clock but the one given."""
    app = FastAPI(title="Xinji 信级", openapi_url=None, docs_url=None, redoc_url=None)
    present = Depends(guests(rooms.entrance, rooms.ports, rooms.clock))
    app.include_router(entrance(rooms.entrance, rooms.provider, present, rooms.clock))
    app.include_router(portal(rooms.ports, rooms.portal, present))
    app.include_router(sharing(rooms.ports.sharing, present))
    app.include_router(accounts(rooms.accounts, present))
    app.include_router(dead_letters(rooms.dead_letters, present))
    app.include_router(console(rooms.ports, rooms.console, present))
    app.include_router(orders(rooms.documents, present))
    app.include_router(feeds(rooms.deliveries, present))
    app.include_router(policy(rooms.policies, present))
    app.include_router(models(rooms.models, present))
    app.include_router(goods(rooms.goods, present))
    app.include_router(parties(rooms.parties, present))
    app.include_router(queues(rooms.queues, rooms.ports.desk, present))
    app.include_router(statistics(rooms.statistics, present))
    if rooms.ports.certificates is not None:
        app.include_router(verification(rooms.ports.certificates))
    _install_problems(app)
    app.add_middleware(BodyLimit, refuse=_too_large, largest=largest)
    return app


def _install_problems(app: FastAPI) -> None:
    @app.middleware("http")
    async def refuse_forms_from_elsewhere(
        request: Request, go_on: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        if request.method == "POST" and not comes_from_here(request):
            return _problem(request, "form")
        return await go_on(request)

    @app.exception_handler(Problem)
    def refused(request: Request, error: Problem) -> Response:
        return to(_ASKED_FIRST[error.code]) if error.code in _ASKED_FIRST else _problem(request, error.code)

    @app.exception_handler(ForeignFormError)
    def foreign(request: Request, _error: ForeignFormError) -> Response:
        return _problem(request, "form")

    @app.exception_handler(XinjiError)
    def ours(request: Request, error: XinjiError) -> Response:
        return _problem(request, "not_found" if isinstance(error, NotFoundError) else "internal")

    @app.exception_handler(BeingLookedUpError)
    def waited_for(request: Request, _error: BeingLookedUpError) -> Response:
        answer = render("waiting.html", language_of(request), HTTPStatus.ACCEPTED, here="/")
        answer.headers["refresh"] = "1"
        return answer

    @app.exception_handler(Exception)
    def unexpected(request: Request, _error: Exception) -> Response:
        return _problem(request, "internal")

    @app.exception_handler(HTTPException)
    def unknown(request: Request, _error: HTTPException) -> Response:
        return _problem(request, "not_found")

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        hides = any(one["type"] == HIDDEN for one in error.errors())
        return _problem(request, "hidden" if hides else "form" if request.method == "POST" else "not_found")


async def _too_large(scope: Any, receive: Any, send: Any) -> None:
    await _problem(Request(scope), "too_large")(scope, receive, send)


def _problem(request: Request, code: str) -> Response:
    status, what, remedy = PROBLEMS[code]
    language = language_of(request)
    return render("problem.html", language, status, here="/", said=said(what, language), remedy=said(remedy, language))
