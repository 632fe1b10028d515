"""The commit point of a run: its decisions, alerts and messages in one transaction, the ledger first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, insert

from models.grade.record import SealedRecord
from pipelines.storage import outbox
from pipelines.storage.acts import record_acts
from pipelines.storage.database import insert_rows
from pipelines.storage.decisions.queries import run_for
from pipelines.storage.decisions.record import Judged, Record, Run, alert_row, decision_row
from pipelines.storage.decisions.tables import PROJECTIONS, alert_table, decision_table, enterprise_table, run_table
from pipelines.storage.ledger import AnchorSigner, NewEntry, anchor, append, entries

_CHUNK = 5000
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit did.

    Attributes
    ----------
    is_new:
        False when the run for this (D, K) was there already; then nothing was written.
    """

    is_new: bool
    decisions: int = 0
    alerts: int = 0
    messages: int = 0


def commit_run(connection: Connection, run: Run, judged: Judged, signer: AnchorSigner | None = None) -> Commit:
    """Write a run: ledger, projections, outbox and anchor, all in the caller's transaction.

    A second commit for the same (D, K) writes nothing, whatever it brings (decision 4 of ``docs/decisions.md``).
    """
    if run_for(connection, run.business_date, run.known_at) is not None:
        return Commit(is_new=False)
    subject = run.business_date.isoformat()
    at = append(connection, "decisions", [NewEntry.of("run", subject, run.body())])[0]
    _insert(connection, run_table, [{**run.body(), "position": at}])
    decided = _write_decisions(connection, run, judged.decisions)
    alerted = _write_alerts(connection, run, judged.alerts)
    record_acts(connection, judged.acts)
    sent = outbox.add(connection, judged.messages)
    anchor(connection, f"run {subject} {run.known_at.isoformat()}", signer)
    return Commit(is_new=True, decisions=decided, alerts=alerted, messages=sent)


def rebuild(connection: Connection) -> Commit:
    """Make every projection again from the ledger alone. The outbox is left: what was sent is not in the chain."""
    for table in reversed(PROJECTIONS):
        connection.execute(delete(table))
    counts = {"decision": 0, "alert": 0}
    run: Run | None = None
    waiting: dict[str, list[Any]] = {"run": [], "decision": [], "alert": []}
    for entry in entries(connection, "decisions"):
        body = json.loads(entry.body)
        if entry.kind == "run":
            run = Run.of_body(body)
            waiting["run"].append({**run.body(), "position": entry.position})
        elif run is not None and entry.kind == "decision":
            waiting["decision"].append(decision_row(run, body, entry.position))
        elif run is not None and entry.kind == "alert":
            waiting["alert"].append(alert_row(run, body, entry.position))
        if entry.kind in counts:
            counts[entry.kind] += 1
        if sum(map(len, waiting.values())) >= _CHUNK:
            _flush(connection, waiting)
    _flush(connection, waiting)
    return Commit(is_new=True, decisions=counts["decision"], alerts=counts["alert"])


def _flush(connection: Connection, waiting: dict[str, list[Any]]) -> None:
    _insert(connection, run_table, waiting["run"])
    _insert_decisions(connection, waiting["decision"])
    _insert(connection, alert_table, waiting["alert"])
    for rows in waiting.values():
        rows.clear()


def _write_decisions(connection: Connection, run: Run, decisions: Iterable[SealedRecord]) -> int:
    count = 0
    for chunk in _chunks(decisions):
        written = (NewEntry("decision", one.record["uscc"], one.body) for one in chunk)
        positions = append(connection, "decisions", written)
        rows = [decision_row(run, one.record, at) for one, at in zip(chunk, positions, strict=True)]
        _insert_decisions(connection, rows)
        count += len(rows)
    return count


def _write_alerts(connection: Connection, run: Run, alerts: Iterable[Record]) -> int:
    count = 0
    for chunk in _chunks(alerts):
        positions = append(connection, "decisions", (NewEntry.of("alert", one["uscc"], one) for one in chunk))
        _insert(connection, alert_table, [alert_row(run, one, at) for one, at in zip(chunk, positions, strict=True)])
        count += len(chunk)
    return count


def _insert_decisions(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    insert_rows(connection, decision_table, rows)
    insert_rows(connection, enterprise_table, [row[1:2] for row in rows], "ON CONFLICT DO NOTHING")


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _chunks(records: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(records)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
