"""Two who do the same are each found, by their own documents: nothing of the one is laid at the other's door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from expectations.contracts.schema import Contract
from expectations.vocabulary.uscc import surrogate
from features.typologies import Hit, find_hits
from models.policy.book import PolicyBook
from models.policy.parameters import typology_parameters
from tests.policy.pattern_cases import WHO, FiledCase, pattern_cases
from tests.worlds.builder import World
from tests.worlds.trade import CARRIER, PLATFORM

TWINS = {code: surrogate(f"twin of {name}") for name, code in WHO.items() if code not in (PLATFORM, CARRIER)}
NUMBERS = ("_no", "_id", "_token", "_tokens", "_hash", "vin", "trace_code", "summary_of")
"""What names a document, a person or a thing; codes, goods and places stay the same for both."""

BOOK = PolicyBook.load()


def twin_of(contract: Contract, fields: dict[str, Any]) -> dict[str, Any]:
    """A row as the twin would have sent it."""
    told = {}
    for field in contract.fields:
        value = fields[field.name]
        if field.check == "uscc":
            value = TWINS.get(value, value)
        elif field.type == "string" and field.name.endswith(NUMBERS) and value is not None:
            value = f"~{value}"
        told[field.name] = value
    return told


def with_twins(world: World) -> World:
    """Everything once more, by others."""
    for table, rows in world.rows.items():
        if table not in ("exchange_rate", "hs_rate"):
            for row in list(rows):
                world.add(table, **twin_of(world.contracts[table], row))
    return world


def twin_document(document: str, names: set[str]) -> str:
    """The twin's document beside one of the first; of a key of several parts each that is a name."""
    parts = document.split("/")
    return "/".join(TWINS.get(part, f"~{part}" if f"~{part}" in names else part) for part in parts)


def hits_of(filed: FiledCase, world: World) -> list[Hit]:
    case = filed.case
    numbers = typology_parameters(BOOK.in_force(case.day))[case.rule]
    return find_hits(world.known(case.day), {case.rule: {**numbers, **case.numbers}}, case.day)


def ordered(hits: list[Hit]) -> list[Hit]:
    """By enterprise, with documents by name: those of equal weight stand by name in the evidence, and twins' differ."""
    return sorted((replace(hit, evidence=tuple(sorted(hit.evidence))) for hit in hits), key=lambda hit: hit.uscc)


def told(filed: FiledCase) -> World:
    world = World()
    for told in filed.case.given:
        told.tell(world)
    return world


def first_of_each_rule() -> list[FiledCase]:
    """The first case of each rule with a hit that names documents."""
    chosen: dict[str, FiledCase] = {}
    for filed in pattern_cases():
        if filed.case.hits:
            chosen.setdefault(filed.case.rule, filed)
    return list(chosen.values())


@pytest.mark.parametrize("filed", first_of_each_rule(), ids=lambda filed: filed.case.rule)
def test_a_twin_is_found_beside_the_first_and_neither_is_held_to_the_other_s_documents(filed: FiledCase) -> None:
    alone = hits_of(filed, told(filed))
    both = with_twins(told(filed))
    names = {value for rows in both.rows.values() for row in rows for value in row.values() if isinstance(value, str)}
    twins = [
        replace(hit, uscc=TWINS[hit.uscc], evidence=tuple(twin_document(document, names) for document in hit.evidence))
        for hit in alone
    ]
    together = hits_of(filed, both)
    assert ordered(together) == ordered([*alone, *twins])
