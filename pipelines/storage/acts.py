"""What people did, in the ledger's stream ``judgements``, and what a run with a cutoff knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from models.people.acts import Act, Kind
from pipelines.storage.ledger import NewEntry, append, entries

_KINDS = frozenset(kind.value for kind in Kind)


def record_acts(connection: Connection, acts: Iterable[Act]) -> None:
    """Put acts on record, within the caller's transaction, in order."""
    append(connection, "judgements", [NewEntry.of(act.kind.value, act.uscc, act.body()) for act in acts])


def acts_known(connection: Connection, known_at: datetime | None = None, uscc: str | None = None) -> list[Act]:
    """Every act until a cutoff, both times inclusive, in the order of the ledger; about one enterprise where asked."""
    told = entries(connection, "judgements", subject=uscc)
    acts = [Act.of_body(entry.kind, json.loads(entry.body)) for entry in told if entry.kind in _KINDS]
    return [act for act in acts if known_at is None or act.at <= known_at]
