"""From the day's decisions and open alerts to the rows of the list, in the order an office works them.

Order (domain pack, section 5.4): high before medium before low, then the exposed amount, then the USCC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from expectations.vocabulary.grade import Grade, Severity

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """What an office is asked to consider, with the law it rests on and the day it is due."""

    zh: str
    en: str
    department: str
    legal_basis: str
    due_on: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """One open alert as the list shows it: the measured value against its threshold, and where to look."""

    rule: str
    zh: str
    en: str
    severity: Severity
    value: float
    threshold: float
    opened_on: str
    alert_id: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One enterprise on the list. ``exposed_cny`` is the amount behind its open alerts, in yuan."""

    rank: int
    uscc: str
    name: str
    severity: Severity
    status: str
    grade: str | None
    previous_grade: str | None
    score: int | None
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    caps: tuple[str, ...]
    exposed_cny: str
    measures: tuple[Measure, ...]
    decision_id: str
    last_finding: str

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments asked to act, each once."""
        return tuple(dict.fromkeys(measure.department for measure in self.measures))

    @property
    def exposed_shown(self) -> str:
        """The exposed amount with thousands apart, as a person reads it."""
        return f"{Decimal(self.exposed_cny):,}"

    @property
    def due_on(self) -> str:
        """The earliest day a measure is due."""
        return min((measure.due_on for measure in self.measures if measure.due_on), default="")


@dataclass(frozen=True, slots=True)
class Excused:
    """A pattern of one enterprise that raised no alert, since enough peers rose as well in a promotion."""

    uscc: str
    rule: str
    promotion_zh: str
    promotion_en: str
    peer_share: float
    least_share: float


@dataclass(frozen=True, slots=True)
class RiskList:
    """The list of one business date.

    Attributes
    ----------
    graded:
        Every enterprise graded, listed or not.
    excused:
        Patterns over their threshold that the season explains: no alert, but nothing is dropped unseen.
    """

    business_date: str
    known_at: str
    zone_zh: str
    zone_en: str
    graded: int
    grade_counts: Mapping[str, int]
    feeds_missing: tuple[str, ...]
    model: str
    policy_digest: str
    rows: tuple[RiskRow, ...] = field(default=())
    excused: tuple[Excused, ...] = ()


def excused_of(decisions: Iterable[Record]) -> tuple[Excused, ...]:
    """What the season explained, as the day's decisions have it on record."""
    return tuple(
        Excused(
            decision["uscc"],
            one["rule"],
            one["promotion"]["zh"],
            one["promotion"]["en"],
            one["peer_share"],
            one["least_share"],
        )
        for decision in decisions
        for one in decision["excused"]
    )


def _severity(decision: Record, alerts: Sequence[Record]) -> Severity | None:
    """How urgent a row is; None keeps the enterprise off the list.

    An open alert counts by its own severity. Without one, the lowest grade is high, C is medium, and a fall since the
    previous decision is low: it should be seen, not chased.
    """
    found = [Severity(alert["severity"]) for alert in alerts]
    if decision["grade"] == Grade.D:
        found.append(Severity.HIGH)
    if decision["grade"] == Grade.C:
        found.append(Severity.MEDIUM)
    if _fell(decision):
        found.append(Severity.LOW)
    return min(found, key=lambda severity: severity.rank) if found else None


def _fell(decision: Record) -> bool:
    before, after = decision.get("previous_grade"), decision["grade"]
    return bool(before and after and Grade(before).is_better_than(Grade(after)))


def _trigger(alert: Record) -> Trigger:
    return Trigger(
        rule=alert["rule"],
        zh=alert.get("zh", alert["rule"]),
        en=alert.get("en", alert["rule"]),
        severity=Severity(alert["severity"]),
        value=float(alert["value"]),
        threshold=float(alert["threshold"]),
        opened_on=alert["opened_on"],
        alert_id=alert["alert_id"],
        evidence=tuple(alert["evidence"]),
    )


def _measure(action: Record) -> Measure:
    return Measure(
        zh=action["zh"],
        en=action["en"],
        department=action.get("department", ""),
        legal_basis=action.get("legal_basis", ""),
        due_on=action.get("due_on") or "",
    )


def _row(decision: Record, alerts: Sequence[Record], severity: Severity) -> RiskRow:
    triggers = sorted((_trigger(alert) for alert in alerts), key=lambda each: (each.severity.rank, each.rule))
    exposed = sum(int(alert.get("amount_fen") or 0) for alert in alerts)
    return RiskRow(
        rank=0,
        uscc=decision["uscc"],
        name=decision.get("name") or "",
        severity=severity,
        status=decision["status"],
        grade=decision["grade"],
        previous_grade=decision.get("previous_grade"),
        score=decision.get("score"),
        reasons_zh=tuple(reason["zh"] for reason in decision["reasons"]),
        reasons_en=tuple(reason["en"] for reason in decision["reasons"]),
        triggers=tuple(triggers),
        caps=tuple(dict.fromkeys(cap["id"] for cap in decision["caps"])),
        exposed_cny=f"{exposed // 100}.{exposed % 100:02d}",
        measures=tuple(_measure(action) for action in decision["actions"]),
        decision_id=decision["decision_id"],
        last_finding=next((alert["finding"] for alert in alerts if alert.get("finding")), ""),
    )


def _worst_first(score: int | None) -> tuple[bool, int]:
    """Enterprises without a score after those with one."""
    return score is None, score or 0


def rank_rows(decisions: Iterable[Record], alerts: Iterable[Record]) -> tuple[RiskRow, ...]:
    """The rows of the list, ranked from 1: by severity, then by what is exposed, then by score.

    Parameters
    ----------
    decisions:
        Every decision of the day, in the record's JSON shape.
    alerts:
        Every alert open on the day, in the JSON shape of alerts, with ``amount_fen`` and titles.
    """
    by_enterprise: dict[str, list[Record]] = {}
    for alert in alerts:
        by_enterprise.setdefault(alert["uscc"], []).append(alert)
    rows = []
    for decision in decisions:
        open_alerts = by_enterprise.get(decision["uscc"], [])
        severity = _severity(decision, open_alerts)
        if severity is not None:
            rows.append(_row(decision, open_alerts, severity))
    rows.sort(key=lambda row: (row.severity.rank, -Decimal(row.exposed_cny), _worst_first(row.score), row.uscc))
    return tuple(replace(row, rank=rank) for rank, row in enumerate(rows, start=1))
