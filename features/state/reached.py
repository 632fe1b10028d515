"""On which days something was reached."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from features.engine import Engine, literal
from features.state.files import Look


def reached_days(engine: Engine, table: str) -> tuple[date, ...]:
    """The event days on which something was reached, in order."""
    rows = engine.rows(f"select distinct event_day from reached_{table} order by event_day")
    return tuple(day for (day,) in rows if isinstance(day, date))


def versions_on(look: Look, table: str, files: Collection[str], days: Collection[date]) -> str:
    """A select over the versions of some event days in some files; files that have none of them are not opened."""
    spans = look.spans(table)
    opened = [
        file for file in sorted(files) if any(spans[file].first_day <= day <= spans[file].last_day for day in days)
    ]
    listed = ", ".join(map(literal, sorted(days))) or "null"
    return f"select * from ({look.files.sql(table, opened)}) as versions where event_day in ({listed})"
