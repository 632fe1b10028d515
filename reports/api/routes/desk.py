"""What people do over the API: object to a record, and say what became of an alert."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response

from expectations.errors import XinjiError
from expectations.intake.attachments import MEDIA_TYPES, paper_of
from expectations.vocabulary.moment import zoned
from models.people.objections import Complaint
from reports.api.access import Visit
from reports.api.answers import answer, created, download
from reports.api.pages import PAGE, After, Limit, page
from reports.api.ports import DeskPort, Ports
from reports.api.problems import Problem, documented, problem_of
from reports.api.routes.enterprises import Uscc
from reports.api.schemas.desk import FeedbackGiven, GivenFeedback, NewObjection, Objection, Objections

_REFUSALS = documented(
    "unauthorized",
    "forbidden",
    "purpose_missing",
    "not_found",
    "bad_request",
    "conflict",
    "too_many",
    "unavailable",
    "too_large",
)
AlertId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="As alerts name it.")]


ObjectionId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="Its receipt.")]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="As the objection names it.")]
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _attachments(router: APIRouter, port: DeskPort, visits: Visit) -> None:
    @router.post(
        "/enterprises/{uscc}/objections/{objection}/attachments",
        response_model=Objection,
        status_code=201,
        summary="Attach a file to an objection 补充附件",
    )
    def attach(
        uscc: Uscc,
        objection: ObjectionId,
        content: Annotated[bytes, Body(media_type="application/octet-stream")],
        name: Annotated[str, Query(max_length=200, description="What people shall read.")] = "",
        visit: Visit = visits,
    ) -> Response:
        """The body is the file itself: PDF, PNG or JPEG by its content, 4 MB at most, three to an objection."""
        visit.admit("objection.file", uscc)
        account = visit.caller.account_id
        made = visit.act(
            "objection.file",
            uscc,
            lambda: port.attach(uscc, objection, [paper_of(name, content)], account, visit.at),
        )
        return created(Objection.model_validate(made), f"/v1/enterprises/{uscc}/objections")

    @router.get(
        "/enterprises/{uscc}/objections/{objection}/attachments/{sha256}",
        summary="A file attached to an objection 下载附件",
        response_class=Response,
        responses={200: {"content": dict.fromkeys(MEDIA_TYPES, _BYTES)}},
    )
    def attachment(uscc: Uscc, objection: ObjectionId, sha256: Sha256, visit: Visit = visits) -> Response:
        """The file as it was sent, to keep and not to show."""
        visit.admit("objection.attachment", uscc)
        try:
            told, content = port.attachment(uscc, objection, sha256)
        except XinjiError as error:
            visit.refuse("objection.attachment", uscc, problem_of(error))
        visit.record("objection.attachment", uscc)
        return download(content, told.name, told.media_type)


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
        complaint = Complaint(uscc, given.target, given.reason)
        made = visit.act("objection.file", uscc, lambda: port.file_objection(complaint, account, visit.at))
        return created(Objection.model_validate(made), f"/v1/enterprises/{uscc}/objections")

    _attachments(router, port, visits)

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
