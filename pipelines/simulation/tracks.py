"""Logistics tracks: the eight scans of every parcel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.simulation import places
from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Booleans,
    Integers,
    decimals,
    moments,
    texts,
    tokens,
    words,
)
from pipelines.simulation.conduct import Conduct, Kind
from pipelines.simulation.retail import Retail
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

EVENTS = (
    "picked_up",
    "at_warehouse",
    "out_of_warehouse",
    "at_customs_site",
    "released",
    "loaded",
    "in_transit",
    "exited",
    "arrived_abroad",
    "out_for_delivery",
    "signed",
)
HOME_TRACK = (0, 2, 3, 4, 5, 6, 9, 10)
ABROAD_TRACK = (0, 1, 3, 4, 5, 7, 8, 10)
SCANS = len(HOME_TRACK)
RELEASED = 3
SIGNED = 7

HOME_HOURS = (7.0, 22.0, 26.0, 7.0)
ABROAD_HOURS = (10.0, 30.0, 60.0, 50.0)
"""Mean hours from release to the four scans behind it. Never under a third of that, so that no honest parcel seems to
fly at over 1,000 km an hour."""

SLOWNESS = 0.8
"""The worst carrier habits stretch a journey by this share."""

HOLES = (0.01, 0.12)
"""Share of scans of a journey that are missing, by conduct. The first, the release and the last always come."""


def scan_times(retail: Retail, conduct: Conduct, random: np.random.Generator) -> Integers:
    """Moments of the eight scans (parcel, scan), in order; those of a cancelled list end at the customs site."""
    size = retail.size
    times = np.empty((size, SCANS), dtype=np.int64)
    lead = retail.declared - retail.shipped
    times[:, 0] = retail.shipped + lead // 6
    times[:, 1] = retail.shipped + lead // 2
    times[:, 2] = retail.declared - 600 * SECOND
    released = np.where(retail.released == NEVER, retail.declared + 3600 * SECOND, retail.released)
    times[:, 3] = released
    slow = 1 + SLOWNESS * conduct.at(Kind.LOGISTICS, retail.seller, retail.month)
    hours = np.where(retail.is_export[:, None], np.array(ABROAD_HOURS), np.array(HOME_HOURS))
    gaps = hours * slow[:, None] * np.maximum(random.gamma(4.0, 0.25, (size, 4)), 0.34)
    times[:, 4:] = released[:, None] + np.cumsum((gaps * 3600).astype(np.int64), axis=1) * SECOND
    return times


def write_tracks(world: World, retail: Retail, times: Integers, kept: Booleans, signed_at: Integers) -> Rows:
    """Table ``waybill_event`` from the moments of the scans and whether each was made, both (parcel, scan)."""
    random = world.settings.stream("tracks")
    rate = HOLES[0] + (HOLES[1] - HOLES[0]) * world.conduct.at(Kind.LOGISTICS, retail.seller, retail.month)
    hole = random.random(kept.shape, dtype=np.float32) < rate[:, None].astype(np.float32)
    hole[:, [0, RELEASED, SIGNED]] = False
    stands = kept & ~hole & retail.has_waybill[:, None]
    stands[retail.released == NEVER, RELEASED:] = False
    parcel, scan = np.nonzero(stands)
    is_export = retail.is_export[parcel]
    event = np.where(is_export, np.array(ABROAD_TRACK)[scan], np.array(HOME_TRACK)[scan])
    goal = np.where(scan == SIGNED, signed_at[parcel], retail.place[parcel])
    place = _places(goal, scan, is_export)
    is_home = place < places.FIRST_MARKET
    when = times[parcel, scan]
    latitude = np.array([spot.latitude for spot in places.PLACES])
    longitude = np.array([spot.longitude for spot in places.PLACES])
    columns = {
        "carrier_uscc": world.uscc(retail.carrier[parcel]),
        "logistics_no": texts(len(parcel), [b"YD", (parcel + 10_000_000, 11), b"CN"]),
        "event": words(EVENTS, event),
        "event_at": moments(when),
        "place": words([spot.name for spot in places.PLACES], place),
        "place_division": words(places.DIVISIONS, place, is_home),
        "latitude": decimals(latitude[place], 5),
        "longitude": decimals(longitude[place], 5),
        "device_token": tokens("d", retail.carrier[parcel] * 50 + parcel % 37 + 10**12, world.settings.seed),
    }
    return Rows("waybill_event", "logistics", pa.table(columns), when)


def _places(goal: Integers, scan: Integers, is_export: Booleans) -> Integers:
    """The site until release and loading, the hub in transit, the destination at the end."""
    site, hub = places.PLACES.index(places.SITE), places.PLACES.index(places.HUB)
    at_home = np.where(scan <= 4, site, np.where(scan == 5, hub, goal))
    abroad = np.where(scan <= 5, site, goal)
    return np.asarray(np.where(is_export, abroad, at_home))
