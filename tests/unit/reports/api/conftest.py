"""The API over ports that a test fills, and every kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from expectations.contracts.documents import DocumentFaultsError, Fault
from expectations.errors import NotFoundError, UsageError
from expectations.intake.attachments import Paper
from expectations.vocabulary.role import Role
from models.people.objections import Attachment, Complaint
from models.people.sharing import Share
from reports.api import Ports, Read, create_app
from reports.api.app import USUAL_RATE
from reports.api.limits import Rate
from reports.api.metrics import Measurements

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
    "caps": [{"id": "K10", "max_grade": "AA", "fact": "0123456789abcdef"}],
    "override": None,
    "actions": [
        {
            "id": "R02.check",
            "zh": "建议查验",
            "en": "Consider an inspection",
            "department": "customs",
            "legal_basis": "法",
            "due_on": "2026-04-01",
            "alert_id": "0123456789abcdef",
        },
        {
            "id": "B.audit",
            "zh": "建议稽核",
            "en": "Consider an audit",
            "department": "tax",
            "legal_basis": "法",
            "due_on": None,
            "alert_id": None,
        },
    ],
    "excused": [],
    "feeds_missing": ["court"],
    "model": {"version": "3", "digest": "e" * 64},
    "policy_digest": "f" * 64,
    "inputs": {"alerts": [{"alert_id": "0123456789abcdef"}], "informant": "never to be shown"},
}
ALERT: dict[str, Any] = {
    "alert_id": "0123456789abcdef", "rule": "R02", "uscc": OWN, "severity": "high",
    "window": {"from": "2026-03-02", "to": "2026-03-31"},
    "value": 0.43, "threshold": 0.2, "n": 640, "evidence": ["order:1"], "opened_on": "2026-03-30", "state": "open",
    "assigned_to": "never to be shown", "closed_on": None,
}  # fmt: skip

LOOK = {"position": 1, "at": NOW, "account": "officer-1", "role": "officer", "key_id": "never to be shown",
        "what": "grade", "purpose": "daily check", "status": 200}  # fmt: skip
BATCH: dict[str, Any] = {
    "source": "customs", "batch_id": "b", "received_at": NOW, "state": "usable", "verdict": "pass",
    "files": [{"table_name": "order", "name": "order.csv", "received": 3, "accepted": 2, "quarantined": 1,
               "duplicates": 0, "orphans": 0, "verdict": "pass", "sha256": "never to be shown"}],
}  # fmt: skip
ROW: dict[str, Any] = {
    "uscc": OWN, "name": "企业", "severity": "high", "status": "normal", "grade": "B", "previous_grade": "A",
    "score": 699, "reasons_zh": [], "reasons_en": [], "triggers": [], "caps": ["K10"], "exposed_cny": "1.00",
    "measures": [], "due_on": "2026-04-01", "difference": None, "last_finding": "", "decision_id": "d" * 64,
}  # fmt: skip
OBJECTION: dict[str, Any] = {
    "id": "0b1e0b1e0b1e", "target": "grade", "reason": "wrong", "filed_by": "never to be shown", "filed_at": NOW,
    "forward_by": D, "answer_by": D, "longest": D, "state": "filed", "forwarded_to": None, "answered_at": None,
    "answer": None, "attachments": [],
}  # fmt: skip
ATTACHED: dict[str, Any] = {"sha256": "b" * 64, "name": "证明 1.pdf", "media_type": "application/pdf", "bytes": 8,
                            "attached_at": NOW}  # fmt: skip


SUBSCRIBED = "5c5c5c5c5c5c"
SCREENING: dict[str, Any] = {
    "screening_id": "a" * 64, "table": "inventory", "number": "94922026I000000001", "uscc": OWN, "lane": "documents",
    "reasons": [{"id": "year_limit", "lane": "documents", "zh": "超限", "en": "above", "asks_zh": "核",
                 "asks_en": "check", "department": "customs", "legal_basis": ["法"], "value": 1.0,
                 "threshold": 0.5, "lines": []}],
    "not_looked_at": ["price_low"], "policy_digest": "f" * 64, "account": "never to be shown",
    "standing": {"decision_id": "d" * 64, "date": D, "grade": "B", "status": "normal", "score": 699, "p": 0.01,
                 "dimensions": {"tax": 90}, "reasons": []},
}  # fmt: skip


@dataclass(frozen=True)
class Holder:
    account_id: str
    role: Role
    uscc: str | None
    key_id: str
    scopes: frozenset[str] = frozenset()


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
        if presented == "scoped":
            return Holder("scoped-1", Role.OFFICER, None, "k-scoped", frozenset({"grade"}))
        if presented in ("customs", "tax"):
            return Holder(f"{presented}-1", Role.REGULATOR, None, f"k-{presented}")
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

    def decisions_of(self, business_date: date, after: str, limit: int | None) -> list[dict[str, Any]]:
        return [{**RECORD, "uscc": uscc} for uscc in (OTHER, OWN) if uscc > after][:limit]

    def open_alerts(self, business_date: date) -> list[dict[str, Any]]:
        return [ALERT] if business_date == D else []

    def alert(self, alert_id: str) -> dict[str, Any] | None:
        return ALERT if alert_id == ALERT["alert_id"] else None

    def looks(self, uscc: str, hide_inquiries: bool) -> list[dict[str, Any]]:
        return [] if hide_inquiries else [{**LOOK, "about": uscc}]

    def check(self) -> None:
        if self.is_down:
            raise OSError("the database is away at /srv/secret/path")


class House:
    """A model, a policy, a delivery, and a list of two rows; pattern R02 is customs' business."""

    def model_in_force(self) -> dict[str, Any] | None:
        return {"date": D, "version": "3", "digest": "e" * 64}

    def policy_in_force(self, business_date: date) -> dict[str, Any] | None:
        rule = {"id": "K01", "folder": "caps", "zh": "上限", "en": "cap", "legal_basis": ["法"], "since": D}
        return {"date": business_date, "digest": "f" * 64, "rules": [rule]} if business_date <= D else None

    def batches(self) -> list[dict[str, Any]]:
        return [{**BATCH, "sequence": number} for number in (2, 1)]

    def measurements(self) -> Measurements:
        return Measurements(
            latest_day=D,
            grades={"B": 2, "-": 1},
            outbox={"pending": 3, "dead": 1},
            late_feeds=("tax_filing",),
            dead_letters={"assigned": 0, "nobody": 1},
            oldest_unsettled=datetime.fromtimestamp(1774915200, UTC),
            quarantined=7,
        )

    def departments(self, business_date: date) -> dict[str, frozenset[str]]:
        return {"R02": frozenset({"customs"})}

    def risk_list(self, business_date: date, department: str | None) -> dict[str, Any] | None:
        rows = [{**ROW, "rank": 1}, {**ROW, "rank": 2}][: 2 if department is None else 1]
        head = {"business_date": D, "known_at": NOW, "compared_with": None, "secret": "never to be shown"}
        return {**head, "rows": rows} if business_date == D else None


