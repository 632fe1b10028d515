"""Codes, quality and parties looked up in worlds small enough to see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from expectations.vocabulary.moment import knowledge_cutoff
from features.asof import AsOf, Versions
from features.lookup.others import quality_counts, related_holdings, trace_steps
from tests.worlds.builder import World, at
from tests.worlds.trade import SELLER

D = date(2026, 3, 31)
OTHER = "OTHER"


def asked(world: World) -> tuple[Any, Versions, AsOf]:
    """What a look-up is given: an engine, the versions, and everything connected."""
    as_of = AsOf(D, knowledge_cutoff(D), frozenset(world.contracts))
    return world.engine(), Versions(world.contracts, world.versions_sql), as_of


def trace(world: World, step: int, record: str, previous: str | None, *, day: date = D, code: str = "t") -> None:
    world.add(
        "trace_event", trace_code=code, step=step, uscc=SELLER, sku="k", node="stored", record_hash=record,
        previous_hash=previous, recorded_at=at(day),
    )  # fmt: skip


def faults(world: World, code: str = "t") -> list[tuple[int, str, bool, bool]]:
    rows = trace_steps(*asked(world), code)
    return [(row["step"], row["previous_state"], row["is_broken"], row["is_before_previous"]) for row in rows]


def test_a_code_breaks_where_a_record_is_gone_names_another_or_comes_before() -> None:
    world = World()
    trace(world, 1, "a", None, day=D - timedelta(days=5))
    trace(world, 2, "b", "a", day=D - timedelta(days=6))
    trace(world, 3, "c", "x")
    trace(world, 5, "e", "d")
    trace(world, 1, "other", None, code="another")
    assert faults(world) == [
        (1, "not_due", False, False),
        (2, "present", False, True),
        (3, "present", True, False),
        (5, "missing", False, False),
    ]
    assert faults(world, "t' or true --") == []


def test_quality_is_counted_by_enterprise_good_and_month_and_a_return_once_for_its_enterprise() -> None:
    world = World()
    sample: dict[str, Any] = {"uscc": SELLER, "item": "safety", "verdict": "pass"}
    world.add("quality_sample", sample_no="1", sku="k", sampled_on=D, **sample)
    failed = {**sample, "verdict": "fail", "level": "serious", "recall_no": "r"}
    world.add("quality_sample", sample_no="2", sku="k", sampled_on=D, **failed)
    closed = {**failed, "closed_on": D}
    world.add("quality_sample", sample_no="3", sku="m", sampled_on=D - timedelta(days=31), **closed)
    world.add("quality_sample", sample_no="0", sku="k", sampled_on=D - timedelta(days=300), **failed)
    for line, sku in enumerate(("k", "m"), start=1):
        world.add(
            "inventory_line", received_at=at(D, 20), invt_no="i", line_no=line, hs_code="0", goods_name=f"good {sku}",
            sku=sku, origin_country="CN", quantity=1, unit="011", price=1, line_total=1,
        )  # fmt: skip
    for number, reason in (("1", "quality"), ("2", "no_reason")):
        world.add(
            "return", refund_no=number, direction="import", uscc=OTHER, invt_no="i", quantity=1, amount_cny=1,
            reason=reason, food=False, applied_at=at(D), relief_claimed=False,
        )  # fmt: skip
    found = quality_counts(*asked(world), D - timedelta(days=60), D)

    def told(cut: str) -> list[tuple[object, ...]]:
        names = ("cut", "samples", "failures", "serious_failures", "recalls", "open_recalls", "returns")
        return [tuple(row[name] for name in names) for row in found[cut]]

    assert told("uscc") == [(SELLER, 3, 2, 2, 2, 1, 0), (OTHER, 0, 0, 0, 0, 0, 1)]
    assert told("sku") == [("k", 2, 1, 1, 1, 1, 1), ("m", 1, 1, 1, 1, 0, 1)]
    assert told("month") == [("2026-02", 1, 1, 1, 1, 0, 0), ("2026-03", 2, 1, 1, 1, 1, 1)]
    assert [row["name"] for row in found["sku"]] == ["good k", "good m"]


def test_an_enterprise_is_told_with_everybody_it_is_tied_to_and_with_nobody_else() -> None:
    world = World()
    holders: dict[str, dict[str, Any]] = {
        "A": {"phone_token": "p"},
        "B": {"phone_token": "p", "address_token": "a"},
        "C": {"address_token": "a"},
        "X": {"phone_token": "q"},
        "Y": {"phone_token": "q"},
    }
    for uscc, tokens in holders.items():
        world.add(
            "enterprise", uscc=uscc, name="n", entity_type="company", established_on=date(2020, 1, 1),
            status="operating", valid_from=date(2026, 1, 1), **tokens,
        )  # fmt: skip
    held = [("A", "phone", "p"), ("B", "address", "a"), ("B", "phone", "p"), ("C", "address", "a")]
    assert related_holdings(*asked(world), "A") == held
    assert related_holdings(*asked(world), "Z") == []
