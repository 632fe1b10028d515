"""A page of many things: those after a given one, at most so many, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, TypeVar

from fastapi import Query

Item = TypeVar("Item")

After = Annotated[
    str,
    Query(max_length=80, pattern=r"^[\x20-\x7e]*$", description="``next`` of the page before; empty for the first."),
]
Limit = Annotated[int, Query(ge=1, le=2000, description="How many at most.")]
PAGE = 500


def page(items: Iterable[Item], after: str, limit: int, key: Callable[[Item], str]) -> tuple[list[Item], str | None]:
    """The items that follow the one named ``after``, and the key to ask the next page with; None on the last.

    The order is that of the items. An ``after`` that is not among them (it has ended since) gives an empty page.
    """
    remaining = iter(items)
    if after:
        for item in remaining:
            if key(item) == after:
                break
    found = list(islice(remaining, limit + 1))
    return found[:limit], key(found[limit - 1]) if len(found) > limit else None
