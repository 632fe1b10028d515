"""A certificate dies with the grade, the same day, and what is on record says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.moment import ZONE, knowledge_cutoff
from models.grade.record import SealedRecord
from pipelines.steps.certifying import CertificateOffice
from pipelines.storage.database import Database
from pipelines.storage.decisions import Judged, Run, commit_run
from pipelines.storage.ledger import verify
from pipelines.storage.migrations import bring_up_to_date
from reports.certificate.keys import CertificateKey, TrustedKeys
from reports.certificate.verify import Verdict, check

ONE, TWO = "91652702MADEM0011Q", "91652701MADEM0011A"
D = date(2026, 11, 2)
NOW = datetime(2026, 11, 3, 9, tzinfo=ZONE)
KEY = CertificateKey.of("11" * 32)
KEYS = TrustedKeys.of({"keys": [KEY.published()]})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[CertificateOffice]:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    yield CertificateOffice(database, {"zh": "试验区", "en": "The zone"}, KEY)
    database.close()


def decide(office: CertificateOffice, day: date, grades: dict[str, str | None], late: int = 0, **more: Any) -> None:
    """Put decisions of a day on record, with knowledge some hours later than the day's own."""
    known_at = knowledge_cutoff(day) + timedelta(hours=late)
    digests = {name: sha256_of([name, day]) for name in ("snapshot_digest", "policy_digest", "feature_digest")}
    run = Run(
        business_date=day, known_at=known_at, model_version="1", model_digest=sha256_of("model"),
        feature_path="x.parquet", code_version="0.1.0", **digests,
    )  # fmt: skip
    records = [
        SealedRecord.of(
            {
                "supersedes": None, "uscc": uscc, "name": "某公司", "date": day.isoformat(),
                "known_at": known_at.isoformat(), "status": "normal", "grade": grade, "previous_grade": None,
                "score": 700, "policy_digest": "p" * 64, "actions": [],
                "decision_id": sha256_of([uscc, known_at, grade]), **more,
            }
        )
        for uscc, grade in grades.items()
    ]  # fmt: skip
    with office.database.transaction() as connection:
        assert commit_run(connection, run, Judged(records, [], [])).is_new


def verdict(office: CertificateOffice, token: str, at: datetime = NOW) -> Verdict:
    return check(token, KEYS, office.status_list(at), at).verdict


def test_a_certificate_holds_while_the_grade_is_the_same(office: CertificateOffice) -> None:
    decide(office, D, {ONE: "AA", TWO: "B"})
    made, token = office.issue(ONE, "shop-1", NOW)
    assert (made.serial, made.grade, made.as_of) == ("2026-000001", "AA", D)
    decide(office, D + timedelta(days=1), {ONE: "AA", TWO: "C"})
    assert verdict(office, token) is Verdict.VALID


@pytest.mark.parametrize(("grade", "status"), [("A", "normal"), ("AAA", "normal"), ("AA", "stale"), (None, "inactive")])
def test_it_is_revoked_by_the_next_decision_with_another_grade_or_none_to_rely_on(
    office: CertificateOffice, grade: str | None, status: str
) -> None:
    decide(office, D, {ONE: "AA", TWO: "B"})
    (_, mine), (_, other) = office.issue(ONE, "shop-1", NOW), office.issue(TWO, "shop-2", NOW)
    decide(office, D + timedelta(days=1), {ONE: grade}, status=status)
    assert verdict(office, mine) is Verdict.REVOKED
    assert verdict(office, other) is Verdict.VALID


def test_a_grade_that_comes_back_does_not_bring_the_certificate_back(office: CertificateOffice) -> None:
    decide(office, D, {ONE: "AA"})
    _, token = office.issue(ONE, "shop-1", NOW)
    decide(office, D + timedelta(days=1), {ONE: "A"})
    decide(office, D + timedelta(days=2), {ONE: "AA"})
    assert verdict(office, token) is Verdict.REVOKED


def test_a_day_decided_again_with_another_grade_revokes_what_was_issued_on_it(office: CertificateOffice) -> None:
    decide(office, D, {ONE: "AA"})
    _, token = office.issue(ONE, "shop-1", NOW)
    decide(office, D, {ONE: "B"}, late=5)
    assert verdict(office, token) is Verdict.REVOKED


def test_what_was_decided_of_earlier_days_is_no_matter(office: CertificateOffice) -> None:
    decide(office, D - timedelta(days=1), {ONE: "C"})
    decide(office, D, {ONE: "AA"})
    assert verdict(office, office.issue(ONE, "shop-1", NOW)[1]) is Verdict.VALID


def test_an_officer_can_end_one_and_the_ledger_says_who_and_why(office: CertificateOffice) -> None:
    decide(office, D, {ONE: "AA"})
    made, token = office.issue(ONE, "shop-1", NOW)
    office.withdraw(made.serial, "office-7", "issued to the wrong hands", NOW)
    assert verdict(office, token) is Verdict.REVOKED
    with pytest.raises(UsageError, match="already"):
        office.withdraw(made.serial, "office-7", "again", NOW)
    with office.database.reading() as connection:
        assert verify(connection).holds


def test_an_enterprise_without_a_grade_gets_none(office: CertificateOffice) -> None:
    with pytest.raises(NotFoundError):
        office.issue(ONE, "shop-1", NOW)
    with pytest.raises(NotFoundError, match="no certificate"):
        office.withdraw("2026-000001", "office-7", "why", NOW)


def test_an_enterprise_sees_its_own_and_whether_they_hold(office: CertificateOffice) -> None:
    decide(office, D, {ONE: "AA", TWO: "B"})
    for uscc in (ONE, TWO):
        office.issue(uscc, "shop", NOW)
    decide(office, D + timedelta(days=1), {ONE: "A"})
    assert [(one["serial"], one["is_revoked"]) for one in office.issued(ONE)] == [("2026-000001", True)]
    assert [one["uscc"] for one in office.issued()] == [ONE, TWO]
