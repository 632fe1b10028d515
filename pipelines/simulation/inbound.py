"""Bonded imports come in bulk: one declaration a month fills the warehouse for what is sold out of it."""

from __future__ import annotations

import numpy as np

from pipelines.simulation import goods, places
from pipelines.simulation.columns import DAY, SECOND, midnight
from pipelines.simulation.consignments import MODES, Consignments
from pipelines.simulation.enterprises import Service
from pipelines.simulation.rates import USD
from pipelines.simulation.retail import BONDED, Retail
from pipelines.simulation.world import World

SPARE = 1.2
"""A fifth more comes in than is sold, so that there is a stock to count."""

COST = 0.92
"""Import price against retail price: so close that R05, which compares both kinds of lines, takes none for cheap."""

AHEAD_DAYS = 6


def fill_warehouses(world: World, retail: Retail) -> Consignments:
    """One declaration (mode 5034, goods into the zone) per bonded importer and month, one line per article."""
    random = world.settings.stream("inbound")
    bonded = np.isin(retail.mode, BONDED)[retail.line_order] & ~retail.is_export[retail.line_order]
    order, article = retail.line_order[bonded], retail.article[bonded]
    months = world.calendar.month_count
    group = article * months + retail.month[order]
    sold = np.bincount(group, weights=retail.quantity[bonded], minlength=len(world.articles.seller) * months)
    filled = np.flatnonzero(sold)
    article, month = filled // months, filled % months
    seller = world.articles.seller[article]
    entry_key, line_entry = np.unique(month * world.population.size + seller, return_inverse=True)
    by_entry = np.argsort(line_entry, kind="stable")
    article, line_entry, filled = article[by_entry], line_entry[by_entry], filled[by_entry]
    first = np.searchsorted(line_entry, line_entry)
    entry_month, entry_seller = entry_key // world.population.size, entry_key % world.population.size
    size = len(entry_key)
    day = world.calendar.month_starts[entry_month] - AHEAD_DAYS
    quantity = np.ceil(sold[filled] * SPARE).astype(np.int64) + 12
    rate = world.rates.table[entry_month[line_entry], USD] / world.rates.table[0, 0]
    declared = midnight(day) + (9 * 3600 + random.integers(0, 25_000, size)) * SECOND
    none = np.full(size, -1)
    return Consignments(
        seller=entry_seller,
        day=day,
        month=world.calendar.month_of(day),
        mode=np.full(size, MODES.index("5034")),
        is_export=np.zeros(size, dtype=bool),
        owner=entry_seller,
        principal=none,
        broker=world.population.serving(Service.BROKER)[entry_seller % 2],
        platform=none,
        currency=np.full(size, USD),
        place=np.full(size, places.FIRST_MARKET),
        party=3 * 10**9 + entry_seller * 4 + entry_month % 3,
        declared=declared,
        released=declared + random.integers(3600, DAY // SECOND, size) * SECOND,
        departed=declared,
        refund_claimed=np.zeros(size, dtype=bool),
        line_entry=line_entry,
        line_no=np.arange(len(line_entry)) - first + 1,
        article=article,
        quantity=quantity,
        price=np.maximum(np.round(world.articles.price[article] * COST / rate).astype(np.int64), 1),
        serial=np.full(len(line_entry), -1),
        grams=goods.GRAMS[world.articles.good[article]] * quantity,
    )
