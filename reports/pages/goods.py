"""Traceability codes and the quality of goods: where a chain breaks, what failed, what was recalled, what came back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from reports.api.problems import Problem
from reports.pages import pictures
from reports.pages.documents import GoodsPort
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.rendering import SECURITY
from reports.pages.words import QUALITY_BARS, TRACE_FAULTS, TRACE_NODES, all_said

_SHOWN = 50
_Day = Annotated[date | None, Query()]


def goods(port: GoodsPort, present: Any) -> APIRouter:
    """The pages ``/console/traces`` and ``/console/quality``. ``present`` says who is there."""
    router = APIRouter(prefix="/console")

    @router.get("/traces")
    def traces(code: Annotated[str, Query(max_length=80)] = "", guest: Guest = present) -> Response:
        wanted = code.strip()
        guest.visit.admit("trace", wanted or "none")
        steps = port.trace(wanted) if wanted else []
        guest.visit.record("trace", wanted or "none")
        return show(
            "traces.html",
            guest,
            "/console/traces",
            code=wanted,
            steps=steps,
            missing=[node for node in TRACE_NODES if node not in {step.node for step in steps}],
            breaks=sum(bool(step.faults) for step in steps),
            nodes=all_said(TRACE_NODES, guest.language),
            faults=all_said(TRACE_FAULTS, guest.language),
        )

    @router.get("/quality")
    def quality(first: _Day = None, last: _Day = None, guest: Guest = present) -> Response:
        about = _period(first, last)
        guest.visit.admit("quality", about)
        found = port.quality(first, last)
        if found is None:
            guest.visit.refuse("quality", about, Problem("not_found"))
        guest.visit.record("quality", about)
        return show("quality.html", guest, "/console/quality", found=found, most=_SHOWN)

    @router.get("/quality.svg")
    def picture(first: _Day = None, last: _Day = None, guest: Guest = present) -> Response:
        about = _period(first, last)
        guest.visit.admit("quality", about)
        found = port.quality(first, last)
        guest.visit.record("quality", about)
        months = [(row.cut, (row.samples, row.failures, row.returns)) for row in found.by_month] if found else []
        drawn = pictures.bars(months, list(all_said(QUALITY_BARS, guest.language).values()))
        return Response(drawn, media_type="image/svg+xml", headers=dict(SECURITY))

    return router


def _period(first: date | None, last: date | None) -> str:
    return f"{first or ''}/{last or ''}"
