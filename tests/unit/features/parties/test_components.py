"""Who belongs together, in circles small enough to see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from features.parties.components import build_related_parties, components
from tests.worlds.builder import World, at

D = date(2026, 3, 31)


def register(world: World, uscc: str, valid_from: date = date(2026, 1, 1), **tokens: Any) -> None:
    world.add(
        "enterprise", uscc=uscc, name="n", entity_type="company", established_on=date(2020, 1, 1), status="operating",
        valid_from=valid_from, **tokens,
    )  # fmt: skip


def parties(world: World) -> list[tuple[object, ...]]:
    engine = world.known(D)
    build_related_parties(engine, D)
    return engine.rows("select uscc, component, members from related_party order by uscc")


def test_a_shared_phone_and_a_shared_address_make_one_circle_of_three() -> None:
    world = World()
    register(world, "B", phone_token="p")
    register(world, "C", phone_token="p", address_token="a")
    register(world, "A", address_token="a")
    register(world, "Z", phone_token="q")
    assert parties(world) == [("A", "A", 3), ("B", "A", 3), ("C", "A", 3)]


def test_the_same_token_in_two_kinds_ties_nobody() -> None:
    world = World()
    register(world, "A", phone_token="same")
    register(world, "B", address_token="same")
    assert parties(world) == []


def test_a_registered_incubators_address_ties_nobody_while_it_is_one() -> None:
    world = World()
    register(world, "A", address_token="hall")
    register(world, "B", address_token="hall")
    world.add("reference_code", list="incubator_address", code="hall", valid_from=date(2026, 1, 1), valid_to=D)
    assert parties(world) == []
    ended = World()
    register(ended, "A", address_token="hall")
    register(ended, "B", address_token="hall")
    ended.add(
        "reference_code", list="incubator_address", code="hall", valid_from=date(2026, 1, 1),
        valid_to=D - timedelta(days=1),
    )  # fmt: skip
    assert len(parties(ended)) == 2


def test_a_phone_given_up_ties_no_longer_and_an_account_only_for_a_year() -> None:
    world = World()
    register(world, "A", phone_token="p")
    register(world, "B", phone_token="p")
    register(world, "B", valid_from=D, phone_token="q")
    for uscc, back in (("A", 0), ("B", 365)):
        world.add(
            "forex", bop_no=uscc, uscc=uscc, direction="receipt", amount=1, currency="USD", amount_usd=1,
            value_date=D - timedelta(days=back), account_token="x", received_at=at(D),
        )  # fmt: skip
    assert parties(world) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from(("phone", "address")), st.sampled_from("123")),
        max_size=12,
    )
)
def test_circles_are_what_merging_by_hand_gives_in_any_order(holdings: list[tuple[str, str, str]]) -> None:
    circles: list[set[str]] = []
    for kind, token in {(kind, token) for _, kind, token in holdings}:
        held = {uscc for uscc, *rest in holdings if rest == [kind, token]}
        touching = [circle for circle in circles if circle & held]
        circles = [circle for circle in circles if not circle & held] + [held.union(*touching)]
    wanted = sorted(tuple(sorted(circle)) for circle in circles if len(circle) > 1)
    assert components(holdings) == components(reversed(holdings)) == wanted
