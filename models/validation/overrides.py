"""How often officers judged otherwise than the computed grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Overrides:
    """Decisions with an override in force, and where they ended against the grade after rules.

    ``share`` is None without any graded decision.
    """

    decisions: int
    overridden: int
    better: int
    worse: int

    @property
    def share(self) -> float | None:
        """Share of graded decisions that an override decided."""
        return self.overridden / self.decisions if self.decisions else None


def overrides_among(records: Iterable[Mapping[str, Any]]) -> Overrides:
    """Count overrides among decision records; a decision without a grade is not counted."""
    total = overridden = better = worse = 0
    for record in records:
        if record["grade"] is None:
            continue
        total += 1
        if record["override"] is not None:
            overridden += 1
            final, computed = Grade(record["grade"]), Grade(record["grade_rules"])
            better += final.is_better_than(computed)
            worse += computed.is_better_than(final)
    return Overrides(total, overridden, better, worse)
