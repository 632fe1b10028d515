"""How often advice was asked for about an enterprise, so that thresholds cannot be mapped by asking on and on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Connection, Date, Integer, String, Table, insert, select, update

from expectations.errors import ConflictError
from pipelines.storage.database import metadata

advice_table = Table(
    "advice_request",
    metadata,
    Column("uscc", String(18), primary_key=True),
    Column("asked_on", Date, primary_key=True),
    Column("requests", Integer, nullable=False),
)


def count_request(connection: Connection, uscc: str, asked_on: date, most: int) -> int:
    """Count one request and return which of the day it is.

    Raises
    ------
    ConflictError
        When the day's requests about this enterprise are used up; nothing is counted then.
    """
    t = advice_table.c
    here = (t.uscc == uscc) & (t.asked_on == asked_on)
    so_far = connection.execute(select(t.requests).where(here)).scalar()
    if so_far is None:
        connection.execute(insert(advice_table), {"uscc": uscc, "asked_on": asked_on, "requests": 1})
        return 1
    if so_far >= most:
        raise ConflictError(
            f"Advice about {uscc} was asked for {so_far} times on {asked_on}, which is all a day allows.",
            "Ask again tomorrow.",
            zh=f"关于 {uscc} 的建议，{asked_on} 已查询 {so_far} 次，达到当日上限。请明日再查。",
        )
    connection.execute(update(advice_table).where(here).values(requests=so_far + 1))
    return int(so_far) + 1
