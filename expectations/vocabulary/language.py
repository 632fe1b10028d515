"""The two languages of everything that people see."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
