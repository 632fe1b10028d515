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

    def chains(self, uscc: str, until: date | None) -> Sequence[DocumentChain]:
        """The latest documents of an enterprise by a day, latest first; without a day, by the latest run's."""
