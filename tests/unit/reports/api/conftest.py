"""The API over ports that a test fills, and every kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from expectations.vocabulary.role import Role
from reports.api import Read, create_app

OWN, OTHER, NOBODY = "91652702MADEM0011Q", "91652701MADEM0011A", "91659007MADEM0011K"
D = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)

RECORD: dict[str, Any] = {
    "decision_id": "d" * 64,
    "supersedes": None,
    "uscc": OWN,
    "date": D.isoformat(),
    "known_at": "2026-04-01T06:00:00+08:00",
    "status": "normal",
    "grade": "B",
    "previous_grade": "A",
    "grade_model": "AA",
    "grade_rules": "B",
    "score": 699,
    "score_raw": 850,
    "p": 0.0123,
    "p0": 0.02,
    "dimensions": {"compliance": 40, "tax": 90, "settlement": None},
    "reasons": [
        {"code": "TAX_B", "zh": "纳税信用", "en": "Tax credit", "value": 77.125, "shown_to_enterprise": True},
        {"code": "R02", "zh": "刷单嫌疑", "en": "Brushing suspected", "value": 0.43, "shown_to_enterprise": False},
    ],
    "rules": [{"id": "R02", "fired": True, "value": 0.43, "threshold": 0.2}],
    "caps": [{"id": "K10", "max_grade": "AA", "fact": "alert-7"}],
    "override": None,
    "actions": [{"id": "INSPECT", "zh": "建议查验", "en": "Consider an inspection"}],
    "excused": [],
    "feeds_missing": ["court"],
    "model": {"version": "3", "digest": "e" * 64},
    "policy_digest": "f" * 64,
    "inputs": {"alerts": [{"alert_id": "alert-7"}], "informant": "never to be shown"},
}
ALERT: dict[str, Any] = {
    "alert_id": "alert-7", "rule": "R02", "uscc": OWN, "severity": "high",
    "window": {"from": "2026-03-02", "to": "2026-03-31"},
    "value": 0.43, "threshold": 0.2, "n": 640, "evidence": ["order:1"], "opened_on": "2026-03-30", "state": "open",
    "assigned_to": "never to be shown", "closed_on": None,
}  # fmt: skip


@dataclass(frozen=True)
class Holder:
    account_id: str
    role: Role
    uscc: str | None
    key_id: str


@dataclass(frozen=True)
class Point:
    decision_id: str
    business_date: date
    grade: str | None
    score: int | None
    status: str


class Keys:
    """A key per role, named after it; ``late`` works until NOW."""

    def holder_of(self, presented: str, now: datetime) -> Holder | None:
        if presented == "late":
            return Holder("late", Role.REGULATOR, None, "k-late") if now < NOW else None
        if presented not in set(Role):
            return None
        role = Role(presented)
        return Holder(f"{role}-1", role, OWN if role is Role.ENTERPRISE else None, f"k-{role}")


@dataclass
class Decided:
    """Two enterprises, one day."""

    is_down: bool = False
    looked_up: list[str] = field(default_factory=list)

    def latest_decision(self, uscc: str, as_of: date | None) -> dict[str, Any] | None:
        self.looked_up.append(uscc)
        if self.is_down:
            raise OSError("the database is away at /srv/secret/path")
        if uscc == NOBODY or (as_of is not None and as_of < D):
            return None
        return {**RECORD, "uscc": uscc}

    def grade_history(self, uscc: str) -> Sequence[Point]:
        self.looked_up.append(uscc)
        days = [Point("c" * 64, D - timedelta(1), "A", 720, "normal"), Point("d" * 64, D, "B", 699, "normal")]
        return [] if uscc == NOBODY else days

    def known_at(self, business_date: date) -> datetime | None:
        return NOW if business_date == D else None

    def decisions_of(self, business_date: date, after: str, limit: int) -> list[dict[str, Any]]:
        return [{**RECORD, "uscc": uscc} for uscc in (OTHER, OWN) if uscc > after][:limit]

    def open_alerts(self, business_date: date) -> list[dict[str, Any]]:
        return [ALERT] if business_date == D else []

    def check(self) -> None:
        if self.is_down:
            raise OSError("the database is away at /srv/secret/path")


@dataclass
class Log:
    """Reads in memory; full when told so."""

    reads: list[Read] = field(default_factory=list)
    is_full: bool = False

    def record(self, read: Read) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        self.reads.append(read)


@dataclass
class Api:
    """The application with a caller at its door."""

    queries: Decided = field(default_factory=Decided)
    log: Log = field(default_factory=Log)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.app = create_app(self.queries, Keys(), self.log, lambda: self.now)

    async def get(self, path: str, key: str | None = None, **headers: str) -> httpx.Response:
        """One GET; ``purpose`` and other headers by name."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://xinji") as client:
            return await client.get(path, headers=sent)


@pytest.fixture
def api() -> Api:
    """A fresh application."""
    return Api()


@pytest.fixture
def get(api: Api) -> Callable[..., httpx.Response]:
    """A GET from a test that is not asynchronous; a purpose is given unless the test says otherwise."""
    import asyncio

    def fetch(path: str, key: str | None = None, **headers: str) -> httpx.Response:
        return asyncio.run(api.get(path, key, **{"x_purpose": "daily check", **headers}))

    return fetch


@pytest.fixture
def decision() -> dict[str, Any]:
    """A decision record as the ledger holds it."""
    return dict(RECORD)
