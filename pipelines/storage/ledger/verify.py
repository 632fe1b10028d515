"""Checking the whole chain: nothing altered, removed, reordered, inserted, cut off or rewritten since it was written.

What it cannot see by itself: a ledger rewritten or cut back *together with* its head and its anchors. Against
rewriting, anchors are signed; against cutting back, one of them is kept elsewhere and handed in here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipelines.storage.ledger.book import entries, head
from pipelines.storage.ledger.chain import STREAMS
from pipelines.storage.ledger.faults import Fault, faults_of
from pipelines.storage.ledger.names import Stream
from pipelines.storage.ledger.signing import is_signed, signature_holds
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
    anchors_signed:
        How many anchors bear a signature that holds.
    """

    counts: dict[str, int]
    faults: tuple[Fault, ...]
    anchors_signed: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(
    connection: Connection,
    stream: Stream | None = None,
    trusted: Mapping[str, str] | None = None,
    kept: Iterable[Mapping[str, Any]] = (),
) -> VerifyReport:
    """Check one stream or all, streamed: memory does not grow with the ledger.

    Parameters
    ----------
    connection, stream:
        Where to read; all streams unless one is named.
    trusted:
        Public keys by id, as ``trusted_keys`` gives them. Without any, signatures are not looked at.
    kept:
        Anchors kept outside, as ``anchor`` returned them; the ledger must still hold what they remember.
    """
    anchors = list(_anchors(connection))
    marks = _heads_of([*(body for _, body in anchors), *kept])
    counts: dict[str, int] = {}
    faults: list[Fault] = []
    for name in STREAMS if stream is None else (stream,):
        high_water, head_hash = head(connection, name)
        remembered = marks.get(name, {})
        seen = survey(name, _rows(connection, name), {high_water: head_hash, **remembered})
        counts[name] = seen.count
        faults += faults_of(seen, remembered, high_water)
    signed, unlike = _signatures(anchors, trusted or {})
    return VerifyReport(counts, tuple(faults + unlike), signed)


def _signatures(anchors: Iterable[tuple[int, Any]], trusted: Mapping[str, str]) -> tuple[int, list[Fault]]:
    """How many signatures hold, and which anchors lack one that they should have."""
    held = 0
    faults: list[Fault] = []
    for position, body in anchors if trusted else ():
        if is_signed(body):
            if signature_holds(body, trusted):
                held += 1
            else:
                faults.append(Fault("anchors", "forged", position, position))
        elif held:
            faults.append(Fault("anchors", "unsigned", position, position))
    return held, faults


def _rows(connection: Connection, stream: Stream) -> Iterator[Row]:
    columns = [ledger_entry.c[name] for name in Row._fields]
    query = select(*columns).where(ledger_entry.c.stream == stream).order_by(ledger_entry.c.position)
    return (Row(*row) for row in connection.execute(query, execution_options={"yield_per": 2000}))


def _anchors(connection: Connection) -> Iterator[tuple[int, Any]]:
    """Every anchor with its position. One whose body cannot be read is found when its own stream is checked."""
    for entry in entries(connection, "anchors"):
        try:
            yield entry.position, json.loads(entry.body)
        except ValueError:
            continue


def _heads_of(anchors: Iterable[Any]) -> dict[str, dict[int, str]]:
    """Remembered heads per stream: position to hash. The earliest memory of a position counts."""
    marks: dict[str, dict[int, str]] = {}
    for anchor in anchors:
        try:
            found = [(stream, int(at["position"]), str(at["hash"])) for stream, at in anchor["heads"].items()]
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        for stream, position, text in found:
            if position:
                marks.setdefault(stream, {}).setdefault(position, text)
    return marks
