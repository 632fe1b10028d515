"""Patterns planted in the tracks of parcels."""

from __future__ import annotations

import numpy as np

from pipelines.simulation import places
from pipelines.simulation.columns import NEVER, SECOND, Booleans, Integers
from pipelines.simulation.retail import Retail
from pipelines.simulation.tracks import HOME_TRACK, RELEASED, SIGNED
from pipelines.simulation.world import World

TRANSIT = [1, 4, 5, 6]
"""Scans of a home track between warehouse and door."""

FALSE_TRACKS = 0.25
"""R08: share of parcels whose track cannot be true, in two ways by turns."""

ELSEWHERE = 0.3
"""R07: share of diverted parcels that are signed for in another place than declared."""


def plant(world: World, retail: Retail, times: Integers) -> tuple[Booleans, Integers]:
    """Plant R02, R07 and R08 in the scans.

    Parameters
    ----------
    world, retail:
        The zone and its trade.
    times:
        Moments of the scans (parcel, scan); changed in place.

    Returns
    -------
    tuple
        Whether each scan was made (parcel, scan), and the place where each parcel was signed for.
    """
    random = world.settings.stream("planted-tracks")
    kept = np.ones((retail.size, len(HOME_TRACK)), dtype=bool)
    signed_at = retail.place.copy()
    brushed = np.flatnonzero(retail.is_brushed)
    kept[brushed[:, None], np.array(TRANSIT)] = False
    times[brushed, SIGNED] = times[brushed, RELEASED] + random.integers(1, 3, len(brushed)) * 3600 * SECOND
    diverted = np.flatnonzero(world.plan.covers("R07", retail.seller, retail.day))
    diverted = diverted[random.random(len(diverted)) < ELSEWHERE]
    signed_at[diverted] = places.FIRST_CITY + (signed_at[diverted] - places.FIRST_CITY + 1) % len(places.HOME_CITIES)
    false = np.flatnonzero(world.plan.covers("R08", retail.seller, retail.day) & (retail.released != NEVER))
    false = false[random.random(len(false)) < FALSE_TRACKS]
    before, silent = false[::2], false[1::2]
    times[before, SIGNED] = times[before, RELEASED] - 2 * 3600 * SECOND  # signed for before it was released
    kept[silent, RELEASED + 1 :] = False  # never scanned again
    return kept, signed_at
