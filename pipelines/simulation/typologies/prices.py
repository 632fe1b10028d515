"""What conduct and R05 do to prices: discounts, a lean below the market, and lines at a third of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.retail import Retail
from pipelines.simulation.world import World

CHEAP_LINES = 0.4
CHEAP = (0.22, 0.36)
"""Share of lines, and their price against the honest one: under half of the median, and beyond 3.5 robust z."""

LEANING = 0.10
"""How far the worst pricing conduct lies below the market without being R05 (log)."""


DISCOUNTED = (0.15, 0.55)
DISCOUNT = (0.02, 0.16)
"""Share of orders with a discount, and its size, from the best pricing conduct to the worst."""


def give_discounts(world: World, retail: Retail, lean: NDArray[np.float64]) -> None:
    """Discounts by conduct (``lean``, 0 to 1 per order), in whole yuan."""
    random = world.settings.stream("discounts")
    rate = DISCOUNTED[0] + (DISCOUNTED[1] - DISCOUNTED[0]) * lean
    size = (DISCOUNT[0] + (DISCOUNT[1] - DISCOUNT[0]) * lean) * random.uniform(0.5, 1.5, retail.size)
    value = retail.per_order(retail.line_total)
    given = (random.random(retail.size) < rate) & (retail.underpaid == 0)
    retail.discount[:] = np.where(given, (value * size).astype(np.int64) // 100 * 100, 0)


def plant(world: World, retail: Retail, lean: NDArray[np.float64]) -> None:
    """Lower prices in place: a little by conduct (``lean``, 0 to 1 per order), far where R05 is planted."""
    random = world.settings.stream("planted-prices")
    order = retail.line_order
    factor = np.exp(-LEANING * lean[order])
    cheap = world.plan.covers("R05", retail.seller, retail.day)[order] & (random.random(len(order)) < CHEAP_LINES)
    factor = np.where(cheap, random.uniform(*CHEAP, len(order)), factor)
    retail.price[:] = np.maximum(np.round(retail.price * factor).astype(np.int64), 50)
