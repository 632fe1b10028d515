"""Signs of life, for those who keep the process running."""

from __future__ import annotations

from fastapi import APIRouter

from reports.api.ports import QueryPort
from reports.api.problems import Problem, documented
from reports.api.schemas.house import Health


def life(queries: QueryPort) -> APIRouter:
    """The router."""
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
