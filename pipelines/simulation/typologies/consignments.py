"""Patterns planted in business trade."""

from __future__ import annotations

import numpy as np

from pipelines.simulation.columns import Integers
from pipelines.simulation.consignments import Consignments
from pipelines.simulation.world import World

MISWEIGHED = 0.35
"""R06: share of lines whose weight does not fit their code, three times too heavy."""

AGAIN = 0.5
AGAIN_DAYS = (25, 150)
"""R10: share of vehicles that were exported before, so many days ago; the limit is 180."""


def plant(world: World, trade: Consignments) -> Integers:
    """Plant R06, R09 and R10 in place. Returns the lines whose serial number goes out a second time."""
    random = world.settings.stream("planted-consignments")
    seller, day = trade.seller[trade.line_entry], trade.day[trade.line_entry]
    heavy = world.plan.covers("R06", seller, day) & (random.random(len(seller)) < MISWEIGHED)
    trade.grams[heavy] *= 3
    trade.refund_claimed[world.plan.covers("R09", trade.seller, trade.day)] = False
    again = world.plan.covers("R10", seller, day) & (trade.serial >= 0) & (random.random(len(seller)) < AGAIN)
    repeated, taken = [], set()
    for line in np.flatnonzero(again):
        gone = np.flatnonzero((seller == seller[line]) & (trade.serial >= 0) & (trade.serial != trade.serial[line]))
        gone = gone[(day[gone] <= day[line] - AGAIN_DAYS[0]) & (day[gone] >= day[line] - AGAIN_DAYS[1])]
        gone = gone[[(trade.line_entry[line], serial) not in taken for serial in trade.serial[gone]]]
        if len(gone):
            trade.serial[line] = trade.serial[random.choice(gone)]
            taken.add((trade.line_entry[line], trade.serial[line]))
            repeated.append(line)
    return np.array(repeated, dtype=np.int64)
