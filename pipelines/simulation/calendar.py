"""Days and months of a zone, with its weeks, seasons and shopping festivals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.columns import Integers, day_number
from pipelines.simulation.settings import ZoneSettings

MONTHS_BEFORE = 24
"""Official facts reach back two years, as they do when a zone first connects its feeds."""

MONTHS_AFTER = 8
"""Hidden behaviour is known beyond the end, so that the truth of the last 180-day horizon is known too."""

RETAIL_WEEK = np.array([0.98, 0.97, 0.97, 0.99, 1.02, 1.05, 1.02])
BUSINESS_WEEK = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 0.7, 0.3])
"""Monday to Sunday; both average 1."""

FESTIVALS = {  # first day, last day, day of the peak, ordinary lift, lift of the peak
    "618": ((6, 1), (6, 20), (6, 18), 1.5, 3.0),
    "1111": ((11, 1), (11, 12), (11, 11), 1.6, 4.0),
    "black-friday": ((11, 24), (11, 30), (11, 28), 1.4, 2.0),
}
"""Shopping festivals lift all retail alike. They are published as promotion codes, so that a seasonal guard can see
that peers rise as well."""

SPRING_FESTIVALS = ((2025, 1, 28), (2026, 2, 16), (2027, 2, 5), (2028, 1, 25))
"""First days of the week in which trade nearly stops."""


class Calendar:
    """The span of trade in days since 1970, and months from two years before it to eight months after."""

    def __init__(self, settings: ZoneSettings) -> None:
        self.first_day = day_number(settings.start_date)
        self.last_day = day_number(settings.end_date)
        self.days: Integers = np.arange(self.first_day, self.last_day + 1)
        start, end = settings.start_date, settings.end_date
        self._first_month = start.year * 12 + start.month - 1 - MONTHS_BEFORE
        self.month_count = end.year * 12 + end.month - 1 + MONTHS_AFTER - self._first_month + 1
        self.month_starts: Integers = np.array([self._start_of(index) for index in range(self.month_count + 1)])
        self.month_names = [self._name_of(index) for index in range(self.month_count)]

    def _start_of(self, index: int) -> int:
        year, month = divmod(self._first_month + index, 12)
        return day_number(date(year, month + 1, 1))

    def _name_of(self, index: int) -> str:
        year, month = divmod(self._first_month + index, 12)
        return f"{year:04d}-{month + 1:02d}"

    def month_of(self, days: NDArray[Any]) -> Integers:
        """The month a day lies in, as an index; days outside are taken to the nearest month."""
        found = np.searchsorted(self.month_starts, days, side="right") - 1
        return np.asarray(np.clip(found, 0, self.month_count - 1), dtype=np.int64)

    @property
    def trade_months(self) -> Integers:
        """The months that the span of trade touches."""
        return np.arange(self.month_of(self.days[:1])[0], self.month_of(self.days[-1:])[0] + 1)

    def to_date(self, day: int) -> date:
        """A day number as a date."""
        return date(1970, 1, 1) + timedelta(days=int(day))

    def retail_rhythm(self) -> NDArray[np.float64]:
        """Retail demand per day against an ordinary day: week, season, festivals, the stop at Spring Festival."""
        rhythm = RETAIL_WEEK[self._weekday()] * self._season() * self._spring()
        for day, name, peak in self.festival_days():
            rhythm[day] *= FESTIVALS[name][4] if peak else FESTIVALS[name][3]
        return rhythm

    def business_rhythm(self) -> NDArray[np.float64]:
        """Business demand per day against an ordinary day: weekends are quiet."""
        return np.asarray(BUSINESS_WEEK[self._weekday()] * self._season() * self._spring())

    def festival_days(self) -> list[tuple[int, str, bool]]:
        """Days of the span (as positions) that lie in a festival: position, its name, whether it is the peak."""
        found = []
        for position, number in enumerate(self.days):
            day = self.to_date(number)
            for name, (first, last, peak, _, _) in FESTIVALS.items():
                if first <= (day.month, day.day) <= last:
                    found.append((position, name, (day.month, day.day) == peak))
        return found

    def _weekday(self) -> Integers:
        return np.asarray((self.days + 3) % 7)  # 1970-01-01 was a Thursday

    def _season(self) -> NDArray[np.float64]:
        return np.asarray(1 + 0.12 * np.sin(2 * np.pi * (self.days % 365.25 - 200) / 365.25))

    def _spring(self) -> NDArray[np.float64]:
        factor = np.ones(len(self.days))
        for first in SPRING_FESTIVALS:
            start = day_number(date(*first)) - self.first_day
            factor[max(start, 0) : max(start + 8, 0)] = 0.35
        return factor
