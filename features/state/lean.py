"""The rollups of a day one after another, with no more of the chain at hand than the next of them read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from features.days import CHAIN, ROLLUPS, create_chain_step, define_repeated_links, step_parameters
from features.engine import Engine, read_step

WIDEST = ("order_chain", "inventory_chain")
"""The two tables that hold most of a day. Rollups are made in an order in which the one is done with the other late."""

_WORD = re.compile(r"[a-z][a-z0-9_]*")


def each_rollup(engine: Engine, business_date: date) -> Iterator[str]:
    """Make the rollups of the days that are looked back at; gives the name of each when it is there.

    A step of the chain is made when the first rollup asks for it, with the columns that any step reads, and dropped
    behind the last. What a rollup leaves is its reader's to drop.
    """
    parameters = step_parameters(business_date)
    define_repeated_links(engine)
    order = sorted(ROLLUPS, key=_place)
    made: set[str] = set()
    for position, rollup in enumerate(order):
        for step in (step for step in CHAIN if step in chain_of(rollup) and step not in made):
            create_chain_step(engine, step, parameters, _words_of_readers(step))
            made.add(step)
        engine.create_table(rollup, read_step("features.rollups", rollup), parameters)
        yield rollup
        needed = frozenset[str]().union(*(chain_of(later) for later in order[position + 1 :]))
        for step in sorted(made - needed):
            engine.drop(step)
        made &= needed


def _place(rollup: str) -> tuple[bool, bool]:
    """Those of lists alone, then those of lists and orders, then those of orders."""
    orders, lists = (step in chain_of(rollup) for step in WIDEST)
    return orders, not lists


@cache
def chain_of(rollup: str) -> frozenset[str]:
    """The steps of the chain that a rollup needs, and those that they need."""
    needed: set[str] = set()
    open_ends = set(CHAIN) & _words("features.rollups", rollup)
    while open_ends:
        needed |= open_ends
        named = frozenset[str]().union(*(_words("features.chain", step) for step in open_ends))
        open_ends = (set(CHAIN) & named) - needed
    return frozenset(needed)


@cache
def _words_of_readers(step: str) -> frozenset[str]:
    """Every word of the steps that read one: the columns they name are among them."""
    texts = [("features.chain", other) for other in CHAIN if other != step]
    texts += [("features.rollups", rollup) for rollup in ROLLUPS]
    return frozenset[str]().union(*(words for place in texts if step in (words := _words(*place))))


@cache
def _words(package: str, step: str) -> frozenset[str]:
    return frozenset(_WORD.findall(re.sub(r"--.*", "", read_step(package, step))))
