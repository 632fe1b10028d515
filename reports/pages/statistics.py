"""The decision makers' page: a period's turnover against the targets, as the bulletin tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from expectations.vocabulary.language import LANGUAGES
from reports.api.problems import Problem
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.ports import StatisticsPort
from reports.pages.rendering import document
from reports.statistics.bulletin import Bulletin
from reports.statistics.words import (
    COLUMNS,
    PROGRESS_WORDS,
    headline,
    notes,
    progress_value,
    reached,
    row_cells,
    tables,
)

_PERIOD = "^20[0-9]{2}(-(Q[1-4]|H[12]|0[1-9]|1[0-2]))?$"
FILES = tuple(f"bulletin.{language}{form}" for language in LANGUAGES for form in (".xlsx", ".pdf"))


def statistics(kept: StatisticsPort, present: Any) -> APIRouter:
    """The page ``/statistics`` and the documents behind it. ``present`` says who is there."""
    router = APIRouter(prefix="/statistics")

    @router.get("")
    def page(period: Annotated[str | None, Query(pattern=_PERIOD)] = None, guest: Guest = present) -> Response:
        guest.visit.admit("statistics", period or "latest")
        periods = kept.periods()
        wanted = period or (periods[0] if periods else None)
        told = kept.bulletin(wanted) if wanted else None
        if wanted and told is None:
            guest.visit.refuse("statistics", wanted, Problem("not_found"))
        guest.visit.record("statistics", wanted or "latest")
        if told is None:
            return show("statistics.html", guest, "/statistics", told=None)
        return _bulletin_page(told, periods, guest)

    @router.get("/{period}/{file}")
    def one_document(period: Annotated[str, Path(pattern=_PERIOD)], file: str, guest: Guest = present) -> Response:
        guest.visit.admit("statistics", period)
        found = kept.document(period, file) if file in FILES else None
        if found is None:
            guest.visit.refuse("statistics", period, Problem("not_found"))
        guest.visit.record("statistics", period)
        return document(found, f"{period}-{file}")

    return router


def _bulletin_page(told: Bulletin, periods: Sequence[str], guest: Guest) -> Response:
    language = guest.language
    return show(
        "statistics.html",
        guest,
        "/statistics",
        told=told,
        headline=headline(told, language),
        periods=periods,
        files=FILES,
        columns=[said[language] for said in COLUMNS.values()],
        tables=[
            (title, [row_cells(row, label, language) for label, row in rows]) for title, rows in tables(told, language)
        ],
        progress=[
            (PROGRESS_WORDS[one.id][language], *progress_value(one, language), reached(one)) for one in told.progress
        ],
        notes=notes(told, language),
    )
