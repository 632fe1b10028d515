"""The support measures of the zone as a pack of rules of its own: dated, cited, and apart from what decides grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from expectations.vocabulary.grade import Grade
from models.policy.apart import read_apart
from models.policy.schema import Closed, RuleFile, Words
from models.policy.values import Where

PACKAGED = Path(__file__).parent
"""The policy that comes with the product."""


class MeasureValue(Closed):
    """One measure (``support/``).

    Attributes
    ----------
    amount_most_cny:
        The most that is paid, in CNY; None where it is not known.
    not_known:
        What the measure asks for and we do not know. Nothing is made up in its place.
    """

    amount_most_cny: int | None = Field(gt=0)
    not_known: tuple[Words, ...] = ()


class FactBar(Closed):
    """An official fact in force that meets ``where``."""

    rests_on: Literal["fact"]
    table: str
    where: Where


class GradeBar(Closed):
    """A grade."""

    rests_on: Literal["grade"]
    grades: tuple[Grade, ...] = Field(min_length=1)


class RegistrationBar(Closed):
    """A status in the register."""

    rests_on: Literal["registration"]
    statuses: tuple[str, ...] = Field(min_length=1)


class BarValue(Closed):
    """What stands against every measure (``support_bars/``)."""

    bar: Annotated[FactBar | GradeBar | RegistrationBar, Field(discriminator="rests_on")]
    says: Words


@dataclass(frozen=True)
class SupportPack:
    """The measures and what stands against them, each with its past, by id."""

    measures: Mapping[str, RuleFile[MeasureValue]]
    bars: Mapping[str, RuleFile[BarValue]]

    @classmethod
    def load(cls, root: Path = PACKAGED) -> Self:
        """Read every file of the pack.

        Raises
        ------
        PolicyError
            Naming the file and the key, when one breaks its schema.
        """
        measures = {path.stem: read_apart(path, MeasureValue) for path in sorted((root / "support").glob("*.yaml"))}
        bars = {path.stem: read_apart(path, BarValue) for path in sorted((root / "support_bars").glob("*.yaml"))}
        return cls(measures, bars)
