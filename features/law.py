"""The few numbers of law that the measures themselves need, read from ``law.yaml``."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict


class LegalNumber(BaseModel):
    """One number of law: what it says, since when, and where it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    value: int
    since: date
    says: str
    reference: str


@cache
def legal_numbers() -> dict[str, LegalNumber]:
    """Every number by the name of the ``$parameter`` it fills."""
    entries = yaml.safe_load((files("features") / "law.yaml").read_text(encoding="utf-8"))
    numbers = [LegalNumber.model_validate(entry) for entry in entries]
    return {number.name: number for number in numbers}


def legal_parameters() -> dict[str, int]:
    """The values alone, as parameters of a step."""
    return {name: number.value for name, number in legal_numbers().items()}
