"""R12, split settlement: one remitter sends many receipts just under the quota to payees who share a phone."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pipelines.simulation import places
from pipelines.simulation.plan import Episode
from pipelines.simulation.settlement import Transfers
from pipelines.simulation.world import World

RECEIPTS = 8
WITHIN_DAYS = 4
JUST_UNDER = (4_560_000, 4_990_000)
"""Receipts of a bout, the days it takes, and US cents: within a tenth below 50,000 USD."""

EVERY_DAYS = 21


def planted(world: World) -> Transfers:
    """The receipts of all R12 groups: a bout every three weeks of an episode, the last one in its last days."""
    random = world.settings.stream("planted-transfers")
    groups: dict[int, list[Episode]] = defaultdict(list)
    for episode in world.plan.of("R12"):
        groups[episode.group].append(episode)
    parts: list[tuple[int, int, int]] = []  # payee, day, remitter
    for group, members in groups.items():
        for bout in range(members[0].last_day - WITHIN_DAYS, members[0].first_day, -EVERY_DAYS):
            days = bout + random.integers(0, WITHIN_DAYS, RECEIPTS)
            parts += [
                (members[at % len(members)].enterprise, int(day), 2 * 10**9 + group) for at, day in enumerate(days)
            ]
    table = np.array(parts, dtype=np.int64).reshape(-1, 3)
    size = len(table)
    return Transfers(
        enterprise=table[:, 0],
        is_receipt=np.ones(size, dtype=bool),
        usd=random.integers(*JUST_UNDER, size),
        fees=np.zeros(size, dtype=np.int64),
        day=table[:, 1],
        party=table[:, 2],
        place=np.full(size, places.FIRST_MARKET),
        account=table[:, 0],
        trade=np.full(size, -1),
    )
