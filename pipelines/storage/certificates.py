"""Certificates on record in the stream ``judgements``, issued in order, so that each has a place in the list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pipelines.storage.ledger import NewEntry, append, entries

ISSUED = "certificate.issued"
WITHDRAWN = "certificate.withdrawn"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as it was signed, by whom it was asked for, and whether it was withdrawn since."""

    number: int
    claims: Mapping[str, Any]
    token: str
    account: str
    is_withdrawn: bool = False


def record_issued(connection: Connection, claims: Mapping[str, Any], token: str, account: str) -> None:
    """Put a new certificate on record, within the caller's transaction; its number is that of those before it."""
    body = {"claims": dict(claims), "token": token, "account": account}
    append(connection, "judgements", [NewEntry.of(ISSUED, str(claims["sub"]), body)])


def record_withdrawn(connection: Connection, issued: Issued, account: str, reason: str, at: datetime) -> None:
    """Put on record that a certificate holds no longer, whatever the grade."""
    body = {"number": issued.number, "account": account, "reason": reason, "at": at.isoformat()}
    append(connection, "judgements", [NewEntry.of(WITHDRAWN, str(issued.claims["sub"]), body)])


def certificates(connection: Connection) -> list[Issued]:
    """Every certificate there is, by number."""
    told = [json.loads(entry.body) for entry in entries(connection, "judgements", kind=ISSUED)]
    gone = {json.loads(entry.body)["number"] for entry in entries(connection, "judgements", kind=WITHDRAWN)}
    return [
        Issued(number, body["claims"], body["token"], body["account"], number in gone)
        for number, body in enumerate(told)
    ]
