from __future__ import annotations

from pathlib import Path

import pytest

from models.grade.cases import run_cases
from models.policy.book import PolicyBook
from models.policy.documents import PolicyError

BOOK = PolicyBook.load()
CASE = """
- case: Tax credit D takes an enterprise to D
  about: [K3]
  given:
    day: 2026-06-30
    score: 930
    facts: [{ regulator_rating: { authority: tax, rating: D, valid_from: 2026-04-01 } }]
  expect: { grade: D, score: 399 }
- case: Without a fact nothing happens
  about: [K3]
  given: { day: 2026-06-30, score: 930 }
  expect: { grade: AAA }
"""


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "cases.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_cases_that_hold_report_nothing_and_count_what_they_cover(tmp_path: Path) -> None:
    report = run_cases(_folder(tmp_path, CASE), BOOK)
    assert len(report.results) == 2
    assert report.failed == ()
    assert report.coverage == {"K3": 1, "K3/tax_d": 1, "K3/quiet": 1}


def test_a_case_that_fails_says_what_came_out_instead(tmp_path: Path) -> None:
    report = run_cases(_folder(tmp_path, CASE.replace("score: 399", "score: 400")), BOOK)
    assert [result.differences for result in report.failed] == [("score: 399, expected 400",)]


def test_an_expected_nothing_is_compared_too(tmp_path: Path) -> None:
    report = run_cases(_folder(tmp_path, CASE.replace("{ grade: AAA }", "{ grade: null }")), BOOK)
    assert [result.differences for result in report.failed] == [("grade: AAA, expected None",)]


def test_a_word_the_cases_do_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"cases\.yaml: 1\.given\.scores"):
        run_cases(_folder(tmp_path, CASE.replace("{ day: 2026-06-30, score", "{ day: 2026-06-30, scores")), BOOK)


def test_a_case_without_a_score_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="neither score nor p"):
        run_cases(_folder(tmp_path, CASE.replace("score: 930\n", "p0: 0.02\n")), BOOK)


def test_an_empty_folder_is_not_a_success(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="holds no cases"):
        run_cases(tmp_path, BOOK)
