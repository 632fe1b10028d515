"""Golden cases: what one document measures, what it is asked for, and that the same figures give the same bytes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from expectations.errors import IntegrityError
from expectations.vocabulary.digest import canonical_json
from models.policy.book import PolicyBook
from models.screening.checks import CHECKS
from models.screening.judging import BY_GRADE, GREEN, INACTIVE, LOTS, Screened, judge
from models.screening.record import Question, rejudge, screening_record
from models.screening.terms import Lane, TermsBook

DAY = date(2026, 10, 31)
POLICY, TERMS = PolicyBook.load().in_force(DAY), TermsBook.load().in_force(DAY)
LAST = LOTS - 1
CLEAN: dict[str, Any] = {
    "is_retail_import": True, "missing": [], "differing": [], "paid_difference_fen": 0, "payer_differs": False,
    "line_difference_fen": 0, "value_fen": 20_000, "is_indivisible": False, "year_before_fen": 0,
    "prices": [{"line_no": 1, "distance": 0.0, "deviation": 100.0, "lines": 40, "enterprises": 4}],
    "unknown_codes": [], "unlisted_codes": [], "odd": [],
}  # fmt: skip


def screened(lot: int = LAST, grade: str | None = "A", status: str | None = "normal", **changes: Any) -> Screened:
    return judge({**CLEAN, **changes}, {"grade": grade, "status": status}, lot, POLICY, TERMS)


def far(distance: float, deviation: float = 100.0) -> list[dict[str, Any]]:
    return [{"line_no": 7, "distance": distance, "deviation": deviation, "lines": 40, "enterprises": 4}]


def test_a_clean_document_of_a_good_enterprise_is_green_and_says_under_which_law() -> None:
    found = screened()
    assert (found.lane, found.not_looked_at) == (Lane.GREEN, ())
    assert "国办发〔2019〕35号" in found.reasons[0]["legal_basis"][1]


@pytest.mark.parametrize(
    ("changes", "check", "value", "threshold"),
    [
        ({"missing": ["order"]}, "documents_missing", ["order"], None),
        ({"differing": ["order.uscc"]}, "documents_differ", ["order.uscc"], None),
        ({"paid_difference_fen": -2}, "amounts_differ", 0.02, 0.01),  # scenario 3
        ({"payer_differs": True}, "payer_differs", True, None),
        ({"line_difference_fen": 2}, "totals_differ", 0.02, 0.01),
        ({"value_fen": 500_001}, "single_limit", 5000.01, 5000),
        ({"value_fen": 500_000, "year_before_fen": 2_100_001}, "year_limit", 26000.01, 26000),  # scenario 5
        ({"prices": far(-700)}, "price_low", 0.4966, 0.5),
        ({"odd": ["inventory.rule:gross_holds_net"]}, "contradiction", ["inventory.rule:gross_holds_net"], None),
    ],
)
def test_what_one_document_shows_sends_it_to_a_check_of_its_papers(
    changes: dict[str, Any], check: str, value: Any, threshold: Any
) -> None:
    found = screened(**changes)
    assert (found.lane, [one["id"] for one in found.reasons]) == (Lane.DOCUMENTS, [check])
    assert (found.reasons[0]["value"], found.reasons[0]["threshold"]) == (value, threshold)
    assert found.reasons[0]["legal_basis"]


@pytest.mark.parametrize("name", ["unknown_codes", "unlisted_codes"])
def test_goods_that_no_list_knows_are_looked_at(name: str) -> None:
    changes: dict[str, Any] = {name: [2]}
    found = screened(**changes)
    assert (found.lane, found.reasons[0]["lines"]) == (Lane.INSPECTION, [2])


@pytest.mark.parametrize(
    "changes",
    [
        {"paid_difference_fen": 1},  # scenario 3: a fen is agreement
        {"value_fen": 500_000, "year_before_fen": 2_100_000},  # scenario 4: exactly the limits
        {"value_fen": 620_000, "is_indivisible": True, "year_before_fen": 1_000_000},  # scenario 6
        {"prices": far(-700, deviation=300.0)},  # half the price, among goods whose prices differ as much
        {"prices": far(-690)},  # more than half the price
    ],
)
def test_what_lies_on_the_right_side_of_a_limit_is_green(changes: dict[str, Any]) -> None:
    assert screened(**changes).lane is Lane.GREEN


def test_the_heaviest_of_several_reasons_decides_and_stands_first() -> None:
    found = screened(payer_differs=True, unlisted_codes=[1])
    assert (found.lane, [one["id"] for one in found.reasons]) == (Lane.INSPECTION, ["code_unlisted", "payer_differs"])


@pytest.mark.parametrize(
    ("grade", "lot", "lane"),
    [
        ("AAA", 19_999, Lane.DOCUMENTS), ("AAA", 20_000, Lane.GREEN), ("C", 499_999, Lane.DOCUMENTS),
        ("C", 500_000, Lane.GREEN), ("D", 799_999, Lane.INSPECTION), ("D", 800_000, Lane.DOCUMENTS),
        (None, 199_999, Lane.DOCUMENTS), (None, 200_000, Lane.GREEN),  # nothing on record: as for a new enterprise
    ],
)  # fmt: skip
def test_the_share_that_goes_with_the_grade_is_drawn_by_lot(grade: str | None, lot: int, lane: Lane) -> None:
    assert screened(lot, grade, None if grade is None else "normal").lane is lane


def test_whoever_is_out_of_business_is_asked_for_its_papers() -> None:
    assert screened(grade=None, status="inactive").reasons[0]["id"] == INACTIVE


def test_what_was_not_handed_in_or_is_not_known_is_said_and_held_against_nobody() -> None:
    found = screened(
        paid_difference_fen=None, payer_differs=None, line_difference_fen=None, year_before_fen=None, prices=None,
        unknown_codes=None, unlisted_codes=None,
    )  # fmt: skip
    assert found.lane is Lane.GREEN
    assert found.not_looked_at == (
        "amounts_differ", "payer_differs", "totals_differ", "year_limit", "price_low", "code_unknown", "code_unlisted",
    )  # fmt: skip


def test_every_check_has_its_terms_and_no_terms_are_without_a_check() -> None:
    book = TermsBook.load()
    assert set(book.rules) == {*CHECKS, *BY_GRADE.values(), INACTIVE, GREEN}
    assert [str(one) for one in book.findings()] == []
    assert {one.value.numbers_of for one in TERMS.checks.values()} <= {None, *POLICY.typologies}


def test_a_record_is_judged_again_to_the_same_bytes_and_not_under_another_policy() -> None:
    question = Question("a" * 64, "inventory", "n", "u", "system-1", "2026-10-31T09:00:00+08:00", None, LAST, "1")
    standing = {"grade": "B", "status": "normal"}
    record = screening_record(question, {**CLEAN, "payer_differs": True}, standing, POLICY, TERMS)
    assert canonical_json(rejudge(record, POLICY, TERMS)) == canonical_json(record)
    assert rejudge({**record, "lane": "green"}, POLICY, TERMS)["lane"] == "documents"
    with pytest.raises(IntegrityError, match="another policy"):
        rejudge({**record, "policy_digest": "0"}, POLICY, TERMS)
