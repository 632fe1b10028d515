"""From the day's decisions and open alerts to the rows of the list, in the order an office works them.

Order (domain pack, section 5.4): high before medium before low, then the exposed amount, then the USCC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from expectations.vocabulary.grade import Grade, Severity
from reports.risklist.rows import Excused, Measure, RiskRow, Trigger

Record = Mapping[str, Any]


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
        finding=alert.get("finding") or "",
        exposed_cny=_yuan(int(alert.get("amount_fen") or 0)),
        departments=tuple(alert.get("departments", ())),
    )


def _yuan(fen: int) -> str:
    """An amount in fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def told_of(triggers: Sequence[Trigger]) -> tuple[str, str]:
    """What a row says of the alerts it tells of: the amount behind them in yuan, and the last finding."""
    exposed = sum((Decimal(one.exposed_cny) for one in triggers), Decimal("0.00"))
    finding = next((one.finding for one in triggers if one.finding), "")
    return str(exposed), finding


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
    exposed, finding = told_of(triggers)
    # Two alerts can ask for the same thing: it is done once, by the earlier day, which comes first.
    measures = {(one.zh, one.department): one for one in map(_measure, reversed(decision["actions"]))}
    asked = tuple(reversed(measures.values()))
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
        measures=asked,
        decision_id=decision["decision_id"],
        due_on=min((measure.due_on for measure in asked if measure.is_task), default=""),
        exposed_cny=exposed,
        last_finding=finding,
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
        Every alert open on the day, in the JSON shape of alerts, with ``amount_fen``, titles and ``departments``.
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
