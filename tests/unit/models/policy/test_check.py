from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from models.policy.book import PACKAGED, PolicyBook
from models.policy.check import policy_check, schema_findings


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(
        copytree(PACKAGED, tmp_path / "policy", ignore=lambda _, names: [n for n in names if n.endswith(".py")])
    )


def _found(root: Path, file: str, old: str, new: str) -> list[str]:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return [str(finding) for finding in policy_check(PolicyBook.load(root))]


def test_the_packaged_policy_has_no_fault() -> None:
    assert schema_findings() == []
    assert policy_check(PolicyBook.load()) == []


def test_every_broken_file_is_listed_and_not_only_the_first(copy: Path) -> None:
    for name in ("K01", "K12"):
        (copy / f"caps/{name}.yaml").write_text("id: 1", encoding="utf-8")
    assert [finding.rule for finding in schema_findings(copy)] == ["caps/K01", "caps/K12"]


def test_a_gap_between_two_rating_schemes_is_found(copy: Path) -> None:
    found = _found(copy, "ratings/gacc-251.yaml", "valid_to: 2026-03-31", "valid_to: 2026-03-30")
    assert found == ["ratings of customs: time: between gacc-251 and gacc-282 nothing is in force."]


def test_an_overlap_of_two_rating_schemes_is_found(copy: Path) -> None:
    found = _found(copy, "ratings/gacc-251.yaml", "valid_to: 2026-03-31", "valid_to: 2026-04-01")
    assert found == ["ratings of customs: time: gacc-251 and gacc-282 overlap from 2026-04-01."]


def test_a_rule_that_begins_before_its_first_value_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K12.yaml", "valid_from: 2000-01-01", "valid_from: 1999-01-01")
    assert found == ["caps/K12: time: valid from 1999-01-01, but has no value before 2000-01-01."]


def test_a_value_outside_the_rules_validity_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K12.yaml", "valid_from: 2000-01-01", "valid_from: 2000-01-02")
    assert found == ["caps/K12: time: the value of 2000-01-01 lies outside the rule's validity and is never read."]


def test_a_rule_without_a_citation_is_found(copy: Path) -> None:
    path = copy / "caps/K12.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("  - { document")]
    path.write_text("\n".join(kept).replace("legal_basis:", "legal_basis: []"), encoding="utf-8")
    found = policy_check(PolicyBook.load(copy))
    assert [(finding.rule, finding.kind) for finding in found] == [("caps/K12", "citation")]


def test_a_text_that_was_never_translated_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K12.yaml", "成立未满十二个月", "Established recently")
    assert found == ["caps/K12: translation: 'Established recently' is not Chinese."]


def test_chinese_in_the_place_of_english_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K12.yaml", "Established less than twelve months ago", "成立未满十二个月")
    assert found == ["caps/K12: translation: '成立未满十二个月' is not English."]


def test_a_field_that_the_record_does_not_have_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K02.yaml", "rating: dishonest", "raiting: dishonest")
    assert found == ["caps/K02: reference: regulator_rating has no field 'raiting'."]


def test_a_code_that_the_field_never_takes_is_found(copy: Path) -> None:
    found = _found(copy, "caps/K08.yaml", "{ severity: serious }", "{ severity: grave }")
    assert found == ["caps/K08: reference: penalty.severity is never grave."]


def test_a_fact_without_a_period_is_found(copy: Path) -> None:
    (copy / "facts/quality_sample.yaml").unlink()
    found = {str(finding) for finding in policy_check(PolicyBook.load(copy))}
    assert found == {
        "caps/K09: reference: facts/quality_sample.yaml does not exist, so nothing says how long it holds."
    }


def test_a_guard_of_nothing_is_found(copy: Path) -> None:
    found = _found(copy, "typologies/R21.yaml", "guards: [R16]", "guards: [R61]")
    assert "typologies/R21: reference: guards R61, which does not exist." in found


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("actions/AA.yaml", "actions/AA: reference: a grade without measures."),
        ("actions/R05.yaml", "actions/R05: reference: a pattern without a suggested check."),
        ("reasons/tax.yaml", "reasons/tax: reference: a dimension without reason texts."),
    ],
)
def test_what_every_grade_pattern_and_dimension_needs_is_missed(copy: Path, file: str, says: str) -> None:
    (copy / file).unlink()
    assert [str(finding) for finding in policy_check(PolicyBook.load(copy))] == [says]


def test_a_rule_without_cases_is_found() -> None:
    book = PolicyBook.load()
    rules = {
        name for name in book.rules if name.startswith(("caps/", "floors/", "points/", "statuses/", "hyst", "notices/"))
    }
    found = policy_check(book, covered=())
    assert {finding.rule for finding in found} == rules
    assert "caps/K12: case: no policy case makes K12/young fire." in {str(finding) for finding in found}


def test_a_cap_that_outlasts_its_alert_is_found(copy: Path) -> None:
    found = _found(copy, "alerts/life.yaml", "confirmed_days: 180", "confirmed_days: 179")
    assert found == ["caps: contradiction: confirmed caps for 180 days, but a confirmed alert lives 179."]
