"""How often one account may ask: a bucket that fills evenly, so that a burst is let through and a flood is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from threading import Lock

_FORGET_AFTER = 10_000
"""So many buckets are held; full ones are forgotten then, which changes nothing for anybody."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` requests at once, then ``per_second``."""

    per_second: float
    burst: int


@dataclass
class Limiter:
    """Buckets by name, in this process. Several workers each let through so much."""

    rate: Rate
    _buckets: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _gate: Lock = field(default_factory=Lock)

    def wait_for(self, name: str, now: datetime) -> int:
        """Take one from a bucket. Zero when it was there, else the seconds after which to ask again."""
        with self._gate:
            held = self._held(name, now)
            if held < 1:
                self._buckets[name] = (held, now)
                return ceil((1 - held) / self.rate.per_second)
            if len(self._buckets) >= _FORGET_AFTER:
                self._forget(now)
            self._buckets[name] = (held - 1, now)
            return 0

    def _held(self, name: str, now: datetime) -> float:
        held, since = self._buckets.get(name, (float(self.rate.burst), now))
        grown = held + max((now - since).total_seconds(), 0.0) * self.rate.per_second
        return min(grown, float(self.rate.burst))

    def _forget(self, now: datetime) -> None:
        full = [name for name in self._buckets if self._held(name, now) >= self.rate.burst]
        for name in full:
            del self._buckets[name]