class Plans:
    """One day's plan, of customs and of tax."""

    def plan_of(self, business_date: date) -> dict[str, Any] | None:
        row = {"order": 1, "uscc": OWN, "name": "企业", "grade": "B", "why": "random", "is_random": True, "p": 0.1,
               "amount_fen": 5, "expected_fen": 1, "selection_probability": 0.25}  # fmt: skip
        offices = {name: {"law_short": 0, "chosen": [row]} for name in ("customs", "tax")}
        whole = {"date": D, "offices": offices, "seed": "never to be shown"}
        return whole if business_date == D else None


class Desk:
    """Takes what it is given; refuses what names nothing."""

    def objections(self, uscc: str) -> list[dict[str, Any]]:
        return [{**OBJECTION, "uscc": uscc}]

    def file_objection(
        self, complaint: Complaint, account: str, at: datetime, papers: Sequence[Paper] = ()
    ) -> dict[str, Any]:
        if complaint.target == "nothing":
            raise NotFoundError("The latest decision rests on no record 'nothing'.", "Name another.")
        return {**OBJECTION, **asdict(complaint), "filed_at": at}

    def attach(self, uscc: str, objection: str, papers: Sequence[Paper], account: str, at: datetime) -> dict[str, Any]:
        return {**OBJECTION, "uscc": uscc, "attachments": [{**ATTACHED, "name": one.name} for one in papers]}

    def attachment(self, uscc: str, objection: str, sha256: str) -> tuple[Attachment, bytes]:
        if sha256 != ATTACHED["sha256"]:
            raise NotFoundError(f"Objection {objection} has no file {sha256[:12]}.", "Open the list once more.")
        return Attachment(**ATTACHED), b"%PDF-1.7"

    def give_feedback(self, alert_id: str, finding: str, reason: str, account: str, at: datetime) -> dict[str, Any]:
        return {**ALERT, "finding": finding, "decided_at": at}


