"""Who belongs together: enterprises and the tokens they share, as a picture and as a list. No token is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from reports.api.routes.enterprises import Uscc
from reports.pages import pictures
from reports.pages.documents import PartyPort, Tie
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.rendering import SECURITY
from reports.pages.words import TIES, all_said

MOST_DRAWN = 40
"""Enterprises in one picture; of more, those that share a token with the one that was asked for."""


def parties(port: PartyPort, present: Any) -> APIRouter:
    """The page ``/console/enterprises/{uscc}/parties`` and its picture. ``present`` says who is there."""
    router = APIRouter(prefix="/console/enterprises/{uscc}")

    def ties(guest: Guest, uscc: str) -> Sequence[Tie]:
        """The ties, on record as a look at everybody who is named."""
        guest.visit.admit("parties", uscc)
        found = _drawable(port.ties(uscc), uscc)
        for member in sorted({uscc, *(holder for tie in found for holder in tie.holders)}):
            guest.visit.record("parties", member)
        return found

    @router.get("/parties")
    def page(uscc: Uscc, guest: Guest = present) -> Response:
        found = ties(guest, uscc)
        return show(
            "parties.html",
            guest,
            f"/console/enterprises/{uscc}/parties",
            uscc=uscc,
            ties=found,
            members=len({holder for tie in found for holder in tie.holders}),
            kinds=all_said(TIES, guest.language),
        )

    @router.get("/parties.svg")
    def picture(uscc: Uscc, guest: Guest = present) -> Response:
        kinds = all_said(TIES, guest.language)
        drawn = pictures.network([(kinds[tie.kind], tie.holders) for tie in ties(guest, uscc)], uscc)
        return Response(drawn, media_type="image/svg+xml", headers=dict(SECURITY))

    return router


def _drawable(ties: Sequence[Tie], uscc: str) -> list[Tie]:
    if len({holder for tie in ties for holder in tie.holders}) <= MOST_DRAWN:
        return list(ties)
    return [tie for tie in ties if uscc in tie.holders]
