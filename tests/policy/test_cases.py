"""The cases an official reads, run one by one against the packaged policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.grade.cases import CaseResult, run_cases
from models.policy.book import PolicyBook
from models.policy.check import policy_check
from models.policy.support_check import support_check
from models.policy.support_pack import SupportPack

CASES = Path(__file__).parent / "cases"
BOOK = PolicyBook.load()
REPORT = run_cases(CASES, BOOK)


@pytest.mark.parametrize("result", REPORT.results, ids=[f"{result.file}: {result.case}" for result in REPORT.results])
def test_the_case_comes_out_as_written(result: CaseResult) -> None:
    assert result.holds, "; ".join(result.differences)


def test_every_branch_of_every_rule_has_a_case_on_both_sides_of_its_border() -> None:
    missing = [str(finding) for finding in policy_check(BOOK, REPORT.coverage)]
    missing += [str(finding) for finding in support_check(SupportPack.load(), BOOK, REPORT.coverage)]
    assert missing == []


def test_no_two_cases_share_a_sentence() -> None:
    sentences = [(result.file, result.case) for result in REPORT.results]
    assert len(sentences) == len(set(sentences))
