"""The shape of a policy file: one rule, who stands behind it, from when to when, and its values by date.

An unknown key is an error everywhere, so nothing written in a file is silently unused.
"""

from __future__ import annotations

from datetime import date
from typing import Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Confidence = Literal["C", "M-high", "M-medium", "M-low", "D"]
"""How sure the source is: confirmed in a document, from memory (high, medium, low), or our own design."""


class Closed(BaseModel):
    """A model that refuses keys it does not know and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Closed):
    """One text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Citation(Closed):
    """Where a rule comes from: the document, the article in it, and where to find it."""

    document: str = Field(min_length=1)
    article: str = Field(min_length=1)
    link: str = Field(min_length=1)


Value = TypeVar("Value", bound=Closed)


class RuleFile(Closed, Generic[Value]):
    """One rule in one file.

    Attributes
    ----------
    id:
        The file's name without its ending.
    authority:
        Who may change the rule; ``zone`` for our own design.
    valid_from, valid_to:
        First and last day of the rule, both inclusive; ``valid_to`` empty while it stands.
    notes:
        Where the data is simpler than the law, or back-dated.
    values:
        What holds from each date on. A change is a new date; an entry that was ever in force is never edited.
    """

    id: str
    title: Words
    legal_basis: tuple[Citation, ...]
    authority: str = Field(min_length=1)
    confidence: Confidence
    valid_from: date
    valid_to: date | None = None
    notes: str = ""
    values: dict[date, Value] = Field(min_length=1)

    def value_on(self, day: date) -> Value | None:
        """What holds on a day; None before the rule began and after it ended."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return None
        started = [start for start in self.values if start <= day]
        return self.values[max(started)] if started else None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}.")
        return self
