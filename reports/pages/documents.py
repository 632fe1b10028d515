"""What the pages show of single documents, declared where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a document.

    Attributes
    ----------
    name:
        A key of ``words.STAGES``.
    state:
        ``present``, ``missing``, ``unknown`` (not yet known), ``not_due`` or ``refused``.
    at, after:
        When, and how long after the document itself; None where it is not there or its moment is not told.
    waiting_days:
        Days since the document, where the stage is not there.
    difference, currency:
        By how much it differs from what it should come to; None where it agrees or nothing can be compared.
    evidence:
        Key of the record behind it.
    """

    name: str
    state: str
    at: datetime | None
    after: timedelta | None
    waiting_days: int | None
    difference: Decimal | None
    currency: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class DocumentChain:
    """An order or a declaration with its stages in turn. Value in yuan."""

    kind: str
    number: str
    direction: str
    day: date
    value_cny: Decimal | None
    stages: tuple[Stage, ...]


class DocumentPort(Protocol):
    """Where documents are looked up."""

    def chains(self, uscc: str, until: date | None, number: str | None = None) -> Sequence[DocumentChain]:
        """The latest documents of an enterprise by a day, latest first; without a day, by the latest run's.

        With a number those of that order, list or declaration alone.
        """


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One record of a traceability code.

    Attributes
    ----------
    faults:
        Keys of ``words.TRACE_FAULTS``; empty where the record follows on the one before it.
    """

    step: int
    node: str
    uscc: str
    sku: str
    batch_no: str | None
    recorded_at: datetime
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityRow:
    """What quality shows of an enterprise, a good or a month."""

    cut: str
    name: str | None
    enterprises: int
    samples: int
    failures: int
    serious_failures: int
    recalls: int
    open_recalls: int
    returns: int


@dataclass(frozen=True, slots=True)
class Quality:
    """A period, by enterprise and good (worst first) and by month."""

    first: date
    last: date
    by_enterprise: tuple[QualityRow, ...]
    by_good: tuple[QualityRow, ...]
    by_month: tuple[QualityRow, ...]


class GoodsPort(Protocol):
    """Where goods are looked up."""

    def trace(self, code: str) -> Sequence[TraceStep]:
        """The records of a traceability code in turn; empty where nobody recorded it."""

    def quality(self, first: date | None, last: date | None) -> Quality | None:
        """A period; by default the 90 days up to the latest run's. None before the first run."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A token that enterprises share, by its kind and never by itself; ``holders`` are at least two codes in order."""

    kind: str
    holders: tuple[str, ...]


class PartyPort(Protocol):
    """Who belongs together."""

    def ties(self, uscc: str) -> Sequence[Tie]:
        """What ties an enterprise to others, and those to each other; empty where nothing does."""
