"""The two times of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from expectations.vocabulary.moment import knowledge_cutoff


@dataclass(frozen=True, slots=True)
class Day:
    """A run's two times: the business date D and the knowledge cutoff K."""

    business_date: date
    known_at: datetime

    @classmethod
    def of(cls, business_date: date, known_at: datetime | None = None) -> Day:
        """D with its K: by default the next morning at six."""
        return cls(business_date, known_at or knowledge_cutoff(business_date))
