"""How long a certificate holds, from policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from expectations.vocabulary.grade import Status
from models.policy.apart import apart_in_force
from models.policy.book import PACKAGED as POLICY
from models.policy.schema import Closed

PACKAGED = POLICY / "certificate" / "terms.yaml"


class CertificateTerms(Closed):
    """Terms of a certificate and of the list that says which are revoked."""

    valid_days: int = Field(ge=1)
    status_hours: int = Field(ge=1)
    statuses: tuple[Status, ...]


def certificate_terms(day: date, path: Path = PACKAGED) -> CertificateTerms:
    """The terms in force on a day.

    Raises
    ------
    PolicyError
        When the file breaks its schema or nothing is in force.
    """
    return apart_in_force(path, CertificateTerms, day)
