"""The patterns' cases an official reads, and that all 28 worked scenarios stand somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from models.policy.book import PolicyBook
from models.policy.parameters import typology_parameters
from tests.policy.pattern_cases import BUSINESS_DATE, FiledCase, pattern_cases

CASES = pattern_cases()
BOOK = PolicyBook.load()

SCENARIOS = range(1, 29)
"""Of domain section 8: 25 numbered ones, and 26 to 28 for the extra ones in their order."""


@pytest.mark.parametrize("filed", CASES, ids=[f"{filed.file}: {filed.case.case}" for filed in CASES])
def test_the_pattern_finds_what_is_written(filed: FiledCase) -> None:
    found, differences = filed.run(BOOK)
    assert differences == []
    for hit in found:
        assert not any("shared" in document or "buyer" in document for document in hit.evidence)


def test_each_of_the_28_scenarios_has_a_case() -> None:
    files = Path(__file__).parent.rglob("*.yaml")
    told = [case for file in files for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
    covered = {case["scenario"] for case in told if "scenario" in case}
    assert covered == set(SCENARIOS)


def test_each_pattern_has_cases_that_find_it_and_cases_that_do_not() -> None:
    measured = {rule for rule in typology_parameters(BOOK.in_force(BUSINESS_DATE)) if rule != "R21"}
    assert {filed.case.rule for filed in CASES if filed.case.hits} == measured
    assert {filed.case.rule for filed in CASES if not filed.case.hits} == measured


def test_no_threshold_reaches_below_what_the_rollups_keep() -> None:
    """Rollups leave out what no pattern can use; a policy that asks for it would find nothing, and not say so."""
    numbers = typology_parameters(BOOK.in_force(BUSINESS_DATE))
    assert numbers["R02"]["burst_orders"] >= 10
    assert numbers["R02"]["burst_seconds"] <= 86_400
    assert numbers["R02"]["delivery_hours"] <= 24
    assert numbers["R03"]["within_hours"] <= 24
    assert numbers["R08"]["speed_max_kmh"] >= 500
    assert numbers["R08"]["silent_days"] >= 4


def test_no_two_cases_of_patterns_share_a_sentence() -> None:
    sentences = [filed.case.case for filed in CASES]
    assert len(sentences) == len(set(sentences))
