"""Checking the whole chain: nothing altered, removed, reordered, inserted, cut off or rewritten since it was written.

What it cannot see: a ledger rewritten from some entry on *together with* its head and its anchors. That takes an
anchor kept out of the writer's reach, signed or published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipelines.storage.ledger.book import entries, head
from pipelines.storage.ledger.chain import STREAMS
from pipelines.storage.ledger.faults import Fault, faults_of
from pipelines.storage.ledger.names import Stream
from pipelines.storage.ledger.survey import Row, survey
from pipelines.storage.ledger.tables import ledger_entry


@dataclass(frozen=True)
class VerifyReport:
    """The outcome of checking the chain.

    Attributes
    ----------
    counts:
        Entries read per stream.
    faults:
        What was found; empty when the ledger is as it was written.
    """

    counts: dict[str, int]
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(connection: Connection, stream: Stream | None = None) -> VerifyReport:
    """Check one stream or all, streamed: memory does not grow with the ledger."""
    marks = _anchored_heads(connection)
    counts: dict[str, int] = {}
    faults: list[Fault] = []
    for name in STREAMS if stream is None else (stream,):
        high_water, head_hash = head(connection, name)
        anchors = marks.get(name, {})
        seen = survey(name, _rows(connection, name), {high_water: head_hash, **anchors})
        counts[name] = seen.count
        faults += faults_of(seen, anchors, high_water)
    return VerifyReport(counts, tuple(faults))


def _rows(connection: Connection, stream: Stream) -> Iterator[Row]:
    columns = [ledger_entry.c[name] for name in Row._fields]
    query = select(*columns).where(ledger_entry.c.stream == stream).order_by(ledger_entry.c.position)
    return (Row(*row) for row in connection.execute(query, execution_options={"yield_per": 2000}))


def _anchored_heads(connection: Connection) -> dict[str, dict[int, str]]:
    """Remembered heads per stream. An anchor whose body cannot be read is found when its own stream is checked."""
    marks: dict[str, dict[int, str]] = {}
    for entry in entries(connection, "anchors"):
        try:
            heads = json.loads(entry.body)["heads"]
            found = [(stream, int(place["position"]), str(place["hash"])) for stream, place in heads.items()]
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        for stream, position, text in found:
            if position:
                marks.setdefault(stream, {}).setdefault(position, text)
    return marks
