"""Connected components of enterprises over the tokens they share: a step in Python, where SQL is the wrong tool."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import networkx as nx
import pandas as pd

from features.engine import Engine, read_step

Holding = tuple[str, str, str]
"""An enterprise, the kind of a token, and the token."""


def build_related_parties(engine: Engine, business_date: date) -> None:
    """Create ``related_party``: one row per enterprise that shares a token with another, as of D.

    Columns ``uscc``, ``component`` (the smallest code among its members) and ``members`` (how many there are, itself
    included, two at least). Needs the ``known_`` views.
    """
    engine.create_table_of("related_party", _frame(related_enterprises(engine, business_date)))


def related_enterprises(engine: Engine, business_date: date) -> list[tuple[str, ...]]:
    """Members of every component as of D, as ``components`` gives them. Needs the ``known_`` views."""
    rows = engine.rows(read_step("features.parties", "shared_token"), {"business_date": business_date})
    return components((str(uscc), str(kind), str(token)) for uscc, kind, token in rows)


def components(holdings: Iterable[Holding]) -> list[tuple[str, ...]]:
    """Members of every component with two enterprises or more, each in order of the code, in order of the first."""
    graph = nx.Graph()
    for uscc, kind, token in holdings:
        graph.add_edge(("enterprise", uscc), (kind, token))
    together = (
        tuple(sorted(name for kind, name in nodes if kind == "enterprise")) for nodes in nx.connected_components(graph)
    )
    return sorted(members for members in together if len(members) > 1)


def _frame(parties: list[tuple[str, ...]]) -> pd.DataFrame:
    rows = [(uscc, members[0], len(members)) for members in parties for uscc in members]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return pd.DataFrame(
        {
            "uscc": pd.Series(columns[0], dtype=str),
            "component": pd.Series(columns[1], dtype=str),
            "members": pd.Series(columns[2], dtype="int64"),
        }
    )
