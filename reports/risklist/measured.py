"""A rule's number in words: what was counted, how much, and against what limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from expectations.errors import XinjiError

Kind = Literal["share", "ratio", "count", "cny"]
_LIMIT = {"zh": "界限", "en": "limit"}


class MeasuredWordsError(XinjiError):
    """The words of the rules' numbers cannot be read."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one number of a rule reads, for thresholds within the bounds."""

    kind: Kind
    zh: str
    en: str
    least_threshold: float | None = None
    most_threshold: float | None = None

    def fits(self, threshold: float) -> bool:
        """Whether it is meant for this threshold."""
        at_least = self.least_threshold is None or threshold >= self.least_threshold
        return at_least and (self.most_threshold is None or threshold <= self.most_threshold)


@cache
def wordings() -> Mapping[str, tuple[Wording, ...]]:
    """Every rule's wordings, in the order in which they are tried."""
    content: Mapping[str, list[dict[str, Any]]] = yaml.safe_load(
        files("reports.risklist").joinpath("measured.yaml").read_text(encoding="utf-8")
    )
    try:
        return {rule: tuple(Wording(**one) for one in entries) for rule, entries in content.items()}
    except TypeError as error:
        raise MeasuredWordsError(
            f"reports/risklist/measured.yaml: {error}.", "See the keys of its neighbours."
        ) from error


def against(rule: str, value: float, threshold: float, language: Literal["zh", "en"]) -> str:
    """The measured value against its threshold as a person reads it; bare numbers for a rule without words."""
    wording = next((one for one in wordings().get(rule, ()) if one.fits(threshold)), None)
    if wording is None:
        return f"{_number(value)} / {_number(threshold)}"
    what = wording.zh if language == "zh" else wording.en
    shown, limit = _shown(value, wording.kind), _shown(threshold, wording.kind)
    if language == "zh":
        return f"{what} {shown}（{_LIMIT[language]} {limit}）"
    return f"{what}: {shown} ({_LIMIT[language]} {limit})"


def _shown(value: float, kind: Kind) -> str:
    if kind == "share":
        return f"{_number(value * 100, 1)} %"
    if kind == "cny":
        return f"¥{value:,.2f}"
    return _number(value, 2) if kind == "ratio" else f"{value:,.0f}"


def _number(value: float, places: int = 4) -> str:
    """Without zeros at the end; at least one digit that is not zero where the value is not."""
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.2g}" if value and not text.strip("-0") else text
