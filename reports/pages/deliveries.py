"""What the pages show of feeds and of rows that wait in quarantine, declared where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

Said = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One table of the dictionary and how its source delivers.

    Attributes
    ----------
    cadence_days, late_after_days:
        How often it is expected, and how many days of silence are still no news; None where it is not connected.
    last_at, lag_days:
        When its source last spoke, and how many days ago; None where it never did.
    last_day:
        The latest day that its accepted rows tell of.
    verdict:
        Of the gate over its last file; None without one.
    waiting:
        Rows in quarantine.
    """

    table: str
    title: Said
    senders: tuple[str, ...]
    is_connected: bool
    cadence_days: int | None
    late_after_days: int | None
    last_at: datetime | None
    lag_days: float | None
    last_day: date | None
    verdict: str | None
    waiting: int

    @property
    def is_late(self) -> bool:
        """Whether it has been silent for longer than is no news."""
        if self.late_after_days is None:
            return False
        return self.lag_days is None or self.lag_days > self.late_after_days


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row in quarantine: its place, every reason in both languages, and its text without personal numbers."""

    id: str
    table: str
    title: Said
    file: str
    row: int
    received_at: datetime
    reasons: tuple[Said, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a row: what was delivered, and whether that is hidden because it looks like a person's number."""

    name: str
    meaning: str
    is_required: bool
    value: str
    is_hidden: bool
    is_at_fault: bool


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What became of a row: ``accepted``, or ``resubmitted`` and broken again, then waiting under another id."""

    row: str
    state: str
    by_sequence: int
    account: str
    at: datetime


class DeliveryPort(Protocol):
    """Where what sources sent is looked after. Each step raises a ``XinjiError`` with what is wrong about it."""

    def feeds(self, at: datetime) -> Sequence[FeedHealth]:
        """Every table of the dictionary, those that need somebody first."""

    def waiting(self, table: str, after: str, most: int) -> Sequence[WaitingRow]:
        """Rows of a table that wait, those after one, at most so many."""

    def row(self, row: str) -> tuple[WaitingRow, Sequence[Cell], SentAgain | None]:
        """One row with its fields, and what became of it."""

    def sent_again(self, most: int) -> Sequence[SentAgain]:
        """Rows that were sent again last."""

    def correct(self, row: str, values: Mapping[str, str], account: str, at: datetime) -> str | None:
        """Send a row in again; None when it is accepted, else the id under which it waits now."""
