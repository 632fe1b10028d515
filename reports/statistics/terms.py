"""The readings and targets of the bulletin, from policy."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from models.policy.apart import apart_in_force
from models.policy.book import PACKAGED as POLICY
from models.policy.schema import Closed

PACKAGED = POLICY / "statistics" / "bulletin.yaml"


class BulletinTerms(Closed):
    """What counts, and what is aimed at; the policy file says where each comes from."""

    least_enterprises: int = Field(ge=2)
    active_months: int = Field(ge=1, le=12)
    active_net_cny: Decimal
    base_year: int
    target_year: int
    turnover_target_cny: Decimal
    growth_target: float
    active_target: int
    vehicles_target: int
    people_trained_target: int


def bulletin_terms(day: date, path: Path = PACKAGED) -> BulletinTerms:
    """The terms in force on a day.

    Raises
    ------
    PolicyError
        When the file breaks its schema or nothing is in force.
    """
    return apart_in_force(path, BulletinTerms, day)
