"""Whether a certificate holds, told without asking the zone: by its keys, and by a status list that is fresh enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from expectations.vocabulary.moment import zoned
from reports.certificate import claims as certificates
from reports.certificate import status as lists
from reports.certificate.claims import Certificate
from reports.certificate.keys import TrustedKeys
from reports.certificate.status import StatusList


class Verdict(StrEnum):
    """What a check comes to. Only ``VALID`` may be relied on."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNTOLD = "untold"
    FORGED = "forged"


SAYS = {
    Verdict.VALID: ("证书有效，等级未变。", "The certificate holds; the grade is what it says."),
    Verdict.REVOKED: (
        "证书已失效：等级已变化或证书已撤销。",
        "Revoked: the grade has changed since, or it was withdrawn.",
    ),
    Verdict.EXPIRED: ("证书已过期。", "Expired."),
    Verdict.UNTOLD: (
        "签名无误，但没有足够新的状态清单，无法判断是否已失效。",
        "The signature holds, but without a fresh status list nobody can tell whether it was revoked.",
    ),
    Verdict.FORGED: ("不是本区签发的证书，或内容被改动。", "Not signed by this zone, or altered since."),
}
"""Each verdict in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on a text, and the certificate where it is one."""

    verdict: Verdict
    certificate: Certificate | None

    @property
    def zh(self) -> str:
        """The verdict in Chinese."""
        return SAYS[self.verdict][0]

    @property
    def en(self) -> str:
        """The verdict in English."""
        return SAYS[self.verdict][1]


def check(token: str, keys: TrustedKeys, status_list: str | None, at: datetime) -> Checked:
    """Check a certificate.

    Parameters
    ----------
    token:
        What the certificate's QR code holds.
    keys:
        The zone's published keys.
    status_list:
        The zone's signed status list; None when there is none at hand.
    at:
        The present moment.
    """
    claims = keys.open(token.strip(), certificates.KIND)
    try:
        certificate = Certificate.of_claims(claims) if claims is not None else None
    except (KeyError, TypeError, ValueError):
        certificate = None
    if certificate is None:
        return Checked(Verdict.FORGED, None)
    told = _status(keys, status_list)
    if told is not None and certificate.number in told.revoked:
        return Checked(Verdict.REVOKED, certificate)
    if zoned(at) >= certificate.expires_at:
        return Checked(Verdict.EXPIRED, certificate)
    if told is None or zoned(at) >= told.until or certificate.number >= told.issued:
        return Checked(Verdict.UNTOLD, certificate)
    return Checked(Verdict.VALID, certificate)


def _status(keys: TrustedKeys, status_list: str | None) -> StatusList | None:
    claims = keys.open(status_list.strip(), lists.KIND) if status_list else None
    try:
        return StatusList.of_claims(claims) if claims is not None else None
    except (KeyError, TypeError, ValueError):
        return None
