"""Certificates of grades: issued on the decision that holds, revoked by the first that holds with another grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.moment import zoned
from models.people.acts import with_reason
from pipelines.storage import decisions
from pipelines.storage.certificates import Issued, certificates, record_issued, record_withdrawn
from pipelines.storage.database import Database
from reports.certificate import claims, status
from reports.certificate.claims import Certificate, certify
from reports.certificate.keys import CertificateKey
from reports.certificate.status import StatusList
from reports.certificate.terms import certificate_terms


@dataclass(frozen=True)
class CertificateOffice:
    """Who issues a zone's certificates and says which of them hold.

    Attributes
    ----------
    zone:
        The zone's name by language.
    """

    database: Database
    zone: Mapping[str, str]
    key: CertificateKey

    def issue(self, uscc: str, account: str, at: datetime) -> tuple[Certificate, str]:
        """Issue a certificate of the grade that holds; gives it with the signed text.

        Raises
        ------
        NotFoundError
            When the enterprise has no grade.
        UsageError
            When its status is none that can be certified.
        """
        terms = certificate_terms(zoned(at).date())
        with self.database.transaction() as connection:
            decision = decisions.latest_decision(connection, uscc)
            if decision is None:
                raise NotFoundError(
                    f"{uscc} has no grade here.",
                    "Check the code, or run the day first.",
                    zh=f"{uscc} 没有等级，不能出具证书。",
                )
            made = certify(decision, len(certificates(connection)), self.zone, at, terms)
            token = self.key.sign(claims.KIND, made.claims())
            record_issued(connection, made.claims(), token, account)
        return made, token

    def withdraw(self, serial: str, account: str, reason: str, at: datetime) -> None:
        """End a certificate before its time.

        Raises
        ------
        NotFoundError
            When there is none of that number.
        UsageError
            When it was withdrawn already, or no reason is given.
        """
        why = with_reason(reason)
        with self.database.transaction() as connection:
            found = next((one for one in certificates(connection) if one.claims["jti"] == serial), None)
            if found is None:
                raise NotFoundError(
                    f"There is no certificate {serial}.",
                    "Its number stands on it: 2026-000001.",
                    zh=f"没有编号为 {serial} 的证书。编号见证书正面，如 2026-000001。",
                )
            if found.is_withdrawn:
                raise UsageError(
                    f"Certificate {serial} was withdrawn already.",
                    "Nothing is left to do.",
                    zh=f"证书 {serial} 此前已撤销，无须再办。",
                )
            record_withdrawn(connection, found, account, why, at)

    def status_list(self, at: datetime) -> str:
        """The signed list of which certificates are revoked, as of now."""
        with self.database.reading() as connection:
            issued = certificates(connection)
            revoked = {one.number for one in issued if not _holds(connection, one)}
        told = StatusList.of(len(issued), revoked, at, certificate_terms(zoned(at).date()))
        return self.key.sign(status.KIND, told.claims())

    def issued(self, uscc: str | None = None) -> list[dict[str, Any]]:
        """Certificates on record, of one enterprise where asked, each with whether it is revoked."""
        with self.database.reading() as connection:
            return [
                {
                    "serial": one.claims["jti"],
                    "uscc": one.claims["sub"],
                    "grade": one.claims["grade"],
                    "as_of": one.claims["as_of"],
                    "expires_at": Certificate.of_claims(one.claims).expires_at.isoformat(),
                    "is_revoked": not _holds(connection, one),
                }
                for one in certificates(connection)
                if uscc in {None, one.claims["sub"]}
            ]


def _holds(connection: Connection, issued: Issued) -> bool:
    """Whether it was not withdrawn, and every decision that holds, from its day on, bears its grade."""
    made = Certificate.of_claims(issued.claims)
    since = [point for point in decisions.grade_history(connection, made.uscc) if point.business_date >= made.as_of]
    certifiable = certificate_terms(made.issued_at.date()).statuses
    return not issued.is_withdrawn and all(point.grade == made.grade and point.status in certifiable for point in since)