class Certificates:
    """A key and a list that nobody signed."""

    def keys(self) -> dict[str, Any]:
        return {"keys": [{"kty": "OKP", "kid": "k1", "crv": "Ed25519", "x": "AA"}]}

    def status_list(self, at: datetime) -> str:
        return "header.payload.signature"

    def page(self) -> bytes:
        return b""


class Screenings:
    """Answers green to whatever names its uscc; what names none is at fault."""

    async def screen(self, given: Any, account: str, at: datetime, look: Any) -> tuple[dict[str, Any], bool]:
        head = (given.get("inventory") or given.get("declaration"))[0]
        if head.get("uscc") != OWN:
            raise DocumentFaultsError([Fault("inventory", 0, "required:uscc"), Fault("inventory", 0, "unknown:x")])
        await look(OWN, "again" not in head)
        return {**SCREENING, "at": at, "account": account}, "again" not in head

    def screening(self, screening_id: str) -> dict[str, Any] | None:
        return {**SCREENING, "at": NOW} if screening_id == SCREENING["screening_id"] else None


CONSENT: dict[str, Any] = {
    "id": "c0c0c0c0c0c0", "receiver": "bank-1", "purpose": "a loan", "given_at": NOW, "last_day": D + timedelta(30),
    "withdrawn_at": None, "given_by": "never to be shown",
}  # fmt: skip
SUMMARY: dict[str, Any] = {
    "date": D, "grade": "B", "status": "normal", "is_disputed": False, "customs_documents": 3,
    "customs_export_cny": "10.00", "customs_import_cny": "0.00", "orders": 4, "orders_cny": "12.00",
    "receipts_usd": "1.00", "payments_usd": "0.00", "tax_refunds_cny": "0.00", "returns": 1, "returns_cny": "2.00",
    "verified_share": 0.75, "return_rate": 0.25, "top_5_buyers_share": 1.0, "top_5_remitters_share": None,
    "receivable_usd": "0.40", "receivable_age_days": 12, "bonded_stock_cny": "0.00", "buyers": "never to be shown",
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A consent, with the words that the routes read."""

    id: str = CONSENT["id"]
    purpose: str = CONSENT["purpose"]


@dataclass(frozen=True)
class Subscribed:
    """A subscription to one enterprise."""

    id: str
    subscriber: str
    last_day: date = D + timedelta(30)
    purpose: str = "exchange of credit records"
    scope: tuple[str, ...] = (OWN,)
    opened_at: datetime = NOW
    ended_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        return moment.date() <= self.last_day


class Sharing:
    """One enterprise consented to one bank; every subscriber has one subscription, and another one that is over."""

    def banks(self) -> list[str]:
        return ["bank-1"]

    def consents(self, uscc: str) -> list[dict[str, Any]]:
        return [{**CONSENT, "uscc": uscc}]

    def receivers(self, uscc: str, at: datetime) -> list[Subscribed]:
        return [Subscribed("5b5b5b5b5b5b", "system-1")]

    def give_consent(self, uscc: str, share: Share, account: str, at: datetime) -> dict[str, Any]:
        if share.receiver == "nobody":
            raise UsageError("'nobody' is no bank of this zone.", "Choose one that has an account here.")
        return {**CONSENT, "uscc": uscc, **asdict(share)}

    def withdraw_consent(self, uscc: str, consent: str, account: str, at: datetime, reason: str) -> dict[str, Any]:
        if consent != CONSENT["id"]:
            raise NotFoundError(f"{uscc} gave no consent {consent}.", "Its id stands in the list of consents.")
        return {**CONSENT, "uscc": uscc, "withdrawn_at": at}

    def consent_to(self, uscc: str, bank: str, at: datetime) -> Given | None:
        return Given() if uscc == OWN else None

    def summary(self, uscc: str) -> dict[str, Any] | None:
        return {**SUMMARY, "uscc": uscc}

    def subscriptions(self) -> list[Subscribed]:
        roles = (Role.SYSTEM, Role.REGULATOR, Role.OFFICER)
        held = [Subscribed(SUBSCRIBED, f"{role}-1") for role in roles]
        return [*held, Subscribed("0e0e0e0e0e0e", "system-1", D - timedelta(1)), Subscribed("0f0f0f0f0f0f", "system-2")]

    def standing(self, subscription: Any, after: str, limit: int) -> tuple[int, list[dict[str, Any]]]:
        told = {**RECORD, "is_disputed": False, "withdrawn_facts": []}
        return 7, [{**told, "uscc": uscc} for uscc in (OTHER, OWN) if uscc > after][:limit]

    def changes(self, subscription: Any, since: int) -> tuple[int, bool, list[dict[str, Any]]]:
        told = {**RECORD, "is_disputed": False, "withdrawn_facts": ["0123456789abcdef"]}
        return 9, False, [told] if since < 9 else []


class Duties:
    """One regulator is of customs and one of tax; everybody else serves the zone."""

    def department_of(self, account_id: str) -> str | None:
        return {"customs-1": "customs", "tax-1": "tax"}.get(account_id)


@dataclass
class Log:
    """Reads in memory; full when told so."""

    reads: list[Read] = field(default_factory=list)
    is_full: bool = False

    def record(self, read: Read) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        self.reads.append(read)

    async def recorded(self, read: Read) -> None:
        self.record(read)


@dataclass
class Api:
    """The application with a caller at its door."""

    queries: Decided = field(default_factory=Decided)
    log: Log = field(default_factory=Log)
    now: datetime = NOW
    rate: Rate = USUAL_RATE

    def __post_init__(self) -> None:
        ports = Ports(
            self.queries, Keys(), self.log, Duties(), House(), Plans(), Desk(), Screenings(), Sharing(), Certificates()
        )
        self.app = create_app(ports, lambda: self.now, self.rate)

    async def ask(
        self, method: str, path: str, key: str | None = None, body: Any = None, **headers: str
    ) -> httpx.Response:
        """One request; ``purpose`` and other headers by name."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://xinji") as client:
            told = {"content": body} if isinstance(body, bytes) else {"json": body}
            return await client.request(method, path, headers=sent, **told)


@pytest.fixture
def api() -> Api:
    """A fresh application."""
    return Api()


@pytest.fixture
def get(api: Api) -> Callable[..., httpx.Response]:
    """A GET from a test that is not asynchronous; a purpose is given unless the test says otherwise."""
    import asyncio

    def fetch(path: str, key: str | None = None, **headers: str) -> httpx.Response:
        return asyncio.run(api.ask("GET", path, key, **{"x_purpose": "daily check", **headers}))

    return fetch


@pytest.fixture
def post(api: Api) -> Callable[..., httpx.Response]:
    """A POST likewise."""
    import asyncio

    def send(path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        return asyncio.run(api.ask("POST", path, key, body, **{"x_purpose": "daily check", **headers}))

    return send


@pytest.fixture
def decision() -> dict[str, Any]:
    """A decision record as the ledger holds it."""
    return dict(RECORD)
