"""Feeds and how they do, rows that wait in quarantine, and the form that corrects one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from expectations.errors import NotFoundError, UsageError
from reports.api.permissions import MAY
from reports.api.problems import Problem
from reports.api.schemas.shown import is_plain
from reports.pages.deliveries import DeliveryPort
from reports.pages.enterprise import show
from reports.pages.guests import Guest
from reports.pages.rendering import to
from reports.pages.words import ROW_ACCEPTED, ROW_BROKEN, SENT_AGAIN, VERDICTS, all_said, said

_SHOWN, _RECENT = 50, 20
_MOST_FIELDS, _LONGEST_FIELD = 80, 2000
RowId = Annotated[str, Path(pattern=r"^\d{1,12}-\d{1,6}-\d{1,12}$")]


async def sent_fields(request: Request) -> Mapping[str, str]:
    """The fields of a form whose names depend on the table."""
    async with request.form(max_fields=_MOST_FIELDS, max_files=0) as form:
        return {name: str(value)[:_LONGEST_FIELD] for name, value in form.items()}


def feeds(port: DeliveryPort, present: Any) -> APIRouter:
    """The pages under ``/feeds``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/feeds")

    def row_page(guest: Guest, row: str, wrong: str = "", done: str = "") -> Response:
        try:
            shown, cells, sent = port.row(row)
        except NotFoundError:
            guest.visit.refuse("quarantine", row, Problem("not_found"))
        guest.visit.record("quarantine", row)
        return show(
            "quarantined_row.html",
            guest,
            f"/feeds/quarantine/row/{row}",
            shown=shown,
            cells=cells,
            sent=sent,
            states=all_said(SENT_AGAIN, guest.language),
            may_correct=guest.role in MAY["quarantine.correct"] and sent is None,
            wrong=wrong,
            done=done,
        )

    @router.get("")
    def health(guest: Guest = present) -> Response:
        guest.visit.admit("feeds", "all")
        found = port.feeds(guest.visit.at)
        guest.visit.record("feeds", "all")
        return show(
            "feeds.html",
            guest,
            "/feeds",
            feeds=[one for one in found if one.is_connected],
            absent=[one for one in found if not one.is_connected],
            sent=port.sent_again(_RECENT) if guest.role in MAY["quarantine"] else [],
            states=all_said(SENT_AGAIN, guest.language),
            verdicts=all_said(VERDICTS, guest.language),
        )

    @router.get("/quarantine/{table}")
    def waiting(
        table: Annotated[str, Path(pattern="^[a-z_]{1,40}$")],
        after: Annotated[str, Query(pattern=r"^(\d+-\d+-\d+)?$", max_length=40)] = "",
        guest: Guest = present,
    ) -> Response:
        guest.visit.admit("quarantine", table)
        rows = port.waiting(table, after, _SHOWN + 1)
        guest.visit.record("quarantine", table)
        following = rows[_SHOWN - 1].id if len(rows) > _SHOWN else None
        here = f"/feeds/quarantine/{table}"
        return show("quarantine.html", guest, here, table=table, rows=rows[:_SHOWN], following=following)

    @router.get("/quarantine/row/{row}")
    def one(row: RowId, outcome: Annotated[str, Query(max_length=10)] = "", guest: Guest = present) -> Response:
        guest.visit.admit("quarantine", row)
        return row_page(
            guest,
            row,
            wrong=said(ROW_BROKEN, guest.language) if outcome == "broken" else "",
            done=said(ROW_ACCEPTED, guest.language) if outcome == "accepted" else "",
        )

    @router.post("/quarantine/row/{row}")
    def correct(row: RowId, fields: Mapping[str, str] = Depends(sent_fields), guest: Guest = present) -> Response:
        do = partial(_corrected, port, row, fields, guest)
        where, wrong = guest.attempt("quarantine.correct", row, fields.get("form_token", ""), do)
        return row_page(guest, row, wrong=wrong) if where is None else to(where)

    return router


def _corrected(port: DeliveryPort, row: str, fields: Mapping[str, str], guest: Guest) -> str:
    """Send a row in again; gives the page that tells what came of it."""
    if not all(map(is_plain, fields.values())):
        raise UsageError(
            "A field holds something hidden.",
            "Leave out control characters and marks of direction: type it anew instead of pasting it.",
            zh="字段中含有不可见字符。请删除控制字符和方向标记，重新手工输入而不要粘贴。",
        )
    now_at = port.correct(row, fields, guest.account, guest.visit.at)
    return f"/feeds/quarantine/row/{now_at or row}?outcome={'broken' if now_at else 'accepted'}"
