"""The plan of an office: every slot used, nobody beyond the lot's reach, and probabilities that are what happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.inspection.lottery import allocations, drawn_allocation
from reports.inspection.plan import Candidate, OfficePlan, Rules, Why, plan_office

GRADES = ("AAA", "AA", "A", "B", "C", "D")
LAW = {"D": 0.8}


def candidates(sizes: dict[str, int], amounts: int = 7) -> list[Candidate]:
    """So many of each grade; amounts repeat, so that there are ties."""
    found = []
    for grade, size in sizes.items():
        for number in range(size):
            p = (GRADES.index(grade) + 1) / 10
            found.append(Candidate(f"{grade}-{number:03}", "企业", grade, p, (number % amounts) * 1000))
    return found


def plan(sizes: dict[str, int], slots: int, share: float = 0.1, seed: str = "s") -> OfficePlan:
    return plan_office("customs", Rules(slots, share, LAW), candidates(sizes), seed)


populations = st.dictionaries(st.sampled_from(GRADES), st.integers(1, 9), min_size=1)


@settings(max_examples=120, deadline=None)
@given(populations, st.integers(1, 60), st.floats(0.01, 1), st.text(max_size=5))
def test_probabilities_add_up_to_the_slots_and_nobody_is_beyond_the_lot(
    sizes: dict[str, int], slots: int, share: float, seed: str
) -> None:
    found = plan(sizes, slots, share, seed)
    everybody = sum(sizes.values())
    places = min(slots, everybody)
    assert len(found.chosen) == len({one.uscc for one, _ in found.chosen}) == places
    assert len(found.chances) == everybody
    assert sum(one.overall for one in found.chances.values()) == places
    assert sum(one.by_lot for one in found.chances.values()) == sum(why is Why.RANDOM for _, why in found.chosen)
    assert all(0 < one.by_lot <= one.overall <= 1 for one in found.chances.values())
    assert all(found.chances[one.uscc].overall > 0 for one, _ in found.chosen)


@settings(max_examples=60, deadline=None)
@given(populations, st.integers(1, 20))
def test_ways_to_give_out_places_add_up_to_one_and_to_each_grades_share(sizes: dict[str, int], places: int) -> None:
    everybody = sum(sizes.values())
    places = min(places, everybody)
    ways = allocations(sizes, places)
    assert sum(way.probability for way in ways) == 1
    assert all(sum(way.places.values()) == places for way in ways)
    for grade, size in sizes.items():
        assert sum(way.probability * way.places[grade] for way in ways) == Fraction(size * places, everybody)


def test_the_written_probabilities_are_how_often_it_happens() -> None:
    sizes = {"AAA": 4, "B": 7, "C": 5, "D": 3}
    times = 1200
    seen: Counter[str] = Counter()
    for number in range(times):
        seen.update(one.uscc for one, _ in plan(sizes, 7, 0.3, str(number)).chosen)
    chances = plan(sizes, 7, 0.3).chances
    assert {round(float(one.overall), 3) for one in chances.values()} > {1.0}
    for uscc, chance in chances.items():
        p = float(chance.overall)
        assert abs(seen[uscc] / times - p) <= 5 * (p * (1 - p) / times) ** 0.5 + 1e-9, uscc


def test_the_seed_alone_chooses_and_the_order_of_candidates_does_not() -> None:
    sizes = {"AAA": 9, "B": 9, "C": 9, "D": 9}
    assert plan(sizes, 12, 0.5, "a") == plan(sizes, 12, 0.5, "a")
    rules = Rules(12, 0.5, LAW)
    backwards = plan_office("customs", rules, list(reversed(candidates(sizes))), "a")
    assert backwards == plan(sizes, 12, 0.5, "a")
    assert {plan(sizes, 12, 0.5, seed).chosen for seed in "abcdef"} != {plan(sizes, 12, 0.5, "a").chosen}
    assert plan_office("tax", rules, candidates(sizes), "a").chosen != plan(sizes, 12, 0.5, "a").chosen


def test_what_the_law_demands_comes_before_value_and_what_is_short_is_said() -> None:
    sizes = {"A": 20, "D": 10}
    found = plan(sizes, 12)
    of_d = [one for one, why in found.chosen if one.grade == "D"]
    assert len(of_d) == 8
    assert found.law_short == 0
    short = plan(sizes, 5)
    assert Counter(why for _, why in short.chosen) == {Why.LAW: 4, Why.RANDOM: 1}
    assert short.law_short >= 3


def test_a_share_of_the_law_is_not_rounded_up_by_binary_fractions() -> None:
    found = plan_office("customs", Rules(9, 0.1, {"D": 0.7}), candidates({"A": 10, "D": 10}), "s")
    assert sum(one.grade == "D" for one, why in found.chosen if why is not Why.RANDOM) <= 7


def test_value_takes_the_largest_expected_amounts_of_those_that_are_not_drawn() -> None:
    found = plan({"A": 15, "C": 15}, 10)
    taken = [one for one, why in found.chosen if why is Why.VALUE]
    drawn = {one.uscc for one, why in found.chosen if why is Why.RANDOM}
    best = sorted(candidates({"A": 15, "C": 15}), key=lambda one: (-one.expected_fen, -one.p, one.uscc))
    assert taken == sorted(
        [one for one in best if one.uscc not in drawn][:9], key=lambda one: (-one.expected_fen, one.uscc)
    )


@pytest.mark.parametrize("slots", [0, 1])
def test_without_slots_nobody_is_chosen_and_with_one_it_is_drawn(slots: int) -> None:
    found = plan({"AAA": 3, "D": 3}, slots)
    assert [why for _, why in found.chosen] == [Why.RANDOM] * slots
    assert len(found.chances) == 6


def test_nobody_to_look_at_is_an_empty_plan() -> None:
    assert plan_office("customs", Rules(5, 0.1, LAW), [], "s").chosen == ()


def test_the_lot_does_not_look_at_what_is_suspected() -> None:
    sizes = {"AAA": 10, "D": 10}
    before = {one.uscc for one, why in plan(sizes, 6, 0.5).chosen if why is Why.RANDOM}
    richer = [replace(one, amount_fen=one.amount_fen * 99, p=0.5) for one in candidates(sizes)]
    after = plan_office("customs", Rules(6, 0.5, LAW), richer, "s")
    assert {one.uscc for one, why in after.chosen if why is Why.RANDOM} == before


def test_the_drawn_way_is_one_of_those_written_down() -> None:
    sizes = {"A": 7, "B": 5, "C": 3}
    ways = [dict(way.places) for way in allocations(sizes, 4)]
    assert all(dict(drawn_allocation(sizes, 4, seed, "tax")) in ways for seed in "abcdefgh")
