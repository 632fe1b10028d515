"""Window sums that slide: what was there, plus what changed, plus the days that enter, less the days that leave.

    W1 = W0 + changes in (D1 - n, D1] + kept days in (D0, D1] - kept days in (D0 - n, D1 - n]

Whole numbers make this exact. It reads the days at the borders and never the days between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from features.days import WINDOW_LENGTHS
from features.engine import literal
from features.state.segments import RollupShape


@dataclass(frozen=True)
class Slide:
    """A rollup's way from one business date to a later one.

    Attributes
    ----------
    sums:
        Select over the window sums as of ``from_date``: ``uscc``, ``window_days`` and the measures.
    kept, changes:
        Selects over the rollup's signed rows as of ``from_date``, and over those that came since.
    """

    shape: RollupShape
    sums: str
    kept: str
    changes: str
    from_date: date
    to_date: date

    def sql(self) -> str:
        """A select for the window sums as of ``to_date``."""
        d0, d1 = literal(self.from_date), literal(self.to_date)
        measures = self.shape.measures
        parts = [f"select uscc, window_days, {', '.join(measures)} from ({self.sums}) as sums"]
        for days in WINDOW_LENGTHS:
            parts.append(self._part(self.kept, f"event_day > {d0} and event_day <= {d1}", days))
            # Where more than n days lie between, this takes away again what has entered and is past already.
            left = f"event_day > {d0} - {days} and event_day <= {d1} - {days}"
            parts.append(self._part(self.kept, left, days, sign="-"))
            parts.append(self._part(self.changes, f"event_day > {d1} - {days} and event_day <= {d1}", days))
        total = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in measures)
        something = " or ".join(f"sum({name}) <> 0" for name in measures)
        return (
            f"select uscc, window_days, {total} from ({' union all '.join(parts)}) as moved "
            f"group by uscc, window_days having {something}"
        )

    def _part(self, rows: str, condition: str, days: int, sign: str = "") -> str:
        measures = ", ".join(f"{sign}{name} as {name}" for name in self.shape.measures)
        return f"select uscc, {days} as window_days, {measures} from ({rows}) as days where {condition}"
