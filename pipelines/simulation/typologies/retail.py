"""Patterns planted in retail trade: they change the drawn orders before any document is written."""

from __future__ import annotations

import numpy as np

from pipelines.simulation import retail as honest
from pipelines.simulation.columns import DAY, NEVER, SECOND, Integers
from pipelines.simulation.plan import Episode
from pipelines.simulation.retail import Retail
from pipelines.simulation.world import World

MISMATCHED = 0.09
"""R01: share of lists with a mismatch, against the threshold of 1 %."""

BRUSHED = 0.45
"""R02: share of orders that nobody placed."""

SPLIT = 0.30
SPLIT_VALUE_FEN = 300_000
"""R03: share of orders that belong to a pair, each of at least this value and at most 5,000 CNY."""

BORROWED = 0.25
BORROWED_VALUE_FEN = 180_000
BORROWERS = 3
"""R04: share of orders in the names of a few buyers, and as many again that go to one phone."""

DIVERTED = 0.35
"""R07: share of parcels to one address."""

STRANGERS = 10**13
"""Ids of planted buyers, accounts and addresses start here, apart from everyone else's."""


def plant(world: World, retail: Retail) -> None:
    """Plant R01 to R04 and R07 in place. What concerns prices is planted in both kinds of trade by ``prices``."""
    random = world.settings.stream("planted-retail")
    for number, episode in enumerate(world.plan.episodes):
        planter = _PLANTERS.get(episode.typology)
        if planter is not None:
            mine = _orders_of(retail, episode)
            if len(mine):
                planter(retail, mine, STRANGERS + number * 10**6, random)


def _orders_of(retail: Retail, episode: Episode) -> Integers:
    inside = (retail.day >= episode.first_day) & (retail.day <= episode.last_day)
    return np.flatnonzero((retail.seller == episode.enterprise) & inside)


def _mismatch(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R01: no payment, or one that differs, or one by somebody else."""
    bad = mine[random.random(len(mine)) < MISMATCHED]
    how = np.arange(len(bad)) % 3
    retail.has_payment[bad[how == 0]] = False
    retail.underpaid[bad[how == 1]] = random.integers(300, 2000, int((how == 1).sum()))
    retail.payer[bad[how == 2]] = stranger + np.arange(int((how == 2).sum()))


def _brush(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R02: orders of a week paid within a minute from one account, to five addresses, and signed for at once."""
    fake = mine[random.random(len(mine)) < BRUSHED]
    week_end = (retail.day[fake] // 7) * 7 + 3
    shift = (week_end - retail.day[fake]) * DAY
    evening = (retail.day[fake] + 1) * DAY - 12 * 3600 * SECOND  # 20:00 in the zone
    jitter = random.integers(0, 50, len(fake)) * SECOND
    move = evening + shift - retail.paid[fake] + jitter
    for name in ("ordered", "paid", "shipped", "declared"):
        getattr(retail, name)[fake] += move
    for name in ("released", "cancelled"):
        moments = getattr(retail, name)
        moments[fake] = np.where(moments[fake] == NEVER, NEVER, moments[fake] + move)
    retail.day[fake] = week_end
    retail.account[fake] = stranger
    retail.address[fake] = stranger + np.arange(len(fake)) % 5
    retail.place[fake] = honest.destinations(retail.address[fake], retail.is_export[fake])
    retail.is_brushed[fake] = True


def _split(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R03: one purchase over the limit becomes two orders of the same goods by the same buyer, hours apart."""
    del stranger  # the buyer is an honest one's own
    single = mine[np.bincount(retail.line_order, minlength=retail.size)[mine] == 1]
    pairs = single[: len(single) // 2 * 2].reshape(-1, 2)
    pairs = pairs[random.random(len(pairs)) < SPLIT]
    one, two = pairs[:, 0], pairs[:, 1]
    for name in ("buyer", "payer", "phone", "address", "account", "place", "platform", "day", "month"):
        getattr(retail, name)[two] = getattr(retail, name)[one]
    lag = random.integers(1800, 4 * 3600, len(one)) * SECOND
    for name in ("ordered", "paid", "shipped", "declared", "released"):
        getattr(retail, name)[two] = getattr(retail, name)[one] + lag
    retail.cancelled[pairs] = NEVER
    for name in ("released",):
        fresh = retail.declared[pairs] + 3600 * SECOND
        getattr(retail, name)[pairs] = fresh
    first_line = np.searchsorted(retail.line_order, pairs)
    retail.article[first_line[:, 1]] = retail.article[first_line[:, 0]]
    retail.price[first_line[:, 1]] = retail.price[first_line[:, 0]]
    _revalue(retail, first_line.ravel(), SPLIT_VALUE_FEN)


def _borrow(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R04: a few borrowed names buy far over the yearly quota, and one phone receives for many."""
    draw = random.random(len(mine))
    names, phones = mine[draw < BORROWED], mine[(draw >= BORROWED) & (draw < 2 * BORROWED)]
    borrowed = stranger + np.arange(len(names)) % BORROWERS
    for name in ("buyer", "payer", "account", "phone"):
        getattr(retail, name)[names] = borrowed
    _revalue(retail, np.searchsorted(retail.line_order, names), BORROWED_VALUE_FEN)
    retail.phone[phones] = stranger + 500_000


def _divert(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R07: bonded goods go to one address."""
    bad = mine[random.random(len(mine)) < DIVERTED]
    retail.address[bad] = stranger
    retail.place[bad] = honest.destinations(retail.address[bad], retail.is_export[bad])


def _double_book(retail: Retail, mine: Integers, stranger: int, random: np.random.Generator) -> None:
    """R08, in part: one waybill number serves two lists. Its other signs are in the tracks."""
    del stranger
    later = mine[1:][random.random(len(mine) - 1) < 0.08]
    earlier = mine[np.searchsorted(mine, later) - 1]
    retail.parcel[later] = earlier
    retail.carrier[later] = retail.carrier[earlier]
    retail.has_waybill[later] = False


def _revalue(retail: Retail, line: Integers, least: int) -> None:
    """Raise the quantity of lines until they are worth at least this much, in fen."""
    retail.quantity[line] = np.maximum(-(-least // retail.price[line]), 1)


_PLANTERS = {
    "R01": _mismatch,
    "R02": _brush,
    "R03": _split,
    "R04": _borrow,
    "R07": _divert,
    "R08": _double_book,
}
