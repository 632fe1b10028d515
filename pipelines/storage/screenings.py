"""Screenings of single documents: a stream of their own, found again by what was asked."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select

from pipelines.storage.grouped import GroupedLedger
from pipelines.storage.ledger import NewEntry
from pipelines.storage.ledger.tables import ledger_entry

_KIND = "screening"
_REMEMBERED = 10_000

Record = dict[str, Any]
Look = Callable[[str, bool], Awaitable[None]]


def screening_of(connection: Connection, screening_id: str) -> Record | None:
    """The screening on record under an id; None where there is none. Of several the first counts."""
    e = ledger_entry.c
    query = select(e.body).where(e.subject == screening_id, e.stream == "screenings", e.kind == _KIND)
    body = connection.execute(query.order_by(e.position).limit(1)).scalar()
    return json.loads(body) if body else None


_RECORDED = (
    select(ledger_entry.c.body)
    .where(
        ledger_entry.c.stream == literal_column("'screenings'"),
        ledger_entry.c.kind == literal_column(f"'{_KIND}'"),
        ledger_entry.c.subject == bindparam("screening_id"),
    )
    .order_by(ledger_entry.c.position)
    .limit(1)
)


class ScreeningLog:
    """The record of screenings: the same papers are screened once, however often and at once they are handed in.

    While a run holds a SQLite file, entries wait beside it; this process remembers its latest meanwhile. Two processes
    over one such file could then each screen the same papers, and the first in the chain counts afterwards.
    """

    def __init__(self, ledger: GroupedLedger) -> None:
        self._ledger = ledger
        self._latest: OrderedDict[str, Record] = OrderedDict()
        self._being_made: dict[str, asyncio.Future[Record]] = {}

    async def once(self, screening_id: str, make: Callable[[], Record], look: Look) -> tuple[Record, bool]:
        """The screening of that id and whether it is new: the one on record, else what ``make`` gives, put on record.

        ``look`` puts on record who asked; both go with one commit. Raises what the database raised when it could not
        be put on record. Call from one event loop only.
        """
        known = await self._known(screening_id)
        if known is not None:
            await look(known["uscc"], False)
            return known, False
        future: asyncio.Future[Record] = asyncio.get_running_loop().create_future()
        self._being_made[screening_id] = future
        try:
            made = make()
            entry = NewEntry.of(_KIND, screening_id, made)
            await asyncio.gather(self._ledger.put_and_wait("screenings", entry), look(made["uscc"], True))
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # looked at, whether or not anybody else waits
            raise
        finally:
            del self._being_made[screening_id]
        self._latest[screening_id] = made
        if len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)
        future.set_result(made)
        return made, True

    async def _known(self, screening_id: str) -> Record | None:
        if screening_id in self._being_made:
            return await asyncio.shield(self._being_made[screening_id])
        return self.recorded(screening_id)

    def recorded(self, screening_id: str) -> Record | None:
        """The screening on record under an id; None where there is none."""
        if screening_id in self._latest:
            return self._latest[screening_id]
        found = self._ledger.database.quick(_RECORDED, screening_id=screening_id)
        return json.loads(found[0][0]) if found else None
