"""R05, under-valuation: a part of the lines at a third of the price of like goods."""

from __future__ import annotations

import numpy as np

from pipelines.simulation.retail import Retail
from pipelines.simulation.world import World

CHEAP_LINES = 0.4
CHEAP = (0.22, 0.36)
"""Share of lines, and their price against the honest one: under half of the median, and beyond 3.5 robust z."""

LEANING = 0.10
"""How far the worst pricing conduct lies below the market without being R05 (log)."""


def plant(world: World, retail: Retail, lean: np.ndarray) -> None:
    """Lower prices in place: a little by conduct (``lean``, 0 to 1 per order), far where R05 is planted."""
    random = world.settings.stream("planted-prices")
    order = retail.line_order
    factor = np.exp(-LEANING * lean[order])
    cheap = world.plan.covers("R05", retail.seller, retail.day)[order] & (random.random(len(order)) < CHEAP_LINES)
    factor = np.where(cheap, random.uniform(*CHEAP, len(order)), factor)
    retail.price[:] = np.maximum(np.round(retail.price * factor).astype(np.int64), 50)
