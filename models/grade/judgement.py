"""What a judgement says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.vocabulary.grade import Grade, Status
from models.grade.subject import Notice

RuleTrace = Mapping[str, Any]
"""``{id, fired, value, threshold}``: one rule, whether it fired, on what, against what. Never changed once made."""


@dataclass(frozen=True, slots=True)
class CapHit:
    """A cap that holds an enterprise down on D.

    Attributes
    ----------
    id:
        ``K1`` to ``K12``.
    branch:
        The line of the cap that fired, such as ``tax_d``.
    max_grade:
        The best grade it leaves; None for K7, which leaves none.
    fact:
        Key of the official fact, or id of the alert, or the date it rests on.
    mandatory:
        Whether it is the law's own: no override lifts it and no late feed suspends it.
    official:
        Whether it rests on an official fact, so that it holds while feeds are late.
    """

    id: str
    branch: str
    max_grade: Grade | None
    fact: str
    mandatory: bool
    official: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade with its whole trace.

    Attributes
    ----------
    grade:
        The final grade: after status, hysteresis and override. None when inactive.
    grade_model:
        The grade of the model's score alone; at worst C unless an official fact is in force.
    grade_rules:
        After floor, points, starting grade and caps. ``score`` always lies in its band.
    score, score_raw:
        Points (0-1000) after the rules, and straight from p.
    rules:
        Every rule, fired or not.
    caps:
        Every cap that fired, also those that did not decide.
    hysteresis:
        Why a rise was held back: ``one_grade_per_month`` or ``already_risen``; None when nothing was held.
    held:
        Why a fall was held back: the status that forbids it, ``notice`` while the enterprise may reply, ``objection``
        while a reply waits for its answer; None when nothing was held.
    notice:
        Whether this is a downgrade that the law itself does not order, so that the enterprise is told first.
    notice_period:
        The notice that holds the fall back, or that was given today.
    computed:
        The grade before an override. None when inactive.
    override_applied:
        Whether an override decided the final grade.
    flags:
        ``joint`` (two departments' bottom class at once), ``disputed`` (a fact used is under objection).
    """

    status: Status
    grade: Grade | None
    grade_model: Grade | None
    grade_rules: Grade | None
    score: int | None
    score_raw: int | None
    rules: tuple[RuleTrace, ...]
    caps: tuple[CapHit, ...]
    hysteresis: str | None = None
    held: str | None = None
    notice: bool = False
    notice_period: Notice | None = None
    computed: Grade | None = None
    override_applied: bool = False
    flags: tuple[str, ...] = ()
