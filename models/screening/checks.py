"""The checks of one document: each looks at what was measured, by the numbers of a pattern, and says what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

Numbers = Mapping[str, int | float]
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found. ``value`` and ``threshold`` are plain JSON values; ``lines`` are numbers of lines."""

    value: Any
    threshold: Any = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """What the check asks about was not handed in, or is not known here. That is not held against anybody."""


Outcome = Found | NotLookedAt | None
Check = Callable[[Figures, Numbers], Outcome]


def _documents_missing(figures: Figures, _: Numbers) -> Outcome:
    return Found(figures["missing"]) if figures["missing"] else None


def _documents_differ(figures: Figures, _: Numbers) -> Outcome:
    return Found(figures["differing"]) if figures["differing"] else None


def _amounts_differ(figures: Figures, numbers: Numbers) -> Outcome:
    if not figures["is_retail_import"]:
        return None
    difference = figures["paid_difference_fen"]
    if difference is None:
        return NotLookedAt()
    tolerated = numbers["amount_tolerance_fen"]
    return Found(abs(difference) / 100, tolerated / 100) if abs(difference) > tolerated else None


def _payer_differs(figures: Figures, _: Numbers) -> Outcome:
    if not figures["is_retail_import"]:
        return None
    if figures["payer_differs"] is None:
        return NotLookedAt()
    return Found(True) if figures["payer_differs"] else None


def _totals_differ(figures: Figures, numbers: Numbers) -> Outcome:
    difference = figures["line_difference_fen"]
    if difference is None:
        return NotLookedAt()
    tolerated = numbers["amount_tolerance_fen"]
    return Found(abs(difference) / 100, tolerated / 100) if abs(difference) > tolerated else None


def _single_limit(figures: Figures, numbers: Numbers) -> Outcome:
    """One indivisible item may be dearer: it pays the full duty and counts to the year."""
    if not figures["is_retail_import"] or figures["is_indivisible"]:
        return None
    value, limit = figures["value_fen"], numbers["list_limit_fen"]
    return Found(value / 100, limit / 100) if value > limit else None


def _year_limit(figures: Figures, numbers: Numbers) -> Outcome:
    if not figures["is_retail_import"]:
        return None
    before = figures["year_before_fen"]
    if before is None:
        return NotLookedAt()
    total, limit = before + figures["value_fen"], numbers["annual_limit_fen"]
    return Found(total / 100, limit / 100) if total > limit else None


def _price_low(figures: Figures, numbers: Numbers) -> Outcome:
    if not figures["prices"]:
        return NotLookedAt()
    furthest = _STEPS * log(numbers["ratio_max"])
    low = [
        one
        for one in figures["prices"]
        if one["distance"] < furthest and one["distance"] < numbers["z_max"] * one["deviation"]
    ]
    if not low:
        return None
    lowest = min(one["distance"] for one in low)
    return Found(round(exp(lowest / _STEPS), 4), numbers["ratio_max"], tuple(one["line_no"] for one in low))


def _code_unknown(figures: Figures, _: Numbers) -> Outcome:
    return _of_lines(figures["unknown_codes"])


def _code_unlisted(figures: Figures, _: Numbers) -> Outcome:
    return _of_lines(figures["unlisted_codes"]) if figures["is_retail_import"] else None


def _odd(figures: Figures, _: Numbers) -> Outcome:
    return Found(figures["odd"]) if figures["odd"] else None


def _of_lines(lines: list[int] | None) -> Outcome:
    if lines is None:
        return NotLookedAt()
    return Found(len(lines), 0, tuple(lines)) if lines else None


_STEPS = 1000  # of a natural logarithm, as prices are measured

CHECKS: Mapping[str, Check] = {
    "documents_missing": _documents_missing,
    "documents_differ": _documents_differ,
    "amounts_differ": _amounts_differ,
    "payer_differs": _payer_differs,
    "totals_differ": _totals_differ,
    "single_limit": _single_limit,
    "year_limit": _year_limit,
    "price_low": _price_low,
    "code_unknown": _code_unknown,
    "code_unlisted": _code_unlisted,
    "contradiction": _odd,
}
"""By the name of the policy file that says what follows."""
