"""How long a consent of an enterprise and a subscription of an office may last, from policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from models.policy.apart import apart_in_force
from models.policy.book import PACKAGED as POLICY
from models.policy.schema import Closed

PACKAGED = POLICY / "sharing" / "terms.yaml"


class SharingTerms(Closed):
    """Days, counted from the day on which it is given; the last one included."""

    consent_longest_days: int = Field(ge=1)
    subscription_longest_days: int = Field(ge=1)


def sharing_terms(day: date, path: Path = PACKAGED) -> SharingTerms:
    """The terms in force on a day.

    Raises
    ------
    PolicyError
        When the file breaks its schema or nothing is in force.
    """
    return apart_in_force(path, SharingTerms, day)
