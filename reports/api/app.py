"""The query API: grades, histories, lists and alerts, to those whose duty covers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import Depends, FastAPI

from expectations.intake.attachments import LARGEST as LARGEST_PAPER
from reports.api import problems
from reports.api.access import visitor
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
    visits = Depends(visitor(ports, Limiter(rate), clock))
    app.include_router(enterprises(ports, visits))
    app.include_router(days(ports, visits))
    app.include_router(desk(ports, visits))
    app.include_router(screenings(ports.screenings, visits))
    app.include_router(sharing(ports.sharing, visits))
    app.include_router(house(ports.house, visits))
    app.include_router(life(ports.queries, ports.house, visits))
    if ports.certificates is not None:
        app.include_router(certificates(ports.certificates, clock))
    return app
