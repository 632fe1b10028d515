"""What can be asked of the generator."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from expectations.errors import UsageError

FileFormat = Literal["parquet", "csv", "csv.gz", "jsonl"]


@dataclass(frozen=True)
class Outage:
    """A feed that is silent for some of the daily batches: what it would have sent comes when it is back."""

    source: str
    first_day: date
    days: int


@dataclass(frozen=True)
class ZoneSettings:
    """One simulated zone. The same settings give the same bytes.

    Attributes
    ----------
    enterprises, days, end_date:
        Size of the register, and the span of trade: the ``days`` days that end on ``end_date``.
    orders_per_day:
        Retail orders of the whole zone on an ordinary day; by default 1.6 an enterprise.
    daily_batches:
        How many of the last days come as one batch per source and day; all before is one backfill per source.
    adverse_rate:
        Share of enterprises with an adverse event in 180 days. 15 % is far above life: a zone of 300 would otherwise
        hold too few events to train anything.
    typology_intensity:
        Multiplies the number of enterprises each typology is planted in; 0 plants none.
    dirty_share, duplicate_share, corrected_share, late_share:
        Shares of rows that break their contract, come twice, are corrected later, or come days late.
    outages:
        Feeds that are silent during the daily batches.
    """

    enterprises: int = 300
    days: int = 400
    seed: int = 20261031
    end_date: date = date(2026, 10, 31)
    orders_per_day: int | None = None
    daily_batches: int = 7
    adverse_rate: float = 0.15
    typology_intensity: float = 1.0
    dirty_share: float = 0.001
    duplicate_share: float = 0.001
    corrected_share: float = 0.003
    late_share: float = 0.002
    file_format: FileFormat = "parquet"
    outages: tuple[Outage, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.enterprises < 60:
            raise UsageError(f"A zone of {self.enterprises} enterprises is too small.", "Ask for at least 60.")
        if self.days < 60 or not 0 <= self.daily_batches < self.days - 30:
            raise UsageError(
                f"{self.days} days with {self.daily_batches} daily batches cannot be simulated.",
                "Ask for at least 60 days, and leave at least 30 of them to the backfill.",
            )

        if self.file_format not in get_args(FileFormat):
            raise UsageError(
                f"'{self.file_format}' is no format of landing files.", f"Use one of {', '.join(get_args(FileFormat))}."
            )
        shares = (self.dirty_share, self.duplicate_share, self.corrected_share, self.late_share)
        if not 0 < self.adverse_rate <= 0.5 or any(not 0 <= share <= 0.2 for share in shares):
            raise UsageError(
                f"An adverse rate of {self.adverse_rate} with shares of {shares} cannot be simulated.",
                "Ask for a rate up to 0.5, and for shares of slips between 0 and 0.2.",
            )

    @property
    def start_date(self) -> date:
        """The first day of trade."""
        return self.end_date - timedelta(days=self.days - 1)

    @property
    def daily_orders(self) -> float:
        """Retail orders of the zone on an ordinary day."""
        return float(self.orders_per_day if self.orders_per_day is not None else self.enterprises * 1.6)

    def stream(self, concern: str) -> np.random.Generator:
        """The random numbers of one concern, so that a change in one leaves the others as they were."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(concern.encode())]))
