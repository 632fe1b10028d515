"""The SQL check of a unified social credit code agrees with the vocabulary's, code by code."""

from __future__ import annotations

import random

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contracts.uscc_check import verdict_sql
from expectations.vocabulary.uscc import ALPHABET, fault, inner_check_holds, surrogate

CONNECTION = duckdb.connect()


def verdicts(codes: list[str]) -> list[str | None]:
    """What the SQL says of each code."""
    query = f"SELECT {verdict_sql('code')} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS code)"
    return [row[0] for row in CONNECTION.execute(query, [codes]).fetchall()]


def expected(code: str) -> str | None:
    """What the vocabulary says of a code."""
    if outer := fault(code):
        return outer.replace(" ", "_")
    return None if inner_check_holds(code) else "inner_check"


def mutated(code: str, choice: random.Random) -> str:
    """A code with one character replaced, put in or left out."""
    place = choice.randrange(18)
    letter = choice.choice(ALPHABET + "IOSVZa中 ")
    return choice.choice(
        [code[:place] + letter + code[place + 1 :], code[:place] + letter + code[place:], code[:place]]
    )


def test_thousands_of_sound_codes_and_their_misprints_are_judged_alike() -> None:
    choice = random.Random(7)  # noqa: S311
    sound = [surrogate(str(number)) for number in range(2000)]
    codes = sound + [mutated(code, choice) for code in sound]
    found = verdicts(codes)
    assert found == [expected(code) for code in codes]
    assert found[:2000] == [None] * 2000
    assert {"length", "character", "check_character"} <= set(found)


def test_codes_with_a_sound_outer_and_a_wrong_inner_check_are_only_odd() -> None:
    choice = random.Random(8)  # noqa: S311
    bodies = ["91652702" + "".join(choice.choices(ALPHABET, k=9)) for _ in range(100)]
    codes = [body + last for body in bodies for last in ALPHABET]
    found = verdicts(codes)
    assert found == [expected(code) for code in codes]
    assert found.count("inner_check") + found.count(None) == 100  # one check character in 31 is right


@given(st.lists(st.text(alphabet=ALPHABET + "IOSVZabz中", min_size=15, max_size=20), min_size=20, max_size=50))
@settings(max_examples=50, deadline=None)
def test_any_text_is_judged_alike(codes: list[str]) -> None:
    assert verdicts(codes) == [expected(code) for code in codes]
