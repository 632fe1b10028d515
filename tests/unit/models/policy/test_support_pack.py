"""The support measures: what is known is cited, what is not is said, and faults of the pack are found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import knowledge_cutoff
from models.grade.subject import OfficialFact, Subject
from models.grade.support import Standing, support_for
from models.policy.book import PACKAGED, PolicyBook
from models.policy.documents import PolicyError
from models.policy.support_check import support_check
from models.policy.support_pack import SupportPack

DAY = date(2026, 6, 30)
BOOK = PolicyBook.load()
AMOUNTS = [30_000, 500_000, 800_000, 200_000, 150_000, 30_000, 50_000, 30_000, None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "policy"
    for folder in ("support", "support_bars"):
        copytree(PACKAGED / folder, root / folder)
    return root


def broken(root: Path, file: str, old: str, new: str) -> list[str]:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return [str(finding) for finding in support_check(SupportPack.load(root), BOOK)]


def subject(*facts: OfficialFact) -> Subject:
    return Subject("91659007MA7TETA132", DAY, knowledge_cutoff(DAY), p=0.02, p0=0.02, facts=facts)


def test_the_nine_measures_have_the_amounts_that_are_known_and_the_ninth_has_none() -> None:
    answers = support_for(subject(), Grade.A, BOOK.in_force(DAY), SupportPack.load())
    assert [one.amount_most_cny for one in answers] == AMOUNTS
    assert {one.last_day for one in answers} == {date(2026, 12, 31)}


def test_an_open_measure_says_what_is_not_known_of_it_in_both_languages() -> None:
    for one in support_for(subject(), Grade.A, BOOK.in_force(DAY), SupportPack.load()):
        told = one.to_json()
        assert told["standing"] == Standing.OPEN
        assert told["not_known"]
        assert all(gap["zh"] and gap["en"] for gap in told["not_known"])


def test_a_bar_names_the_record_it_rests_on() -> None:
    listed = OfficialFact("court_listing", "案1/法院", {"subject": "enterprise", "published_on": "2026-06-01"})
    first = support_for(subject(listed), Grade.D, BOOK.in_force(DAY), SupportPack.load())[0]
    assert [(hit.id, hit.fact) for hit in first.bars] == [("B01", None), ("B02", "案1/法院")]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("support_bars/B02.yaml", "court_listing", "court_list", "facts/court_list.yaml does not exist"),
        ("support_bars/B02.yaml", "subject: enterprise", "subject: firm", "court_listing.subject is never firm"),
        ("support/S01.yaml", "2000-01-01:\n", "2027-01-01:\n", "has no value before"),
        ("support/S01.yaml", 'en: "Support measure 1 (at most 30,000 CNY)"', 'en: "扶持"', "is not English"),
    ],
)
def test_a_fault_of_the_pack_is_found(copy: Path, file: str, old: str, new: str, fault: str) -> None:
    assert any(fault in found for found in broken(copy, file, old, new))


def test_a_measure_that_no_case_shows_is_found() -> None:
    found = [str(one) for one in support_check(SupportPack.load(), BOOK, {"S01/open"})]
    assert "support: S01/barred: case: no policy case shows S01/barred." in found
    assert not any("S01/open" in one for one in found)


def test_a_key_that_nothing_reads_is_refused(copy: Path) -> None:
    path = copy / "support" / "S01.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "    pays: soon\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="pays"):
        SupportPack.load(copy)
