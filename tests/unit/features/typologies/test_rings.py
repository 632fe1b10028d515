"""R14 against a count by hand: labels that spread over shared tokens until nothing changes, without a graph library."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from features.typologies import find_hits
from tests.worlds.builder import World, at
from tests.worlds.trade import declare

D = date(2026, 9, 30)
R14: Mapping[str, int | float] = {
    "size_min": 4,
    "young_share": 0.5,
    "young_days": 365,
    "joint_share": 0.5,
    "joint_window_days": 90,
    "turnover_window_days": 365,
    "shell_turnover_min_cny": 5_000_000,
}
KINDS = ("legal_rep_token", "phone_token", "address_token")
INCUBATOR = "address_token 0"

Firm = dict[str, Any]


def firms_by_chance(chance: random.Random) -> list[Firm]:
    """Twelve enterprises whose tokens meet now and then, some young, some exporting, some without staff."""
    return [
        {
            "uscc": f"firm{number:02}",
            **{kind: f"{kind} {chance.randint(0, 9)}" if chance.random() < 0.7 else None for kind in KINDS},
            "account": chance.choice((None, None, f"account {chance.randint(0, 3)}")),
            "age_days": chance.choice((10, 364, 365, 900)),
            "staff": chance.choice((None, 0, 3)),
            "exported_ago": chance.choice((None, 0, 89, 90)),
            "cny": chance.choice((700, 5_000_000, 5_000_001)),
        }
        for number in range(12)
    ]


def told(firms: list[Firm]) -> World:
    world = World()
    world.add(
        "reference_code", list="incubator_address", code=INCUBATOR, valid_from=date(2020, 1, 1),
        received_at=at("2026-01-01"),
    )  # fmt: skip
    for firm in firms:
        founded = D - timedelta(days=firm["age_days"])
        world.add(
            "enterprise", uscc=firm["uscc"], name="N", entity_type="company", employees_insured=firm["staff"],
            established_on=founded, status="operating", valid_from=founded, **{kind: firm[kind] for kind in KINDS},
        )  # fmt: skip
        if firm["exported_ago"] is not None:
            moment = at(D - timedelta(days=firm["exported_ago"]))
            declare(world, firm["uscc"], moment, "100.00", uscc=firm["uscc"], amount_cny=firm["cny"])
        if firm["account"]:
            world.add(
                "forex", bop_no=firm["uscc"], uscc=firm["uscc"], direction="payment", amount=1, currency="USD",
                amount_usd=1, value_date=D, account_token=firm["account"],
            )  # fmt: skip
    return world


def by_hand(firms: list[Firm]) -> set[tuple[str, float]]:
    """Enterprises and values of every hit, from the firms alone."""
    label = {firm["uscc"]: firm["uscc"] for firm in firms}
    for _ in firms:
        for one in firms:
            for other in firms:
                ties = [kind for kind in (*KINDS, "account") if one[kind] and one[kind] == other[kind] != INCUBATOR]
                if ties:
                    label[one["uscc"]] = min(label[one["uscc"]], label[other["uscc"]])
    found = set()
    for leader in set(label.values()):
        ring = [firm for firm in firms if label[firm["uscc"]] == leader]
        young = [firm for firm in ring if firm["age_days"] < 365]
        joint = [firm for firm in ring if firm["exported_ago"] in (0, 89)]
        if len(ring) >= 4 and 2 * len(young) >= len(ring) and 2 * len(joint) >= len(ring):
            found |= {(firm["uscc"], float(len(ring))) for firm in ring}
    shells = [firm for firm in firms if firm["staff"] == 0 and firm["exported_ago"] is not None]
    return found | {(firm["uscc"], float(firm["cny"])) for firm in shells if firm["cny"] > 5_000_000}


@pytest.mark.parametrize("seed", range(10))
def test_rings_and_shells_are_those_found_by_hand(seed: int) -> None:
    firms = firms_by_chance(random.Random(seed))  # noqa: S311 - a world to test with, nothing secret
    hits = find_hits(told(firms).known(D), {"R14": R14}, D)
    assert {(hit.uscc, hit.value) for hit in hits} == by_hand(firms)
    assert [hit.uscc for hit in hits] == sorted(hit.uscc for hit in hits)


def test_the_worlds_by_chance_hold_rings_and_shells_and_neither() -> None:
    found = [by_hand(firms_by_chance(random.Random(seed))) for seed in range(10)]  # noqa: S311
    values = {value for hits in found for _, value in hits}
    assert any(value < 100 for value in values)
    assert 5_000_001.0 in values
    assert any(len(hits) < 12 for hits in found)
