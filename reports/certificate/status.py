"""Which certificates are revoked: one bit each, compressed and signed (IETF Token Status List, bits lowest first)."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from expectations.vocabulary.moment import ZONE
from reports.certificate.terms import CertificateTerms

KIND = "statuslist+jwt"
_LARGEST = 1 << 24  # bytes: 134 million certificates; a list that unpacks to more is an attack


@dataclass(frozen=True)
class StatusList:
    """The revoked among the first ``issued`` certificates, as of a moment."""

    issued: int
    revoked: frozenset[int]
    at: datetime
    until: datetime

    @classmethod
    def of(cls, issued: int, revoked: Collection[int], at: datetime, terms: CertificateTerms) -> StatusList:
        """The list of a moment; it says nothing any more after its hours have passed."""
        moment = at.replace(microsecond=0)
        return cls(issued, frozenset(revoked), moment, moment + timedelta(hours=terms.status_hours))

    def claims(self) -> dict[str, Any]:
        """What is signed."""
        bits = bytearray((self.issued + 7) // 8)
        for number in self.revoked:
            bits[number // 8] |= 1 << number % 8
        packed = urlsafe_b64encode(zlib.compress(bytes(bits), 9)).rstrip(b"=").decode()
        return {
            "iat": int(self.at.timestamp()),
            "exp": int(self.until.timestamp()),
            "issued": self.issued,
            "status_list": {"bits": 1, "lst": packed},
        }

    @classmethod
    def of_claims(cls, claims: Mapping[str, Any]) -> StatusList:
        """The list of verified claims.

        Raises
        ------
        KeyError, TypeError, ValueError
            When they are no status list's.
        """
        packed = str(claims["status_list"]["lst"])
        unpacking = zlib.decompressobj()
        try:
            bits = unpacking.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), _LARGEST)
        except zlib.error as error:
            raise ValueError("not a status list") from error
        issued = int(claims["issued"])
        revoked = frozenset(
            8 * place + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1
        )
        at, until = (datetime.fromtimestamp(claims[name], ZONE) for name in ("iat", "exp"))
        return cls(issued, revoked, at, until)
