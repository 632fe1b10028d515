"""R14: shells and rings. Who hangs together is a question for a graph, so this pattern is judged in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from expectations.vocabulary.grade import Severity
from features.engine import Engine, read_step
from features.parties.components import related_enterprises
from features.typologies.hit import EVIDENCE_SHOWN, Hit, Numbers


class Member(NamedTuple):
    """What is known of an enterprise; amounts in fen, ``employees`` None where nobody told."""

    uscc: str
    valid_from: date
    age_days: int
    employees: int | None
    is_joint: bool
    joint_fen: int
    turnover_fen: int
    documents: int


def find_rings(engine: Engine, numbers: Numbers, business_date: date) -> list[Hit]:
    """Hits of R14 in order of enterprise: every member of a ring, and every shell.

    A ring is a component of at least ``size_min`` enterprises, of which ``young_share`` were founded less than
    ``young_days`` ago and ``joint_share`` export or claim a refund. A shell has no insured employee and a turnover
    above ``shell_turnover_min_cny``; who does not tell its employees is no shell.
    """
    asked = {name: numbers[name] for name in ("joint_window_days", "turnover_window_days")}
    rows = engine.rows(read_step("features.typologies", "R14"), {"business_date": business_date, **asked})
    known = {str(row[0]): Member(*row) for row in rows}  # type: ignore[arg-type]
    rings = [
        ring
        for component in related_enterprises(engine, business_date)
        if is_ring(ring := [known[uscc] for uscc in component if uscc in known], numbers)
    ]
    hits = [hit for ring in rings for hit in _ring_hits(ring, numbers, business_date)]
    hits += [_shell_hit(member, numbers, business_date) for member in known.values() if is_shell(member, numbers)]
    return sorted(hits, key=lambda hit: (hit.uscc, hit.window_from, hit.threshold))


def is_ring(members: list[Member], numbers: Numbers) -> bool:
    """Whether enterprises that hang together are enough, young enough and act together."""
    size = len(members)
    young = sum(member.age_days < numbers["young_days"] for member in members)
    joint = sum(member.is_joint for member in members)
    return (
        size >= numbers["size_min"]
        and young >= numbers["young_share"] * size
        and joint >= numbers["joint_share"] * size
    )


def is_shell(member: Member, numbers: Numbers) -> bool:
    """Whether an enterprise without insured staff turns over more than it can."""
    return member.employees == 0 and member.turnover_fen > numbers["shell_turnover_min_cny"] * 100


def _ring_hits(members: list[Member], numbers: Numbers, business_date: date) -> Iterator[Hit]:
    codes = sorted(member.uscc for member in members)
    for member in members:
        yield Hit(
            rule="R14",
            uscc=member.uscc,
            window_from=business_date - timedelta(days=int(numbers["joint_window_days"]) - 1),
            window_to=business_date,
            value=float(len(members)),
            threshold=float(numbers["size_min"]),
            n=len(members),
            severity=Severity.HIGH,
            evidence=tuple(code for code in codes if code != member.uscc)[:EVIDENCE_SHOWN],
            amount_fen=member.joint_fen,
        )


def _shell_hit(member: Member, numbers: Numbers, business_date: date) -> Hit:
    return Hit(
        rule="R14",
        uscc=member.uscc,
        window_from=business_date - timedelta(days=int(numbers["turnover_window_days"]) - 1),
        window_to=business_date,
        value=member.turnover_fen / 100,
        threshold=float(numbers["shell_turnover_min_cny"]),
        n=member.documents,
        severity=Severity.HIGH,
        evidence=(f"{member.uscc}/{member.valid_from.isoformat()}",),
        amount_fen=member.turnover_fen,
    )
