"""What a pattern finds: one enterprise over one threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from expectations.errors import XinjiError
from expectations.vocabulary.grade import Severity

EVIDENCE_SHOWN = 20
"""Documents that a hit names: those of the largest value, in the order of their keys."""

Numbers = Mapping[str, int | float]


class TypologyError(XinjiError):
    """A pattern cannot be measured as asked."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One pattern over its threshold, for one enterprise.

    Attributes
    ----------
    rule:
        ``R01`` to ``R20``, and ``R11b``.
    window_from, window_to:
        First and last day measured, both inclusive.
    value, threshold:
        What was measured, and what it was measured against. Amounts in yuan.
    n:
        How many documents or entries the value rests on.
    evidence:
        Keys of documents, at most ``EVIDENCE_SHOWN``; never a personal token. Empty where only sums speak.
    amount_fen:
        The exposed amount in hundredths of a yuan.
    """

    rule: str
    uscc: str
    window_from: date
    window_to: date
    value: float
    threshold: float
    n: int
    severity: Severity
    evidence: tuple[str, ...]
    amount_fen: int
