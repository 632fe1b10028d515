"""How long rows about persons are kept, by table; policy that decides no grade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from expectations.vocabulary.moment import add_months
from models.policy.apart import read_apart
from models.policy.schema import Closed, RuleFile

PACKAGED = Path(__file__).parent / "retention"
"""The terms that come with the product."""

EVERY_TABLE = "*"


class RetentionValue(Closed):
    """How long some rows are kept (``retention/``).

    Attributes
    ----------
    rows:
        ``accepted``: versions in the lake, counted from their event day; ``quarantined``: texts in quarantine, counted
        from the day on which their batch was taken in; ``attached``: papers of objections, counted from the answer.
    tables:
        Whose rows; ``"*"`` for every table.
    months:
        Kept through the same day so many months on, gone the day after; None: kept.
    """

    rows: Literal["accepted", "quarantined", "attached"]
    tables: tuple[str, ...] = Field(min_length=1)
    months: int | None = Field(gt=0)

    def concerns(self, table: str) -> bool:
        """Whether the rows of a table fall under it."""
        return EVERY_TABLE in self.tables or table in self.tables

    def first_kept_day(self, day: date) -> date | None:
        """The first day whose rows are still kept on a day; None where all are."""
        return None if self.months is None else add_months(day, -self.months)


def retention_rules(root: Path = PACKAGED) -> dict[str, RuleFile[RetentionValue]]:
    """Every term with its past, by id.

    Raises
    ------
    PolicyError
        When a file breaks its schema.
    """
    return {path.stem: read_apart(path, RetentionValue) for path in sorted(root.glob("*.yaml"))}


def retention_on(day: date, root: Path = PACKAGED) -> Mapping[str, RetentionValue]:
    """What is in force on a day, by id; errors as ``retention_rules``."""
    found = ((name, rule.value_on(day)) for name, rule in retention_rules(root).items())
    return {name: value for name, value in found if value is not None}
