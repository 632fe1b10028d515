"""What the lake holds about single documents, parties and goods, as the latest run knew it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from features.asof import AsOf, Versions
from features.engine import Engine
from features.lookup.documents import Wanted, document_stages
from features.state import Kept, Shelf
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import definition_of, looking_at, versions_of
from pipelines.steps.lookups import Lookups
from pipelines.storage import decisions
from reports.pages.documents import DocumentChain, Stage

ORDERS, DECLARATIONS = 10, 5
"""Documents told at once."""

_REMEMBERED = 32
"""Answers that are kept: a page asks twice, once for its text and once for its picture."""


@dataclass(frozen=True)
class Seen:
    """An engine to ask, and what the latest run read."""

    engine: Engine
    versions: Versions
    as_of: AsOf


def latest_run(home: Home) -> decisions.Run | None:
    """The latest run; None before the first."""
    with home.database.reading() as connection:
        day = decisions.latest_run_date(connection)
        return decisions.run_for(connection, day) if day else None


@contextmanager
def looking(home: Home, run: decisions.Run) -> Iterator[Seen]:
    """An engine over the files that a run read, bound by its two times."""
    day, lake = Day(run.business_date, run.known_at), home.pinned(run.snapshot_digest)
    with home.engine() as engine:
        yield Seen(engine, versions_of(home, lake, day), looking_at(home, lake, day))


class Documents:
    """The chains of enterprises' documents."""

    def __init__(self, home: Home, patience: float | None = None) -> None:
        self._home, self._patience = home, patience
        self._told = Lookups(self._look, _REMEMBERED)

    def chains(self, uscc: str, until: date | None, number: str | None = None) -> tuple[DocumentChain, ...]:
        """The latest orders and declarations of an enterprise by a day, or those of a number; latest first."""
        run = latest_run(self._home)
        if run is None:
            return ()
        until = min(until or run.business_date, run.business_date)
        return self._told.answer((uscc, until, number, run), self._patience)

    def _look(self, uscc: str, until: date, number: str | None, run: decisions.Run) -> tuple[DocumentChain, ...]:
        wanted = Wanted(uscc, until, {"order": ORDERS, "declaration": DECLARATIONS}, number)
        kept = _kept_by(self._home, run)
        with looking(self._home, run) as seen:
            rows = document_stages(seen.engine, seen.versions, seen.as_of, kept, wanted)
        chains: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in rows:
            chains.setdefault((row["kind"], row["number"]), []).append(row)
        return tuple(_chain(told, run.business_date) for told in chains.values())


def _kept_by(home: Home, run: decisions.Run) -> tuple[Kept, Shelf] | None:
    """What the run kept; None when that is lost or a later run has taken its place."""
    definition = definition_of(home, Day(run.business_date, run.known_at))
    kept = home.states.latest(definition, run.business_date, run.known_at)
    is_of_run = kept is not None and kept.snapshot == run.snapshot_digest
    return (kept, home.states) if kept is not None and is_of_run else None


def _chain(rows: list[dict[str, Any]], business_date: date) -> DocumentChain:
    first = rows[0]
    return DocumentChain(
        kind=first["kind"],
        number=first["number"],
        direction=first["direction"],
        day=first["event_day"].date(),
        value_cny=_hundredths(first["value_fen"]),
        stages=tuple(_stage(row, business_date) for row in rows),
    )


def _stage(row: Mapping[str, Any], business_date: date) -> Stage:
    seconds, began = row["after_seconds"], row["began_at"].to_pydatetime()
    difference = _hundredths(row["difference"])
    return Stage(
        name=row["stage"],
        state=row["state"],
        at=began + timedelta(seconds=int(seconds)) if seconds is not None and row["state"] == "present" else None,
        after=timedelta(seconds=int(seconds)) if seconds is not None else None,
        waiting_days=(business_date - row["event_day"].date()).days if row["state"] in {"missing", "unknown"} else None,
        difference=difference or None,
        currency=row["difference_currency"],
        evidence=row["evidence"],
    )


def _hundredths(value: Any) -> Decimal | None:
    return None if value is None else Decimal(int(value)) / 100
