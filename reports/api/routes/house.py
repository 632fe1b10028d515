"""What the house works with: models and policy in force, and what became of deliveries. No enterprise is named here."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from reports.api.access import Visit
from reports.api.answers import answer
from reports.api.pages import PAGE, After, Limit, page
from reports.api.ports import HousePort
from reports.api.problems import Problem, documented
from reports.api.schemas.house import Batches, BatchStatus, ModelInForce, PolicyInForce

_REFUSALS = documented(
    "unauthorized", "forbidden", "purpose_missing", "not_found", "bad_request", "too_many", "unavailable"
)


def house(port: HousePort, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1", tags=["house"], responses=_REFUSALS)

    @router.get("/models/in-force", response_model=ModelInForce, summary="The model that grades 当前模型")
    def model(request: Request, visit: Visit = visits) -> Response:
        """By the latest run: what graded, not what is meant to."""
        visit.admit("models", "in force")
        found = port.model_in_force()
        if found is None:
            visit.refuse("models", "in force", Problem("not_found"))
        visit.record("models", "in force")
        return answer(request, ModelInForce.model_validate(found))

    @router.get("/policy/in-force", response_model=PolicyInForce, summary="The policy of a day 当日政策")
    def policy(request: Request, day: Annotated[date, Query(alias="date")], visit: Visit = visits) -> Response:
        """Every rule in force on a day with its title and the law it rests on; numbers are in the policy files."""
        visit.admit("policy", day.isoformat())
        found = port.policy_in_force(day)
        if found is None:
            visit.refuse("policy", day.isoformat(), Problem("not_found"))
        visit.record("policy", day.isoformat())
        return answer(request, PolicyInForce.model_validate(found))

    @router.get("/batches", response_model=Batches, summary="Deliveries and their verdicts 数据批次")
    def batches(request: Request, after: After = "", limit: Limit = PAGE, visit: Visit = visits) -> Response:
        """The latest first: what was received, accepted and set aside, per file."""
        visit.admit("batches", "all")
        found = (BatchStatus.model_validate(one) for one in port.batches())
        shown, following = page(found, after, limit, lambda one: str(one.sequence))
        visit.record("batches", "all")
        return answer(request, Batches(batches=shown, next=following))

    return router
