"""What people do over the API: object to a record, and say what became of an alert."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from expectations.vocabulary.moment import zoned
from reports.api.access import Visit
from reports.api.answers import answer, created
from reports.api.pages import PAGE, After, Limit, page
from reports.api.ports import Ports
from reports.api.problems import Problem, documented
from reports.api.routes.enterprises import Uscc
from reports.api.schemas.desk import FeedbackGiven, GivenFeedback, NewObjection, Objection, Objections

_REFUSALS = documented(
    "unauthorized", "forbidden", "purpose_missing", "not_found", "bad_request", "conflict", "too_many", "unavailable"
)
AlertId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="As alerts name it.")]


def desk(ports: Ports, visits: Visit) -> APIRouter:
    """The router."""
    port = ports.desk
    router = APIRouter(prefix="/v1", tags=["desk"], responses=_REFUSALS)

    @router.get("/enterprises/{uscc}/objections", response_model=Objections, summary="Objections 异议")
    def objections(
        request: Request, uscc: Uscc, after: After = "", limit: Limit = PAGE, visit: Visit = visits
    ) -> Response:
        """What was objected to, how it stands, and by when it is answered; oldest first."""
        visit.admit("objections", uscc)
        found = map(Objection.model_validate, port.objections(uscc))
        shown, following = page(found, after, limit, lambda one: one.id)
        visit.record("objections", uscc)
        return answer(request, Objections(uscc=uscc, objections=shown, next=following))

    @router.post(
        "/enterprises/{uscc}/objections",
        response_model=Objection,
        status_code=201,
        summary="File an objection 提出异议",
    )
    def object_to(uscc: Uscc, given: NewObjection, visit: Visit = visits) -> Response:
        """Object to a record behind the grade, or to a downgrade that was announced. It is disputed from now on."""
        visit.admit("objection.file", uscc)
        account = visit.caller.account_id
        made = visit.act(
            "objection.file", uscc, lambda: port.file_objection(uscc, given.target, given.reason, account, visit.at)
        )
        return created(Objection.model_validate(made), f"/v1/enterprises/{uscc}/objections")

    @router.post(
        "/alerts/{alert_id}/feedback",
        response_model=FeedbackGiven,
        status_code=201,
        summary="What became of an alert 反馈",
    )
    def feedback(alert_id: AlertId, given: GivenFeedback, visit: Visit = visits) -> Response:
        """Put a finding on record: confirmed, explained or a data error. The next run reads it."""
        visit.admit("feedback.give", alert_id)
        alert = ports.queries.alert(alert_id)
        if alert is None:
            visit.refuse("feedback.give", alert_id, Problem("not_found"))
        if not list(visit.of_department([alert], ports.house.departments(zoned(visit.at).date()))):
            visit.refuse("feedback.give", alert_id, Problem("forbidden"))
        account = visit.caller.account_id
        made = visit.act(
            "feedback.give",
            alert_id,
            lambda: port.give_feedback(alert_id, given.finding, given.reason, account, visit.at),
        )
        return created(FeedbackGiven.model_validate(made), f"/v1/alerts/{alert_id}/feedback")

    return router
