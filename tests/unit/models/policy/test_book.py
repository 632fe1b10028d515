from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from models.policy.book import PACKAGED, PolicyBook
from models.policy.documents import PolicyError
from models.policy.parameters import fact_months, typology_parameters

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def book() -> PolicyBook:
    return PolicyBook.load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(
        copytree(PACKAGED, tmp_path / "policy", ignore=lambda _, names: [n for n in names if n.endswith(".py")])
    )


def _edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_rule_file_bears_the_name_of_its_rule(book: PolicyBook) -> None:
    assert all(name.split("/")[1] == rule.id for name, rule in book.rules.items())
    assert len(book.folder("caps")) == 12


def test_the_same_day_has_the_same_digest_each_time(book: PolicyBook) -> None:
    assert PolicyBook.load().in_force(DAY).digest == book.in_force(DAY).digest


def test_a_new_entry_changes_only_the_days_from_its_date_on(copy: Path, book: PolicyBook) -> None:
    with (copy / "floors/F01.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  2026-07-01:\n    score: 420\n")
    changed = PolicyBook.load(copy)
    assert changed.in_force(DAY).digest == book.in_force(DAY).digest
    assert changed.in_force(date(2026, 7, 1)).digest != book.in_force(date(2026, 7, 1)).digest
    assert changed.in_force(date(2026, 7, 1)).floor_score == 420


def test_a_corrected_title_leaves_the_digest_alone(copy: Path, book: PolicyBook) -> None:
    _edit(copy, "caps/K02.yaml", "Customs dishonest", "Rated dishonest by customs")
    assert PolicyBook.load(copy).in_force(DAY).digest == book.in_force(DAY).digest


def test_a_changed_number_changes_the_digest(copy: Path, book: PolicyBook) -> None:
    _edit(copy, "caps/K12.yaml", "months: 12", "months: 13")
    assert PolicyBook.load(copy).in_force(DAY).digest != book.in_force(DAY).digest


def test_a_key_that_nothing_reads_is_refused_with_its_place(copy: Path) -> None:
    _edit(copy, "caps/K12.yaml", "months: 12", "months: 12\n        mnths: 13")
    with pytest.raises(PolicyError, match=r"K12\.yaml.*mnths"):
        PolicyBook.load(copy)


def test_a_key_that_stands_twice_is_refused(copy: Path) -> None:
    _edit(copy, "floors/F01.yaml", "score: 400", "score: 400\n    score: 300")
    with pytest.raises(PolicyError, match="stands twice"):
        PolicyBook.load(copy)


def test_a_file_that_bears_another_name_is_refused(copy: Path) -> None:
    (copy / "caps/K12.yaml").rename(copy / "caps/K13.yaml")
    with pytest.raises(PolicyError, match="id is 'K12'"):
        PolicyBook.load(copy)


def test_a_file_where_nothing_reads_it_is_refused(copy: Path) -> None:
    (copy / "cap").mkdir()
    (copy / "caps/K12.yaml").rename(copy / "cap/K12.yaml")
    with pytest.raises(PolicyError, match="read by nothing"):
        PolicyBook.load(copy)


def test_text_that_is_not_yaml_is_refused_with_a_remedy(copy: Path) -> None:
    (copy / "caps/K12.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(PolicyError, match="Correct the file"):
        PolicyBook.load(copy)


def test_an_empty_folder_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="holds no policy files"):
        PolicyBook.load(tmp_path)


def test_a_day_without_a_scale_cannot_be_graded(copy: Path) -> None:
    _edit(copy, "scale/grades.yaml", "valid_from: 2000-01-01", "valid_from: 2000-01-01\nvalid_to: 2026-06-29")
    with pytest.raises(PolicyError, match="scale: not exactly one rule is in force on 2026-06-30"):
        PolicyBook.load(copy).in_force(DAY)


def test_a_day_without_a_status_rule_cannot_be_graded(copy: Path) -> None:
    (copy / "statuses/stale.yaml").unlink()
    with pytest.raises(PolicyError, match="statuses/stale"):
        PolicyBook.load(copy).in_force(DAY)


def test_a_scale_with_a_gap_in_its_order_is_refused(copy: Path) -> None:
    _edit(copy, "scale/grades.yaml", "AA: 800", "AA: 650")
    with pytest.raises(PolicyError, match="must fall from AAA to D"):
        PolicyBook.load(copy)


def test_order_282_takes_the_place_of_order_251_on_1_april_2026(book: PolicyBook) -> None:
    before, after = book.in_force(date(2026, 3, 31)), book.in_force(date(2026, 4, 1))
    assert (before.current_schemes["customs"], after.current_schemes["customs"]) == ("gacc-251", "gacc-282")
    assert after.bottom_classes["gacc-251"] == ("customs", "dishonest")


def test_measuring_gets_its_parameters_by_name(book: PolicyBook) -> None:
    parameters = typology_parameters(book.in_force(DAY))
    assert parameters["R01"] == {"window_days": 7, "threshold": 0.01, "n_min": 100, "amount_tolerance_fen": 1}
    assert parameters["R04"]["annual_limit_fen"] == 2_600_000
    assert parameters["R05"]["z_max"] == -3.5
    assert parameters["R11"]["severe"] == 0.4
    assert parameters["R21"]["peer_share"] == 0.3
    assert sorted(parameters) == sorted(PolicyBook.load().folder("typologies"))


def test_the_periods_of_facts_can_be_asked_for(book: PolicyBook) -> None:
    policy = book.in_force(DAY)
    assert fact_months(policy, "penalty") == {"minor": 3, "general": 12, "serious": 36}
    assert fact_months(policy, "court_listing") == {"": 24}
    assert fact_months(policy, "abnormal_listing") == {}


def test_every_number_handed_to_measuring_is_the_one_agreed_with_it(book: PolicyBook) -> None:
    parameters = typology_parameters(book.in_force(DAY))
    assert parameters["R03"] == {"window_days": 30, "within_hours": 24, "list_limit_fen": 500_000, "groups_high": 20}
    assert parameters["R16"] == {
        "dormant_days": 90,
        "burst_days": 7,
        "factor": 10,
        "history_days": 365,
        "absolute_min": 1000,
    }
    assert len(parameters["R04"]) == 6
    assert len(parameters["R05"]) == 7
    assert len(parameters["R11"]) == 7
