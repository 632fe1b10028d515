"""From measured figures, the enterprise's standing and a lot to a lane: the heaviest that anything asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.policy.inforce import Policy
from models.screening.checks import CHECKS, Figures, Found, NotLookedAt
from models.screening.terms import Lane, Terms

BY_GRADE: Final = {Lane.DOCUMENTS: "grade_documents", Lane.INSPECTION: "grade_inspection"}
INACTIVE: Final = "register_status"
GREEN: Final = "green"
LOTS: Final = 1_000_000
"""A lot is a whole number below this: it falls within a share when it is below the share of it."""

Standing = Mapping[str, Any]
"""Of the enterprise's latest decision ``grade`` and ``status``; both None where there is none."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What is suggested, why, and what could not be looked at."""

    lane: Lane
    reasons: tuple[dict[str, Any], ...]
    not_looked_at: tuple[str, ...]


def judge(figures: Figures, standing: Standing, lot: int, policy: Policy, terms: Terms) -> Screened:
    """The lane of one document with its reasons, heaviest first; a document nothing asks about is green."""
    found: dict[str, Found] = {}
    passed_over = []
    for name, check in CHECKS.items():
        if name in terms.checks:
            outcome = check(figures, _numbers(policy, terms.checks[name].value.numbers_of))
            if isinstance(outcome, Found):
                found[name] = outcome
            elif isinstance(outcome, NotLookedAt):
                passed_over.append(name)
    found |= dict(_of_standing(standing, lot, policy))
    reasons = [_reason(name, one, terms) for name, one in found.items() if name in terms.checks]
    if not reasons:
        return Screened(Lane.GREEN, (_reason(GREEN, Found(None), terms),), tuple(passed_over))
    reasons.sort(key=lambda one: -Lane(one["lane"]).weight)
    return Screened(Lane(reasons[0]["lane"]), tuple(reasons), tuple(passed_over))


def _numbers(policy: Policy, pattern: str | None) -> Mapping[str, int | float]:
    return policy.typologies[pattern].parameters if pattern else {}


def _of_standing(standing: Standing, lot: int, policy: Policy) -> Iterator[tuple[str, Found]]:
    """What the grade asks for: its share of documents is reviewed by lot, and its least share inspected."""
    if standing["status"] == "inactive":
        yield INACTIVE, Found(standing["status"])
        return
    grade = standing["grade"] or policy.statuses["provisional"].starts_at
    actions = policy.actions[str(grade)]
    shares = {Lane.INSPECTION: actions.inspection_share_min, Lane.DOCUMENTS: actions.document_review_share}
    for lane, share in shares.items():
        if share is not None and lot < share * LOTS:
            yield BY_GRADE[lane], Found(str(grade), share)
            return


def _reason(name: str, found: Found, terms: Terms) -> dict[str, Any]:
    term = terms.checks[name]
    return {
        "id": name,
        "lane": term.value.lane.value,
        "zh": term.value.says.zh,
        "en": term.value.says.en,
        "asks_zh": term.value.asks.zh,
        "asks_en": term.value.asks.en,
        "department": term.value.department,
        "legal_basis": list(term.legal_basis),
        "value": found.value,
        "threshold": found.threshold,
        "lines": list(found.lines),
    }
