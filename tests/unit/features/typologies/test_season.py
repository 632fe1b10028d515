"""R21: who counts as a peer, what counts as a rise, and both against a count by hand over rows."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from features.typologies import rising_peer_shares
from tests.worlds.builder import World, at
from tests.worlds.trade import sell

D = date(2026, 11, 11)
NUMBERS: Mapping[str, int | float] = {
    "peer_share": 0.3,
    "window_days": 7,
    "ordinary_days": 56,
    "ordinary_min": 8,
    "rise_factor": 1.5,
    "peers_min": 3,
}
BARE = ("order", "payment", "waybill")


def trade(world: World, seller: str, ordinary: int, now: int, direction: str = "import") -> None:
    """Lists of a seller: so many in the 56 days before the last seven, the rest within those."""
    for index in range(ordinary + now):
        back = index % 7 if index < now else 7 + (index - now) % 56
        moment = at(D - timedelta(days=back))
        sell(world, f"{seller}{index}", moment, seller=seller, without=BARE, listed={"direction": direction})


def shares(world: World, **changed: int | float) -> dict[str, float]:
    return rising_peer_shares(world.known(D), {**NUMBERS, **changed}, D)


def test_a_rise_is_more_than_half_again_as_much_a_day() -> None:
    world = World()
    trade(world, "burst", 0, 40)
    trade(world, "steady", 16, 2)
    trade(world, "at the border", 16, 3)  # 3 in 7 days is exactly 1.5 times 16 in 56
    trade(world, "over it", 16, 4)
    assert shares(world)["burst"] == pytest.approx(1 / 3)


def test_an_enterprise_is_no_peer_of_its_own() -> None:
    world = World()
    for seller, now in (("a", 9), ("b", 1), ("c", 1), ("d", 1)):
        trade(world, seller, 16, now)
    assert shares(world)["a"] == 0.0
    assert shares(world)["b"] == pytest.approx(1 / 3)


def test_with_two_peers_there_is_no_season() -> None:
    world = World()
    for seller in ("a", "b", "c"):
        trade(world, seller, 16, 9)
    assert shares(world) == {}
    assert shares(world, peers_min=2) == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_who_hardly_traded_before_is_no_peer_whatever_happens_now() -> None:
    world = World()
    trade(world, "burst", 0, 40)
    for seller in ("a", "b", "c"):
        trade(world, seller, 8, 1)
    trade(world, "new", 7, 40)
    assert shares(world)["burst"] == 0.0


def test_importers_are_no_peers_of_an_exporter() -> None:
    world = World()
    trade(world, "burst", 0, 40, "export")
    for seller in ("a", "b", "c"):
        trade(world, seller, 16, 9)
    assert "burst" not in shares(world)


def test_what_was_not_known_by_the_cutoff_excuses_nobody() -> None:
    world = World()
    trade(world, "burst", 0, 40)
    for seller in ("a", "b", "c"):
        trade(world, seller, 16, 9)
    engine = world.known(D, known_at=at(D - timedelta(days=7), 6))
    assert rising_peer_shares(engine, NUMBERS, D) == {}
    assert shares(world)["burst"] == 1.0


@pytest.mark.parametrize("seed", range(12))
def test_the_share_is_the_one_counted_by_hand(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a world to test with, nothing secret
    world = World()
    rows: list[tuple[str, str, int]] = []
    for seller in "abcdefg":
        for index in range(chance.randint(0, 40)):
            back = chance.choice((-1, 0, 6, 7, 62, 63, chance.randint(0, 70)))
            direction = chance.choice(("import", "import", "export"))
            moment = at(D - timedelta(days=back))
            sell(world, f"{seller}{index}", moment, seller=seller, without=BARE, listed={"direction": direction})
            rows.append((seller, direction, back))
    assert shares(world, ordinary_min=4, peers_min=2) == pytest.approx(by_hand(rows, ordinary_min=4, peers_min=2))


def by_hand(rows: list[tuple[str, str, int]], ordinary_min: int, peers_min: int) -> dict[str, float]:
    """Shares from (seller, direction, days back) alone."""

    def count(seller: str, direction: str, first: int, last: int) -> int:
        return sum(row[0] == seller and row[1] == direction and first <= row[2] <= last for row in rows)

    sellers = {row[0] for row in rows}
    found = {}
    for seller in sorted(sellers):
        now = {direction: count(seller, direction, 0, 6) for direction in ("export", "import")}
        if not any(now.values()):
            continue
        direction = "import" if now["import"] > now["export"] else "export"
        peers = [one for one in sellers - {seller} if count(one, direction, 7, 62) >= ordinary_min]
        if len(peers) < peers_min:
            continue
        risen = [one for one in peers if count(one, direction, 0, 6) * 56 > 1.5 * count(one, direction, 7, 62) * 7]
        found[seller] = len(risen) / len(peers)
    return found
