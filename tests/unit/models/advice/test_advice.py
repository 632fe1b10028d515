"""Advice is the smallest lawful set of changes, confirmed by the engine; what is impossible is said with its date."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue import load_catalogue
from models.advice.levers import PACKAGED, levers_in_force
from models.advice.search import Case, advise
from models.advice.wording import advice_document
from models.grade.engine import judge
from models.grade.subject import OfficialFact, PreviousGrade, Subject
from models.policy.book import PolicyBook
from models.policy.documents import PolicyError
from models.scorecard.reading import expert_scorecard

DAY = date(2026, 10, 15)
BOOK = PolicyBook.load()
CATALOGUE = load_catalogue()
LEVERS = levers_in_force(DAY, CATALOGUE)
SCORER = expert_scorecard(CATALOGUE, DAY)
SPOTLESS = {
    "general_penalties_in_force": 0.0,
    "unmatched_list_share_90d": 0.005,
    "late_filing_share_365d": 0.0,
    "unpaid_tax_ratio_365d": 0.0,
    "tracked_order_share_90d": 0.99,
    "receipt_to_export_365d": 1.0,
    "enterprise_age_days": 900.0,
    "return_rate_90d": 0.1,
}


def case(facts: tuple[OfficialFact, ...] = (), previous: Grade | None = None, **values: float) -> Case:
    """An enterprise as the expert scorecard and the engine judge it on the day."""
    row = dict.fromkeys(CATALOGUE.names, float("nan")) | SPOTLESS | values
    vector = pd.DataFrame([row], index=pd.Index(["91659007MA7TETA132"], name="uscc"))
    subject = Subject(
        uscc="91659007MA7TETA132",
        business_date=DAY,
        known_at=knowledge_cutoff(DAY),
        p=float(SCORER.probabilities(vector)[0]),
        p0=SCORER.base_rate,
        established_on=date(2015, 1, 1),
        registration_status="operating",
        facts=facts,
        previous=PreviousGrade(date(2026, 10, 14), previous) if previous else None,
    )
    return Case(subject, vector, SCORER, judge(subject, BOOK.in_force(DAY)).grade)


def penalty(severity: str, published_on: str, **more: str) -> OfficialFact:
    return OfficialFact("penalty", "2026-1/customs", {"severity": severity, "published_on": published_on, **more})


def ids(plan: object) -> set[str]:
    return {change.lever.id for change in plan.changes}  # type: ignore[attr-defined]


def test_paying_overdue_tax_is_found_as_the_smallest_change() -> None:
    asked = case(unpaid_tax_ratio_365d=0.5, unpaid_tax_365d=90000.0)
    advice = advise(asked, LEVERS, BOOK.in_force)
    assert advice.plans
    first = advice.plans[0]
    assert ids(first) == {"L01"}
    assert first.changes[0].moves["unpaid_tax_ratio_365d"] == (0.5, 0.0)
    assert first.grade == advice.target == asked.grade.one_better()  # type: ignore[union-attr]


def test_a_match_rate_above_98_per_cent_for_90_days_cleans_the_window_of_90_days_and_a_quarter_of_the_year() -> None:
    asked = case(unmatched_list_share_90d=0.3, unmatched_list_share_365d=0.3)
    advice = advise(asked, LEVERS, BOOK.in_force)
    first = advice.plans[0]
    assert "L03" in ids(first)
    moves = next(change for change in first.changes if change.lever.id == "L03").moves
    assert moves["unmatched_list_share_90d"][1] in (0.02, 0.005)
    assert 0.2 < moves["unmatched_list_share_365d"][1] < 0.3
    assert (first.shows_on - DAY).days == 90


def test_no_plan_holds_a_lever_it_can_do_without() -> None:
    asked = case(unpaid_tax_ratio_365d=0.5, unmatched_list_share_90d=0.3, late_filing_share_365d=0.4)
    for plan in advise(asked, LEVERS, BOOK.in_force).plans:
        for change in plan.changes:
            fewer = tuple(one for one in plan.changes if one is not change)
            row = asked.vector.iloc[0].to_dict() | {k: v[1] for one in fewer for k, v in one.moves.items()}
            p = float(SCORER.probabilities(pd.DataFrame([row]))[0])
            shows_on = plan.shows_on
            without = replace(asked.subject, p=p, business_date=shows_on, known_at=knowledge_cutoff(shows_on))
            grade = judge(without, BOOK.in_force(shows_on)).grade
            assert grade is not None
            assert plan.grade.is_better_than(grade)


def test_a_plan_is_what_the_engine_itself_says_of_the_changed_vector_and_rises_one_grade_only() -> None:
    asked = case(unpaid_tax_ratio_365d=0.5, unmatched_list_share_90d=0.3, previous=Grade.B)
    assert asked.grade is not None
    for plan in advise(asked, LEVERS, BOOK.in_force).plans:
        assert plan.grade is asked.grade.one_better(), "hysteresis: one grade a month"


def test_a_penalty_that_cannot_be_repaired_yet_makes_the_grade_impossible_before_that_day() -> None:
    asked = case((penalty("general", "2026-10-01"),), general_penalties_in_force=1.0)
    assert asked.grade is Grade.B
    advice = advise(asked, LEVERS, BOOK.in_force)
    # Order 36: a general penalty can be repaired three months after publication at the earliest.
    assert advice.blocked is not None
    assert (advice.blocked.rule, advice.blocked.until) == ("K8", date(2027, 1, 1))
    assert all(plan.shows_on >= date(2027, 1, 1) for plan in advice.plans)
    assert all("L06" in ids(plan) for plan in advice.plans)
    said = advice_document(advice, "91659007MA7TETA132", DAY, BOOK.in_force)["says"]
    assert "impossible before 2027-01-01" in said["en"]
    assert "2027-01-01之前不可能" in said["zh"]


def test_where_no_lever_lifts_a_cap_its_own_end_is_said() -> None:
    rating = OfficialFact(
        "regulator_rating", "safe/2026-01-01", {"authority": "safe", "rating": "B", "valid_from": "2026-01-01"}
    )
    advice = advise(case((rating,)), LEVERS, BOOK.in_force)
    assert advice.plans == ()
    assert advice.blocked is not None
    assert (advice.blocked.rule, advice.blocked.until) == ("K4", None)
    document = advice_document(advice, "x", DAY, BOOK.in_force)
    assert not document["possible"]
    assert "impossible until this fact ends" in document["says"]["en"]


def test_a_disciplined_young_enterprise_is_told_when_its_age_stops_holding_it() -> None:
    young = case()
    subject = replace(young.subject, established_on=date(2026, 3, 20))
    asked = replace(young, subject=subject, grade=judge(subject, BOOK.in_force(DAY)).grade)
    assert asked.grade is Grade.A
    advice = advise(asked, LEVERS, BOOK.in_force)
    assert advice.blocked is not None
    assert (advice.blocked.rule, advice.blocked.until) == ("K12", date(2027, 3, 20))


def test_the_best_grade_and_no_grade_need_no_advice() -> None:
    assert advise(replace(case(), grade=Grade.AAA), LEVERS, BOOK.in_force).target is None
    assert advise(replace(case(), grade=None), LEVERS, BOOK.in_force).plans == ()


def test_no_lever_moves_a_volume_and_each_is_cited() -> None:
    for lever in LEVERS.levers:
        assert lever.legal_basis
        for move in lever.value.moves:
            for feature in LEVERS.measured_by[move.measure]:
                assert not (feature.direction == "open" and feature.unit in ("count", "cny", "usd"))


def test_a_lever_that_would_have_an_enterprise_trade_more_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "policy"
    for folder in ("levers", "advice"):
        shutil.copytree(PACKAGED / folder, root / folder)
    text = (root / "levers" / "L11.yaml").read_text(encoding="utf-8")
    game = text.replace("tracked_order_share, at_least: [0.98]", "orders, at_least: [5000]")
    (root / "levers" / "L11.yaml").write_text(game, encoding="utf-8")
    with pytest.raises(PolicyError, match="a volume without a direction"):
        levers_in_force(DAY, CATALOGUE, root)


def test_a_lever_never_makes_a_value_worse() -> None:
    better = case(unmatched_list_share_90d=0.001, unpaid_tax_ratio_365d=0.5)
    for plan in advise(better, LEVERS, BOOK.in_force).plans:
        for change in plan.changes:
            assert "unmatched_list_share_90d" not in change.moves
