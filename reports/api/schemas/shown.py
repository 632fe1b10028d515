"""The bases of everything that is shown, and of everything that is sent."""

from __future__ import annotations

from typing import Any
from unicodedata import category

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

HIDDEN = "hidden_characters"
"""The kind of the fault of a text in which something hides."""


def is_plain(text: str) -> bool:
    """Whether nothing in a text hides, or bends the line: no control characters and no marks of direction."""
    return not any(category(one).startswith("C") and one not in "\r\n\t" for one in text)


class Shown(BaseModel):
    """Only the fields it names; a record's others are passed over. Read from mappings and from objects."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class Given(BaseModel):
    """The base of everything that is sent. Unknown fields are refused: a misspelt one must not be passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _is_plain(cls, value: Any) -> Any:
        """Texts are read by people later: nothing in them may hide, or bend the line."""
        if isinstance(value, str) and not is_plain(value):
            raise PydanticCustomError(HIDDEN, "Leave out control characters and marks of direction.")
        return value
