"""Where parcels go: cities at home, countries abroad, and how far they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Place(NamedTuple):
    """A place of the track. ``division`` is empty abroad. Coordinates in hundred-thousandths of a degree."""

    name: str
    division: str
    country: str
    latitude: int
    longitude: int
    weight: float


SITE = Place("Alashankou customs site", "652702", "CN", 4517000, 8257000, 0.0)
HUB = Place("Urumqi hub", "650100", "CN", 4382000, 8762000, 0.0)
HOME_CITIES = (
    Place("Shanghai", "310115", "CN", 3123000, 12147000, 0.16),
    Place("Beijing", "110105", "CN", 3992000, 11644000, 0.14),
    Place("Guangzhou", "440106", "CN", 2313000, 11333000, 0.14),
    Place("Chengdu", "510107", "CN", 3064000, 10404000, 0.12),
    Place("Xi'an", "610113", "CN", 3421000, 10895000, 0.10),
    Place("Hangzhou", "330106", "CN", 3026000, 12013000, 0.10),
    Place("Wuhan", "420106", "CN", 3055000, 11432000, 0.10),
    Place("Urumqi", "650102", "CN", 4379000, 8763000, 0.08),
    Place("Bole", "652701", "CN", 4490000, 8207000, 0.06),
)
MARKETS = (
    Place("Almaty", "", "KZ", 4324000, 7690000, 0.38),
    Place("Moscow", "", "RU", 5576000, 3762000, 0.24),
    Place("Tashkent", "", "UZ", 4130000, 6924000, 0.14),
    Place("Bishkek", "", "KG", 4287000, 7459000, 0.10),
    Place("Warsaw", "", "PL", 5223000, 2101000, 0.08),
    Place("Berlin", "", "DE", 5252000, 1341000, 0.06),
)
PLACES = (SITE, HUB, *HOME_CITIES, *MARKETS)
FIRST_CITY = 2
FIRST_MARKET = FIRST_CITY + len(HOME_CITIES)
CITY_WEIGHTS = np.array([place.weight for place in HOME_CITIES])
MARKET_WEIGHTS = np.array([place.weight for place in MARKETS])
COUNTRIES = [place.country for place in PLACES]
DIVISIONS = [place.division for place in PLACES]
CURRENCY_OF_MARKET = ("KZT", "RUB", "USD", "USD", "EUR", "EUR")

CUSTOMS_CODES = ("9481", "9482", "9483")
"""Made-up office codes: the published lists contradict each other, and the zone brings its own reference list."""
