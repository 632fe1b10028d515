"""Border residents' trade, the processors that buy from it, and barter contracts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods
from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Booleans,
    Integers,
    constant,
    dates,
    decimals,
    integers,
    midnight,
    texts,
    tokens,
    words,
)
from pipelines.simulation.consignments import MODES, Consignments, Worth
from pipelines.simulation.enterprises import Temperament
from pipelines.simulation.rows import Rows
from pipelines.simulation.warehouse import KINDS, Movements
from pipelines.simulation.world import World

RESIDENTS = 70
"""Residents who trade with one processor: each comes on a few days a month, far from the 25 of R17."""

TRADES_A_DAY = (3, 9)
RESIDENTS_PER_DEVICE = 4
DAY_LIMIT_FEN = 800_000
HONEST_VALUE_FEN = (250_000, 790_000)

SOLD_OF_INPUT = 0.93
"""An honest processor sells a little less of a good than residents brought."""

OVERSOLD = 1.5
"""R17: it sells half as much again as residents ever brought."""

OVER_LIMIT = 0.15
"""R17: share of trades above the day's limit, and with one device for all residents."""


class BorderWriter:
    """Trades of residents by processor and day."""

    def __init__(self, world: World) -> None:
        self._world = world
        random = world.settings.stream("border")
        processors = world.population.of(Temperament.BORDER_PROCESSOR)
        days = world.calendar.days
        counts = random.integers(*TRADES_A_DAY, (len(days), len(processors)))
        counts[world.calendar.business_rhythm() < 0.5] = 0
        flat = np.repeat(np.arange(counts.size), counts.ravel())
        self._day = days[flat // max(len(processors), 1)]
        self._processor = processors[flat % max(len(processors), 1)] if len(processors) else flat
        place = np.arange(len(flat)) - np.searchsorted(flat, flat)
        self._planted = world.plan.covers("R17", self._processor, self._day)
        turn = (self._day * 11 + place) % RESIDENTS
        self._resident = self._processor * RESIDENTS + turn
        self._device = np.where(self._planted, self._processor, 10**6 + self._resident // RESIDENTS_PER_DEVICE)
        value = random.integers(*HONEST_VALUE_FEN, len(flat))
        over = self._planted & (random.random(len(flat)) < OVER_LIMIT)
        self._value = np.where(over, DAY_LIMIT_FEN + value // 4, value)
        self._article = world.articles.first[self._processor] + self._day % 2
        self._quantity = self._value * 1000 // np.maximum(world.articles.price[self._article], 1)
        self._when = midnight(self._day) + (10 * 3600 + place * 1200) * SECOND

    def trades(self) -> Rows:
        """Table ``border_trade``."""
        seed, count = self._world.settings.seed, len(self._day)
        good = self._world.articles.good[self._article]
        is_cooperative = self._world.population.entity_type[self._processor] == 2
        nobody = np.full(count, -1)
        columns = {
            "trade_no": texts(count, [b"HS", (np.arange(count) + 1, 10)]),
            "resident_token": tokens("r", self._resident, seed),
            "device_token": tokens("d", self._device + 10**14, seed),
            "cooperative_uscc": self._world.uscc(np.where(is_cooperative, self._processor, nobody)),
            "processor_uscc": self._world.uscc(np.where(is_cooperative, nobody, self._processor)),
            "goods_name": words(goods.NAMES, good),
            "hs_code": words(goods.HS_CODES, good),
            "quantity": decimals(self._quantity, 5, digits_of_units=3),
            "direction": constant(count, "import"),
            "value_cny": decimals(self._value, 2),
            "traded_on": dates(self._day),
        }
        return Rows("border_trade", "border_trade", pa.table(columns), midnight(self._day + 1), soft="device_token")

    def movements(self) -> Movements:
        """What came in by residents, and nine tenths of it out again the next day as goods sold."""
        share = np.where(self._planted, OVERSOLD, SOLD_OF_INPUT)
        out = (self._quantity * share).astype(np.int64)
        count = len(out)
        nothing = np.full(2 * count, -1)
        return Movements(
            kind=np.full(2 * count, KINDS.index("domestic")),
            owner=np.tile(self._processor, 2),
            article=np.tile(self._article, 2),
            is_out=np.repeat([False, True], count),
            quantity=np.concatenate([self._quantity, out]),
            order=nothing,
            entry=nothing,
            moved=np.concatenate([self._when, self._when + 86_400 * SECOND]),
        )


BARTER_DAYS = (30, 90)
DUE_DAYS = 120
FAIR = 0.05
"""Honest legs differ by less than this; R18 counts above 10 %."""

SHORT_LEG = (0.35, 0.7)


def barter_legs(world: World, trade: Consignments, worth: Worth, entry_numbers: pa.Array) -> Rows:
    """Table ``barter_leg``: what went out by declaration, and what is to come in for it.

    A leg is known when the contract is made, and again when it is delivered. In R18 the leg that comes in is short,
    or never comes.
    """
    random = world.settings.stream("barter")
    out = np.flatnonzero((trade.mode == MODES.index("0130")) & trade.is_export)
    count = len(out)
    seller, day = trade.seller[out], trade.day[out]
    planted = world.plan.covers("R18", seller, day)
    fair = worth.cny[out] * random.uniform(1 - FAIR, 1 + FAIR, count)
    value = np.where(planted, worth.cny[out] * random.uniform(*SHORT_LEG, count), fair).astype(np.int64)
    arrives = day + random.integers(*BARTER_DAYS, count)
    arrives = np.where(planted & (np.arange(count) % 3 == 0), NEVER, arrives)
    made, back = np.arange(count), np.flatnonzero((arrives != NEVER) & (arrives <= world.calendar.last_day))
    which = np.concatenate([made, made, back])  # the leg out, the leg in as agreed, the leg in as delivered
    is_in = np.repeat([False, True, True], [count, count, len(back)])
    is_delivered = np.repeat([True, False, True], [count, count, len(back)])
    delivered = np.where(is_in, arrives[which], day[which])
    delivered = np.where(is_delivered, delivered, NEVER)
    document = _documents(entry_numbers.take(pa.array(out[which])), which, is_in, is_delivered)
    columns = {
        "contract_no": texts(len(which), [b"YH", (out[which], 9)]),
        "leg_no": integers(is_in + 1),
        "uscc": world.uscc(seller[which]),
        "direction": words(["out", "in"], is_in),
        "value_cny": decimals(np.where(is_in, value[which], worth.cny[out][which]), 2),
        "document_no": document,
        "delivered_on": dates(delivered),
        "due_on": dates(day[which] + DUE_DAYS),
    }
    known = midnight(np.where(is_delivered, delivered, day[which]) + 1)
    return Rows("barter_leg", "commerce", pa.table(columns), known)


def _documents(entries: pa.Array, which: Integers, is_in: Booleans, is_delivered: Booleans) -> pa.Array:
    """The declaration of the leg out, a warehouse receipt of the leg in, nothing before delivery."""
    receipts = texts(len(which), [b"RK", (which, 12)])
    chosen = pa.compute.if_else(pa.array(is_in), receipts, entries)
    return pa.compute.if_else(pa.array(is_delivered), chosen, pa.scalar(None, chosen.type))
