"""A bulletin's period: a year, a half year, a quarter or a month."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from expectations.errors import UsageError

_WRITTEN = re.compile(r"(?P<year>20[0-9]{2})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, the first and the last day included."""

    label: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period written 2026, 2026-H1, 2026-Q3 or 2026-09.

        Raises
        ------
        UsageError
            When it is none of these.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"'{text}' is no period.", "Write it as 2026, 2026-H1, 2026-Q3 or 2026-09.")
        year = int(found["year"])
        if found["month"]:
            return cls.of_months(text.strip(), year, int(found["month"]), 1)
        if found["quarter"]:
            return cls.of_months(text.strip(), year, 3 * int(found["quarter"]) - 2, 3)
        if found["half"]:
            return cls.of_months(text.strip(), year, 6 * int(found["half"]) - 5, 6)
        return cls.of_months(text.strip(), year, 1, 12)

    @classmethod
    def of_months(cls, label: str, year: int, month: int, months: int) -> Period:
        """So many months of one year."""
        end = month + months - 1
        return cls(label, date(year, month, 1), date(year, end, monthrange(year, end)[1]))

    @property
    def year_before(self) -> Period:
        """The same months of the year before."""
        months = self.last.month - self.first.month + 1
        label = self.label.replace(str(self.first.year), str(self.first.year - 1), 1)
        return Period.of_months(label, self.first.year - 1, self.first.month, months)

    @property
    def year_to_date(self) -> Period:
        """From January of its year to its end."""
        return Period.of_months(f"{self.first.year}-01/{self.last.month:02d}", self.first.year, 1, self.last.month)

    @property
    def twelve_months(self) -> Period:
        """The twelve months that end with it."""
        first = date(self.last.year - 1 + self.last.month // 12, self.last.month % 12 + 1, 1)
        return Period(f"{first:%Y-%m}/{self.last:%Y-%m}", first, self.last)

    def covers(self, month: date) -> bool:
        """Whether a month, given by its first day, lies in it."""
        return self.first <= month <= self.last
