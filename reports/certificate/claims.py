"""What a certificate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from expectations.errors import UsageError
from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.moment import ZONE
from reports.certificate.terms import CertificateTerms

KIND = "xinji-certificate+jwt"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate.

    Attributes
    ----------
    number:
        Its place in the zone's list of certificates, from 0: where the status list tells whether it is revoked.
    as_of:
        Business date of the decision.
    policy:
        Digest of the rules and the scale that the grade was given by.
    """

    number: int
    zone: Mapping[str, str]
    uscc: str
    name: str
    grade: Grade
    as_of: date
    decision_id: str
    policy: str
    issued_at: datetime
    expires_at: datetime

    @property
    def serial(self) -> str:
        """The number that people write down: year of issue and place in the list."""
        return f"{self.issued_at.astimezone(ZONE).year}-{self.number + 1:06d}"

    def claims(self) -> dict[str, Any]:
        """As registered claims (RFC 7519) and a reference to the status list (IETF Token Status List)."""
        return {
            "iss": self.zone["en"],
            "sub": self.uscc,
            "jti": self.serial,
            "iat": int(self.issued_at.timestamp()),
            "exp": int(self.expires_at.timestamp()),
            "zone": dict(self.zone),
            "name": self.name,
            "grade": self.grade.value,
            "as_of": self.as_of.isoformat(),
            "decision_id": self.decision_id,
            "policy": self.policy,
            "status": {"status_list": {"idx": self.number, "uri": "/v1/certificates/status"}},
        }

    @classmethod
    def of_claims(cls, claims: Mapping[str, Any]) -> Certificate:
        """The certificate of verified claims.

        Raises
        ------
        KeyError, TypeError, ValueError
            When they are no certificate's.
        """
        return cls(
            number=int(claims["status"]["status_list"]["idx"]),
            zone=dict(claims["zone"]),
            uscc=str(claims["sub"]),
            name=str(claims["name"]),
            grade=Grade(claims["grade"]),
            as_of=date.fromisoformat(claims["as_of"]),
            decision_id=str(claims["decision_id"]),
            policy=str(claims["policy"]),
            issued_at=datetime.fromtimestamp(claims["iat"], ZONE),
            expires_at=datetime.fromtimestamp(claims["exp"], ZONE),
        )


def certify(
    decision: Mapping[str, Any], number: int, zone: Mapping[str, str], at: datetime, terms: CertificateTerms
) -> Certificate:
    """The certificate of a decision.

    Raises
    ------
    UsageError
        When the decision has no grade, or its status is none that can be certified.
    """
    status = Status(decision["status"])
    if not decision["grade"] or status not in terms.statuses:
        raise UsageError(
            f"The grade of {decision['uscc']} cannot be certified: its status is {status.value}.",
            "Ask again when the data it waits for has arrived; xinji grade shows which.",
            zh=f"{decision['uscc']} 的等级目前不能出具证书：数据尚不完整或已停业。请待数据到齐后再申请。",
        )
    issued_at = at.replace(microsecond=0)
    return Certificate(
        number=number,
        zone=dict(zone),
        uscc=decision["uscc"],
        name=decision["name"] or "",
        grade=Grade(decision["grade"]),
        as_of=date.fromisoformat(decision["date"]),
        decision_id=decision["decision_id"],
        policy=decision["policy_digest"],
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=terms.valid_days),
    )
