"""One document before clearance: what lane it may take, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from expectations.errors import XinjiError
from reports.api.access import Visit
from reports.api.answers import answer, created
from reports.api.ports import ScreeningPort
from reports.api.problems import Problem, documented, problem_of
from reports.api.schemas.screening import NewScreening, Screening

_REFUSALS = documented(
    "unauthorized", "forbidden", "purpose_missing", "not_found", "bad_request", "too_large", "too_many", "unavailable"
)
_UNREAD = "document"
"""What a look is about while nobody has read whose document it is."""

ScreeningId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="As the answer named it.")]


def screenings(port: ScreeningPort, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1/screenings", tags=["screening"], responses=_REFUSALS)

    @router.post(
        "",
        response_model=Screening,
        status_code=201,
        summary="Screen a document before clearance 通关前单证筛查",
        responses={200: {"model": Screening, "description": "These very papers were screened before."}},
    )
    async def screen(given: NewScreening, visit: Visit = visits) -> Response:
        """Suggest a lane: green, documents or inspection, with reasons and the law they rest on.

        The same papers are screened once: handed in again, they are given the answer on record. Every field that
        breaks the data dictionary is named in ``faults``.
        """
        if problem := visit.against("screening", _UNREAD):
            await visit.refused("screening", _UNREAD, problem)

        async def look(uscc: str, is_new: bool) -> None:
            await visit.recorded("screening", uscc, 201 if is_new else 200)

        try:
            record, is_new = await port.screen(given.texts(), visit.caller.account_id, visit.at, look)
        except XinjiError as error:
            await visit.recorded("screening", _UNREAD, problem_of(error).status)
            raise
        except Exception as error:
            raise Problem("unavailable") from error
        return created(Screening.of(record), f"/v1/screenings/{record['screening_id']}", 201 if is_new else 200)

    @router.get("/{screening_id}", response_model=Screening, summary="A screening on record 筛查记录")
    def recorded(request: Request, screening_id: ScreeningId, visit: Visit = visits) -> Response:
        """What was suggested, as it was answered."""
        visit.admit("screening", screening_id)
        record = port.screening(screening_id)
        if record is None:
            visit.refuse("screening", screening_id, Problem("not_found"))
        visit.record("screening", record["uscc"])
        return answer(request, Screening.of(record))

    return router
