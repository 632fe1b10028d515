"""The query API: grades, histories, lists and alerts, to those whose duty covers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from expectations.intake.attachments import LARGEST as LARGEST_PAPER
from reports.api import problems
from reports.api.access import Door, tell_purpose
from reports.api.bodies import LARGEST, BodyLimit
from reports.api.limits import Limiter, Rate
from reports.api.ports import Ports
from reports.api.routes.certificates import certificates
from reports.api.routes.days import days
from reports.api.routes.desk import desk
from reports.api.routes.enterprises import enterprises
from reports.api.routes.house import house
from reports.api.routes.life import life
from reports.api.routes.screenings import screenings
from reports.api.routes.sharing import sharing
from reports.messages.document import asyncapi

Application = FastAPI
"""What ``create_app`` makes, for those who may not name the framework."""

VERSION = "1.2.0"
USUAL_RATE = Rate(per_second=20, burst=200)
"""What one account may ask where nothing else is configured."""


def _largest(path: str) -> int | None:
    """Bytes that an address takes; what is mounted beside the API has a limit of its own."""
    if not path.startswith("/v1/"):
        return None
    return LARGEST_PAPER if path.endswith("/attachments") else LARGEST


def create_app(ports: Ports, clock: Callable[[], datetime], rate: Rate = USUAL_RATE) -> FastAPI:
    """The application over its ports. It remembers only who asked how often, and reads no clock but the one given."""
    app = FastAPI(
        title="Xinji 信级",
        version=VERSION,
        description="Credit grades of a cross-border e-commerce zone. 跨境电商综试区企业信用等级查询接口。",
        docs_url=None,  # the viewers load scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    app.add_middleware(BodyLimit, refuse=problems.too_large, largest=_largest)
    visits = Depends(Door(ports, Limiter(rate), clock))
    routers = [
        enterprises(ports, visits),
        days(ports, visits),
        desk(ports, visits),
        screenings(ports.screenings, visits),
        sharing(ports.sharing, visits),
        house(ports.house, visits),
        life(ports.queries, ports.house, visits),
    ]
    if ports.certificates is not None:
        routers.append(certificates(ports.certificates, clock))
    for router in routers:  # an included router would be searched twice for every request
        app.router.routes.extend(router.routes)
    app.add_route("/asyncapi.json", _asyncapi, include_in_schema=False)
    _complete_document(app)
    return app


async def _asyncapi(_request: Request) -> Response:
    """What is told to the risk-control system, for whoever receives it."""
    return JSONResponse(asyncapi(VERSION))


def _complete_document(app: FastAPI) -> None:
    """Tell in the OpenAPI document what the framework cannot know: the form of problems, the header of the purpose."""
    framework_document = app.openapi

    @cache
    def document() -> dict[str, Any]:
        made = framework_document()
        problems.tell_form(made)
        tell_purpose(made)
        return made

    app.openapi = document  # type: ignore[method-assign]  # the framework's own way to extend the document
