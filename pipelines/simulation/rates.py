"""Customs' monthly exchange rates: made up, smooth, and the same for every feed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Integers
from pipelines.simulation.settings import ZoneSettings

CURRENCIES = ("CNY", "USD", "EUR", "KZT", "RUB", "JPY", "KRW")
USD = CURRENCIES.index("USD")
LEVELS = (1.0, 7.12, 7.78, 0.0142, 0.078, 0.0481, 0.0052)
WANDER = 0.008
"""Monthly change (log)."""

UNITS = 10**8
"""A rate is a whole number of hundred-millionths of CNY."""


class Rates:
    """CNY for one unit of a currency, by month and currency, in hundred-millionths."""

    def __init__(self, settings: ZoneSettings, calendar: Calendar) -> None:
        random = settings.stream("rates")
        steps = random.normal(0, WANDER, (calendar.month_count, len(CURRENCIES)))
        steps[:, 0] = 0
        self.table: Integers = np.round(np.exp(np.cumsum(steps, axis=0)) * np.array(LEVELS) * UNITS).astype(np.int64)

    def to_cny(self, cents: Integers, currency: NDArray[np.int64] | int, month: Integers) -> Integers:
        """Fen for hundredths of a currency, at the month's rate, rounded half up."""
        return np.asarray((cents * self.table[month, currency] + UNITS // 2) // UNITS)

    def to_usd(self, fen: Integers, month: Integers) -> Integers:
        """US cents for fen, at the month's rate, rounded half up."""
        rate = self.table[month, USD]
        return np.asarray((fen * UNITS + rate // 2) // rate)
