"""The orders and declarations of an enterprise, stage by stage: there, missing, or not yet known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from expectations.vocabulary.language import Language
from reports.api.routes.enterprises import Uscc
from reports.pages import pictures
from reports.pages.documents import DocumentChain, DocumentPort, Stage
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.rendering import SECURITY, span
from reports.pages.words import DAYS, DIRECTIONS, DOCUMENT_KINDS, STAGE_STATES, STAGES, all_said, said

_LONGEST_NUMBER = 22
Until = Annotated[date | None, Query()]
Number = Annotated[str, Query(max_length=120)]


def orders(port: DocumentPort, present: Any) -> APIRouter:
    """The page ``/console/enterprises/{uscc}/orders`` and its picture. ``present`` says who is there."""
    router = APIRouter(prefix="/console/enterprises/{uscc}")

    def chains(guest: Guest, uscc: str, until: date | None, number: str) -> Sequence[DocumentChain]:
        guest.visit.admit("chain", uscc)
        found = port.chains(uscc, until, number or None)
        guest.visit.record("chain", uscc)
        return found

    @router.get("/orders")
    def page(uscc: Uscc, until: Until = None, document: Number = "", guest: Guest = present) -> Response:
        found = chains(guest, uscc, until, document)
        return show(
            "orders.html",
            guest,
            f"/console/enterprises/{uscc}/orders",
            uscc=uscc,
            until=until,
            document=document,
            groups=_by_kind(found),
            earlier=min(chain.day for chain in found) - timedelta(days=1) if found and not document else None,
            kinds=all_said(DOCUMENT_KINDS, guest.language),
            directions=all_said(DIRECTIONS, guest.language),
            stages=all_said(STAGES, guest.language),
            states=all_said(STAGE_STATES, guest.language),
        )

    @router.get("/orders.svg")
    def picture(
        uscc: Uscc, kind: str = "order", until: Until = None, document: Number = "", guest: Guest = present
    ) -> Response:
        found = [chain for chain in chains(guest, uscc, until, document) if chain.kind == kind]
        words = all_said(STAGES, guest.language)
        columns = [words[stage.name] for stage in found[0].stages] if found else []
        rows = [
            (_short(chain), [(each.state, _below(each, guest.language)) for each in chain.stages]) for chain in found
        ]
        drawn = pictures.stages(rows, columns)
        return Response(drawn, media_type="image/svg+xml", headers={**SECURITY, "cache-control": "private, no-store"})

    return router


def _by_kind(found: Sequence[DocumentChain]) -> list[tuple[str, list[DocumentChain]]]:
    groups = [(kind, [chain for chain in found if chain.kind == kind]) for kind in DOCUMENT_KINDS]
    return [(kind, chains) for kind, chains in groups if chains]


def _short(chain: DocumentChain) -> str:
    number = chain.number if len(chain.number) <= _LONGEST_NUMBER else f"…{chain.number[-_LONGEST_NUMBER + 1 :]}"
    return f"{chain.day:%m-%d}  {number}"


def _below(stage: Stage, language: Language) -> str:
    """What stands below a stage: how long after the document, or how many days it has been waited for."""
    if stage.after:
        return span(stage.after, language)
    if stage.waiting_days is not None:
        return f"({said(DAYS, language) % {'days': stage.waiting_days}})"
    return ""
