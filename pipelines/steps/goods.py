"""Goods and parties looked up in the lake, as the latest run knew them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from features.lookup.others import quality_counts, related_holdings, trace_steps
from pipelines.steps.home import Home
from pipelines.steps.lookup import latest_run, looking
from pipelines.steps.lookups import Lookups
from pipelines.storage import decisions
from reports.pages.documents import Quality, QualityRow, Tie, TraceStep

PERIOD = timedelta(days=89)
"""What is told where no period is asked for, beside its last day."""

_REMEMBERED = 32


class Goods:
    """Traceability codes, and the quality of goods. A page asks twice, once for its text and once for its picture."""

    def __init__(self, home: Home, patience: float | None = None) -> None:
        self._home, self._patience = home, patience
        self._told = Lookups(self._quality, _REMEMBERED)
        self._traced = Lookups(self._trace, _REMEMBERED)

    def trace(self, code: str) -> list[TraceStep]:
        """The records of a traceability code in turn; empty where nobody recorded it."""
        run = latest_run(self._home)
        if run is None:
            return []
        return self._traced.answer((code, run), self._patience)

    def _trace(self, code: str, run: decisions.Run) -> list[TraceStep]:
        with looking(self._home, run) as seen:
            return [_step(row) for row in trace_steps(seen.engine, seen.versions, seen.as_of, code)]

    def quality(self, first: date | None, last: date | None) -> Quality | None:
        """A period; by default the 90 days up to the latest run's. None before the first run."""
        run = latest_run(self._home)
        if run is None:
            return None
        until = min(last or run.business_date, run.business_date)
        return self._told.answer((first or until - PERIOD, until, run), self._patience)

    def _quality(self, since: date, until: date, run: decisions.Run) -> Quality:
        with looking(self._home, run) as seen:
            found = quality_counts(seen.engine, seen.versions, seen.as_of, since, until)
        cuts = {name: tuple(QualityRow(**row) for row in rows) for name, rows in found.items()}
        return Quality(since, until, cuts["uscc"], cuts["sku"], cuts["month"])


def _step(row: dict[str, Any]) -> TraceStep:
    faults = {
        "no_previous": row["previous_state"] == "missing",
        "other_hash": row["is_broken"],
        "before_previous": row["is_before_previous"],
    }
    told = {name: row[name] for name in ("step", "node", "uscc", "sku", "batch_no", "recorded_at")}
    return TraceStep(**told, faults=tuple(name for name, is_so in faults.items() if is_so))


class Parties:
    """Who belongs together. A page asks twice, once for its text and once for its picture."""

    def __init__(self, home: Home, patience: float | None = None) -> None:
        self._home, self._patience = home, patience
        self._told = Lookups(self._look, _REMEMBERED)

    def ties(self, uscc: str) -> tuple[Tie, ...]:
        """What ties an enterprise to others, and those to each other; empty where nothing does."""
        run = latest_run(self._home)
        return self._told.answer((uscc, run), self._patience) if run else ()

    def _look(self, uscc: str, run: decisions.Run) -> tuple[Tie, ...]:
        with looking(self._home, run) as seen:
            holdings = related_holdings(seen.engine, seen.versions, seen.as_of, uscc)
        holders: dict[tuple[str, str], set[str]] = {}
        for holder, kind, token in holdings:
            holders.setdefault((kind, token), set()).add(holder)
        return tuple(sorted((Tie(kind, tuple(sorted(who))) for (kind, _), who in holders.items()), key=_order))


def _order(tie: Tie) -> tuple[tuple[str, ...], str]:
    return tie.holders, tie.kind
