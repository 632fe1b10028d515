"""Goods that come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods
from pipelines.simulation.columns import (
    DAY,
    NEVER,
    SECOND,
    Booleans,
    Integers,
    decimals,
    flags,
    moments,
    texts,
    words,
)
from pipelines.simulation.conduct import Kind
from pipelines.simulation.consignment_documents import vins
from pipelines.simulation.consignments import Consignments
from pipelines.simulation.retail import Retail, Sums
from pipelines.simulation.retail_documents import DIRECTIONS, RetailWriter
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

RATE = (0.012, 0.16)
"""Share of retail orders that come back, from the best conduct to the worst."""

MISMATCH = (0.003, 0.05)
"""Share of returns whose bar code does not match: so far under the 10 % of R13 that chance rarely carries twenty honest
returns over it."""

PLANTED_RATE = 0.55
PLANTED_MISMATCH = 0.3
APPLY_WITHIN_DAYS = (3, 22)
ARRIVE_WITHIN_DAYS = (4, 15)
"""Both legs of an honest return end within 38 days of release: inside the 30 and 45 of the import rule."""

REASONS = ("no_reason", "quality", "wrong_item", "damaged", "refused")


@dataclass(frozen=True)
class Returns:
    """Returns of retail orders: position of the order, and the moments."""

    order: Integers
    applied: Integers
    arrived: Integers
    matches: Booleans
    weighs: Integers


def come_back(world: World, retail: Retail, sums: Sums) -> Returns:
    """Draw which orders come back."""
    random = world.settings.stream("returns")
    level = world.conduct.at(Kind.RETURNS, retail.seller, retail.month)
    is_planted = world.plan.covers("R13", retail.seller, retail.day)
    rate = np.where(is_planted, PLANTED_RATE, RATE[0] + (RATE[1] - RATE[0]) * level**1.5)
    order = np.flatnonzero((random.random(retail.size) < rate) & (retail.released != NEVER))
    size = len(order)
    applied = retail.released[order] + _days(random.integers(*APPLY_WITHIN_DAYS, size), random)
    arrived = applied + _days(random.integers(*ARRIVE_WITHIN_DAYS, size), random)
    wrong = np.where(is_planted[order], PLANTED_MISMATCH, MISMATCH[0] + (MISMATCH[1] - MISMATCH[0]) * level[order])
    matches = random.random(size) >= wrong
    grams = sums.grams[order]
    return Returns(order, applied, arrived, matches, np.where(matches, grams, grams * 6 // 10 + 1))


def _days(days: Integers, random: np.random.Generator) -> Integers:
    return np.asarray(days * DAY + random.integers(0, 86_400, len(days)) * SECOND)


def write_returns(world: World, retail: Retail, sums: Sums, back: Returns, writer: RetailWriter) -> Rows:
    """Table ``return``: known when applied for, and again when the goods have arrived."""
    random = world.settings.stream("returns-written")
    count = len(back.order)
    reason = random.choice(len(REASONS), count, p=[0.5, 0.14, 0.12, 0.08, 0.16])
    claimed = random.random(count) < 0.9
    first_line = np.flatnonzero(retail.line_no == 1)
    good = world.articles.good[retail.article[first_line]][back.order]
    index = np.concatenate([np.arange(count), np.arange(count)])
    arrived = np.concatenate([np.full(count, NEVER), back.arrived])
    order = back.order[index]
    has_arrived = arrived != NEVER
    is_food = goods.FOOD[good][index]
    columns = {
        "refund_no": texts(len(index), [b"TH", (order, 12)]),
        "direction": words(DIRECTIONS, retail.is_export[order]),
        "uscc": world.uscc(retail.seller[order]),
        "invt_no": writer.list_numbers(order),
        "platform_uscc": world.uscc(retail.platform[order]),
        "order_no": writer.order_numbers(order),
        "quantity": decimals(sums.pieces[order], 5, digits_of_units=0),
        "amount_cny": decimals(sums.goods_value[order], 2),
        "reason": words(REASONS, reason[index]),
        "food": flags(is_food),
        "bar_code_matches": flags(back.matches[index], has_arrived),
        "declared_weight_kg": decimals(sums.grams[order], 5, digits_of_units=3),
        "found_weight_kg": decimals(back.weighs[index], 5, present=has_arrived, digits_of_units=3),
        "applied_at": moments(back.applied[index]),
        "arrived_at": moments(arrived),
        "relief_claimed": flags(claimed[index] & ~(is_food & retail.is_export[order])),
        "original_state": flags(back.matches[index], has_arrived),
    }
    known = np.where(has_arrived, arrived + 3600 * SECOND, back.applied[index])
    return Rows("return", "customs", pa.table(columns), known, soft="declared_weight_kg")


def write_vehicle_returns(world: World, trade: Consignments, repeated: Integers, entry_numbers: pa.Array) -> Rows:
    """Table ``return`` for R10: the vehicle that goes out again had come back some days before."""
    entry, count = trade.line_entry[repeated], len(repeated)
    applied = trade.declared[entry] - 12 * DAY
    columns = {
        "refund_no": texts(count, [b"TC", (repeated, 12)]),
        "direction": words(DIRECTIONS, np.ones(count, dtype=np.int64)),
        "uscc": world.uscc(trade.seller[entry]),
        "entry_id": entry_numbers.take(pa.array(_first_entries(trade, repeated))),
        "quantity": decimals(trade.quantity[repeated], 5, digits_of_units=0),
        "amount_cny": decimals(
            world.rates.to_cny(trade.line_total[repeated], trade.currency[entry], trade.month[entry]), 2
        ),
        "reason": words(["unsold"], np.zeros(count, dtype=np.int64)),
        "food": flags(np.zeros(count, dtype=bool)),
        "serial_no": vins(trade.serial[repeated]),
        "applied_at": moments(applied),
        "arrived_at": moments(applied + 4 * DAY),
        "relief_claimed": flags(np.ones(count, dtype=bool)),
        "original_state": flags(np.ones(count, dtype=bool)),
    }
    return Rows("return", "customs", pa.table(columns), applied + 5 * DAY)


def _first_entries(trade: Consignments, repeated: Integers) -> Integers:
    """The declaration by which each repeated serial number first went out."""
    first: dict[int, int] = {}
    for line in np.flatnonzero(trade.serial >= 0):
        first.setdefault(int(trade.serial[line]), int(trade.line_entry[line]))
    return np.array([first[int(trade.serial[line])] for line in repeated], dtype=np.int64)
