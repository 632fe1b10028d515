"""Why a grade is what it is: at most four reasons, rules before model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from models.grade.judgement import Judgement
from models.policy.inforce import Policy

MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in both languages.

    Attributes
    ----------
    code:
        The rule's id, or the feature's name.
    value:
        The fact, alert or measured number behind it.
    shown_to_enterprise:
        Whether the enterprise itself may read it.
    """

    code: str
    zh: str
    en: str
    value: str | float | None
    shown_to_enterprise: bool = True


def reasons_for(judgement: Judgement, from_model: Sequence[Reason], policy: Policy) -> tuple[Reason, ...]:
    """The reasons of a judgement: caps from the lowest, points and status, then the model's own in their order."""
    return tuple(
        islice(_distinct((*_from_caps(judgement, policy), *_from_rules(judgement, policy), *from_model)), MOST_REASONS)
    )


def _from_caps(judgement: Judgement, policy: Policy) -> Iterable[Reason]:
    ordered = sorted(judgement.caps, key=lambda hit: -(hit.max_grade.rank if hit.max_grade else 99))
    for hit in ordered:
        text = policy.rule_reasons[hit.id, hit.branch]
        yield Reason(hit.id, text.words.zh, text.words.en, hit.fact, text.shown_to_enterprise)


def _from_rules(judgement: Judgement, policy: Policy) -> Iterable[Reason]:
    for entry in judgement.rules:
        text = policy.rule_reasons.get((entry["id"], ""))
        if entry["fired"] and text is not None:
            yield Reason(entry["id"], text.words.zh, text.words.en, entry["value"], text.shown_to_enterprise)


def _distinct(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """Each text once: two penalties of one kind are one reason."""
    seen = set()
    for reason in reasons:
        if (reason.code, reason.en) not in seen:
            seen.add((reason.code, reason.en))
            yield reason
