"""A change of policy: what it may say, and what its checks find."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.grade.cases import change_faults
from models.policy.book import PolicyBook
from models.policy.change import Change, change_of, with_change
from models.policy.check import policy_check
from models.policy.documents import PolicyError

BOOK = PolicyBook.load()
FROM = date(2027, 1, 1)
BASIS = [{"document": "地方试点办法", "article": "第三条", "link": "www.xjboz.gov.cn: 试点办法"}]
TITLE = {"zh": "新企业上限延长", "en": "A longer cap for new enterprises"}
YOUNG = {
    "branches": [
        {
            "rests_on": "age",
            "name": "young",
            "months": 18,
            "max_grade": "A",
            "mandatory": False,
            "says": {"zh": "成立不足18个月", "en": "Established less than 18 months ago"},
        }
    ]
}


def case(established: str, grade: str) -> dict[str, Any]:
    given = {"day": "2027-03-01", "score": 930, "established_on": established}
    return {"case": f"Established on {established}, at most {grade}", "given": given, "expect": {"grade": grade}}


def change(**more: Any) -> Change:
    content = {"title": TITLE, "legal_basis": BASIS, "values": {"caps/K12": YOUNG}, "cases": [case("2025-10-01", "A")]}
    return change_of({**content, **more}, "the test")


def test_a_change_holds_from_its_first_day_and_touches_nothing_before() -> None:
    changed = with_change(BOOK, change(), FROM)
    day_before = date(2026, 12, 31)
    assert changed.in_force(day_before).digest == BOOK.in_force(day_before).digest
    assert changed.in_force(FROM).digest != BOOK.in_force(FROM).digest
    assert changed.in_force(FROM).age_caps[0].limit == 18
    assert changed.rules["caps/K12"].legal_basis[-1].document == "地方试点办法"


def test_a_change_that_shows_itself_has_no_faults() -> None:
    both_sides = [case("2025-10-01", "A"), case("2025-08-01", "AAA")]
    assert change_faults(BOOK, change(cases=both_sides), FROM) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"cases": []}, "brings no case"),
        ({"cases": [case("2025-10-01", "AAA")]}, "grade: A, expected AAA"),
        ({"values": {"caps/K99": YOUNG}}, "There is no rule caps/K99"),
        ({"values": {"caps/K12": {"branches": []}}}, "branches"),
        ({"values": {"caps/K12": {**YOUNG, "month": 3}}}, "month"),
        ({"rules": {"caps/K12": {}}, "values": {}}, "is there already"),
        ({"rules": {"elsewhere/K13": {"id": "K13"}}, "values": {}}, "no place for a rule"),
        ({"cases": [{"case": "too short"}]}, "a case of the change"),
    ],
)
def test_a_faulty_change_is_told_what_is_wrong(more: dict[str, Any], says: str) -> None:
    assert any(says in fault for fault in change_faults(BOOK, change(**more), FROM))


def test_a_translation_that_is_none_is_a_fault_of_the_change() -> None:
    value = {"branches": [{**YOUNG["branches"][0], "says": {"zh": "young", "en": "Young"}}]}
    assert any("translation" in fault for fault in change_faults(BOOK, change(values={"caps/K12": value}), FROM))


def test_a_change_needs_a_citation_and_must_change_something() -> None:
    with pytest.raises(PolicyError, match="legal_basis"):
        change(legal_basis=[])
    with pytest.raises(PolicyError, match="changes nothing"):
        change(values={})
    with pytest.raises(PolicyError, match="surprise"):
        change(surprise=1)


def test_a_value_in_force_is_never_edited() -> None:
    with pytest.raises(PolicyError, match="never edited"):
        with_change(BOOK, change(), date(2000, 1, 1))


def test_a_new_rule_joins_with_its_citation() -> None:
    rule = {
        "id": "K13",
        "title": {"zh": "限制", "en": "A limit"},
        "legal_basis": BASIS,
        "authority": "zone",
        "confidence": "D",
        "valid_from": FROM.isoformat(),
        "values": {
            FROM.isoformat(): {"branches": [{**YOUNG["branches"][0], "name": "infant", "months": 3, "max_grade": "B"}]}
        },
    }
    cases = [
        {**case("2027-02-01", "B"), "about": ["K13"]},
        {**case("2025-12-01", "AAA"), "about": ["K13"]},
    ]
    assert change_faults(BOOK, change(values={}, rules={"caps/K13": rule}, cases=cases), FROM) == []
    assert "caps/K13" in with_change(BOOK, change(values={}, rules={"caps/K13": rule}), FROM).rules


def test_a_branch_that_another_one_always_beats_is_unreachable() -> None:
    line = {
        "rests_on": "fact",
        "table": "penalty",
        "mandatory": True,
        "says": {"zh": "处罚", "en": "A penalty"},
    }
    value = {
        "branches": [
            {**line, "name": "any", "where": {"severity": ["serious", "general"]}, "max_grade": "C"},
            {**line, "name": "general", "where": {"severity": "general", "kind": "other"}, "max_grade": "B"},
        ]
    }
    found = policy_check(with_change(BOOK, change(values={"caps/K08": value}), FROM))
    assert [str(one) for one in found if one.kind == "unreachable"] == [
        "caps/K08: unreachable: general never decides: any fires whenever it does and goes at least as low."
    ]


def test_a_new_rule_is_tried_on_days_before_it_begins() -> None:
    packaged = BOOK.rules["caps/K12"].model_dump(mode="json")
    rule = {**packaged, "id": "K99", "valid_from": "2027-01-01", "values": {"2027-01-01": YOUNG}}
    new = change(values={}, rules={"caps/K99": rule})
    tried = with_change(BOOK, new.begun_on(date(2026, 5, 1)), date(2026, 5, 1))
    assert "caps/K99" in {name for name, one in tried.rules.items() if one.value_on(date(2026, 5, 1))}
    assert new.rules["caps/K99"]["valid_from"] == "2027-01-01", "what is published is what was written"
