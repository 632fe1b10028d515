"""Signs of life, for those who keep the process running."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from reports.api.access import Visit
from reports.api.metrics import exposition
from reports.api.ports import HousePort, QueryPort
from reports.api.problems import Problem, documented
from reports.api.schemas.house import Health


def life(queries: QueryPort, house: HousePort, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(tags=["operation"])

    @router.get(
        "/metrics",
        response_class=PlainTextResponse,
        summary="Figures for Prometheus",
        responses=documented("unauthorized", "forbidden", "bad_request", "too_many", "unavailable"),
    )
    def metrics(visit: Visit = visits) -> PlainTextResponse:
        """Runs, grades, outbox, late feeds, quarantine. It names nobody and is asked often, so it is not recorded."""
        visit.admit("metrics", "house")
        return PlainTextResponse(exposition(house.measurements()).decode(), media_type="text/plain")

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
