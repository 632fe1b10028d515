"""On which days something was reached."""

from __future__ import annotations

from features.engine import Engine, literal


def days_condition(engine: Engine, table: str) -> str:
    """SQL that keeps the event days on which something was reached, so that a reader skips the other days."""
    rows = engine.rows(f"select distinct event_day from reached_{table} order by event_day")
    days = [f"date {literal(str(day))}" for (day,) in rows]
    return f"event_day in ({', '.join(days)})" if days else "false"
