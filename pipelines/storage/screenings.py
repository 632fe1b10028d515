"""Screenings of single documents: a stream of their own, found again by what was asked."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select

from pipelines.storage.grouped import GroupedLedger
from pipelines.storage.ledger import NewEntry
from pipelines.storage.ledger.tables import ledger_entry

_KIND = "screening"
_REMEMBERED = 10_000
_GATES = 64

Record = dict[str, Any]


def screening_of(connection: Connection, screening_id: str) -> Record | None:
    """The screening on record under an id; None where there is none. Of several the first counts."""
    e = ledger_entry.c
    query = select(e.body).where(e.subject == screening_id, e.stream == "screenings", e.kind == _KIND)
    body = connection.execute(query.order_by(e.position).limit(1)).scalar()
    return json.loads(body) if body else None


class ScreeningLog:
    """The record of screenings: the same papers are screened once, however often and at once they are handed in.

    While a run holds a SQLite file, entries wait beside it; this process remembers its latest meanwhile. Two processes
    over one such file could then each screen the same papers, and the first in the chain counts afterwards.
    """

    def __init__(self, ledger: GroupedLedger) -> None:
        self._ledger = ledger
        self._latest: OrderedDict[str, Record] = OrderedDict()
        self._gate = Lock()
        self._gates = [Lock() for _ in range(_GATES)]

    def once(self, screening_id: str, make: Callable[[], Record]) -> tuple[Record, bool]:
        """The screening of that id and whether it is new: the one on record, else what ``make`` gives, put on record.

        Raises what the database raised when it could not be put on record.
        """
        with self._alone(screening_id):
            known = self.recorded(screening_id)
            if known is not None:
                return known, False
            made = make()
            self._ledger.put("screenings", NewEntry.of(_KIND, screening_id, made))
            with self._gate:
                self._latest[screening_id] = made
                if len(self._latest) > _REMEMBERED:
                    self._latest.popitem(last=False)
            return made, True

    def _alone(self, screening_id: str) -> AbstractContextManager[Any]:
        return self._gates[int(screening_id[:8], 16) % _GATES]

    def recorded(self, screening_id: str) -> Record | None:
        """The screening on record under an id; None where there is none."""
        with self._gate:
            latest = self._latest.get(screening_id)
        if latest is not None:
            return latest
        with self._ledger.database.reading() as connection:
            return screening_of(connection, screening_id)
