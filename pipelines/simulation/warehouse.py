"""Warehouses: bonded stock at home, overseas stock of 9810, processors' stock; movements and monthly counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.simulation import goods
from pipelines.simulation.columns import DAY, NEVER, SECOND, Integers, decimals, midnight, moments, texts, words
from pipelines.simulation.consignments import MODES, Consignments
from pipelines.simulation.enterprises import Service
from pipelines.simulation.retail import BONDED, Retail
from pipelines.simulation.retail_documents import list_numbers, order_numbers, skus
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

KINDS = ("bonded", "domestic", "overseas")
SOLD_IN_STEPS = (0.25, 0.30, 0.20, 0.10)
"""Share of an overseas consignment sold after 30, 60, 90 and 120 days; 85 % in all."""

UNSOLD = 0.12
"""R15: share of that which is really sold: a tenth of the stock, against the limit of a fifth."""

COUNT_ERROR = 0.002
MISSING_SHARE = 0.25
"""Honest counts differ by a few thousandths; where goods are diverted (R07) a quarter of the book stock is gone."""


@dataclass
class Movements:
    """Stock movements; ``unit`` is thousandths of the declared unit, ``order`` and ``entry`` are -1 where none."""

    kind: Integers
    owner: Integers
    article: Integers
    is_out: NDArray[np.bool_]
    quantity: Integers
    order: Integers
    entry: Integers
    moved: Integers


def joined(parts: list[Movements]) -> Movements:
    """Several sets of movements, one after the other."""
    return Movements(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})


def bonded(world: World, retail: Retail, trade: Consignments) -> Movements:
    """In with the monthly declaration, out with each order line that was not cancelled, once its list is released."""
    arriving = np.flatnonzero(trade.mode[trade.line_entry] == MODES.index("5034"))
    order = retail.line_order
    leaves = np.isin(retail.mode[order], BONDED) & ~retail.is_export[order] & (retail.cancelled[order] == NEVER)
    leaving = np.flatnonzero(leaves)
    entry = trade.line_entry[arriving]
    went_in = Movements(
        kind=np.zeros(len(arriving), dtype=np.int64),
        owner=trade.seller[entry],
        article=trade.article[arriving],
        is_out=np.zeros(len(arriving), dtype=bool),
        quantity=trade.quantity[arriving] * 1000,
        order=np.full(len(arriving), -1),
        entry=entry,
        moved=trade.released[entry] + 3600 * SECOND,
    )
    went_out = Movements(
        kind=np.zeros(len(leaving), dtype=np.int64),
        owner=retail.seller[order[leaving]],
        article=retail.article[leaving],
        is_out=np.ones(len(leaving), dtype=bool),
        quantity=retail.quantity[leaving] * 1000,
        order=order[leaving],
        entry=np.full(len(leaving), -1),
        moved=np.maximum(retail.shipped, retail.released + 1800 * SECOND)[order[leaving]],
    )
    return joined([went_in, went_out])


def overseas(world: World, trade: Consignments) -> Movements:
    """9810: in ten days after departure, out as the goods sell."""
    line = np.flatnonzero((trade.mode[trade.line_entry] == MODES.index("9810")) & trade.is_export[trade.line_entry])
    entry = trade.line_entry[line]
    arrived = trade.departed[entry] + 10 * DAY
    is_unsold = world.plan.covers("R15", trade.seller[entry], trade.day[entry])
    parts = [_step(trade, line, trade.quantity[line] * 1000, arrived, is_out=False)]
    for number, share in enumerate(SOLD_IN_STEPS):
        part = np.where(is_unsold, share * UNSOLD, share)
        quantity = (trade.quantity[line] * 1000 * part).astype(np.int64)
        parts.append(_step(trade, line, quantity, arrived + 30 * (number + 1) * DAY, is_out=True))
    moves = joined(parts)
    kept = (moves.moved < midnight(world.calendar.last_day + 1)) & (moves.quantity > 0)
    return Movements(**{name: values[kept] for name, values in vars(moves).items()})


def _step(trade: Consignments, line: Integers, quantity: Integers, moved: Integers, *, is_out: bool) -> Movements:
    entry = trade.line_entry[line]
    return Movements(
        kind=np.full(len(line), KINDS.index("overseas")),
        owner=trade.seller[entry],
        article=trade.article[line],
        is_out=np.full(len(line), is_out),
        quantity=quantity,
        order=np.full(len(line), -1),
        entry=entry,
        moved=moved,
    )


def stock_after(moves: Movements) -> Integers:
    """Stock of the article after each movement; what comes in at a moment counts before what goes out then."""
    signed = np.where(moves.is_out, -moves.quantity, moves.quantity)
    order = np.lexsort((moves.is_out, moves.moved, moves.article))
    running = np.cumsum(signed[order])
    article = moves.article[order]
    starts = np.flatnonzero(np.diff(article, prepend=-1))
    before = np.repeat(running[starts] - signed[order][starts], np.diff(starts, append=len(article)))
    stock = np.empty(len(running), dtype=np.int64)
    stock[order] = np.maximum(running - before, 0)
    return stock


def write_movements(world: World, moves: Movements, retail: Retail, entry_numbers: pa.Array) -> Rows:
    """Table ``warehouse_movement``."""
    count = len(moves.moved)
    good = world.articles.good[moves.article]
    has_order, has_entry = moves.order >= 0, moves.entry >= 0
    order = np.maximum(moves.order, 0)
    columns = {
        "warehouse_code": warehouse_codes(world, moves.owner, moves.kind),
        "movement_no": texts(count, [b"MV", (np.arange(count), 11)]),
        "warehouse_kind": words(KINDS, moves.kind),
        "uscc": world.uscc(moves.owner),
        "sku": skus(moves.article),
        "direction": words(["in", "out"], moves.is_out),
        "hs_code": words(goods.HS_CODES, good),
        "quantity": decimals(moves.quantity, 5, digits_of_units=3),
        "unit": words(goods.UNITS, goods.UNIT_OF[good]),
        "unit_value_cny": decimals(world.articles.price[moves.article], 5, digits_of_units=2),
        "invt_no": list_numbers(retail, order, has_order),
        "entry_id": entry_numbers.take(pa.array(np.maximum(moves.entry, 0), mask=~has_entry)),
        "platform_uscc": world.uscc(np.where(has_order, retail.platform[order], -1)),
        "order_no": order_numbers(retail, order, has_order),
        "stock_after": decimals(stock_after(moves), 5, digits_of_units=3),
        "moved_at": moments(moves.moved),
    }
    return Rows("warehouse_movement", "warehouse", pa.table(columns), moves.moved)


def warehouse_codes(world: World, owner: Integers, kind: Integers) -> pa.Array:
    """Each owner keeps its goods with one warehouse keeper; a kind is a building of its own."""
    keepers = world.population.serving(Service.WAREHOUSE)
    return texts(len(owner), [b"WH", (keepers[owner % len(keepers)], 6), b"-", (kind + 1, 1)])


def count_stock(world: World, moves: Movements) -> Rows:
    """Table ``stock_count``: bonded stock, at each month's end."""
    random = world.settings.stream("stock-counts")
    is_bonded = moves.kind == KINDS.index("bonded")
    owner, article, book, month = _month_ends(world, moves, is_bonded)
    counted_on = world.calendar.month_starts[month + 1] - 1
    gap = np.round(book * random.normal(0, COUNT_ERROR, len(book)) / 1000).astype(np.int64) * 1000
    is_diverted = world.plan.covers("R07", owner, counted_on)
    counted = np.where(is_diverted, book - (book * MISSING_SHARE).astype(np.int64) // 1000 * 1000, book - np.abs(gap))
    when = midnight(counted_on) + 20 * 3600 * SECOND
    columns = {
        "warehouse_code": warehouse_codes(world, owner, np.zeros(len(owner), dtype=np.int64)),
        "uscc": world.uscc(owner),
        "sku": skus(article),
        "book_quantity": decimals(book, 5, digits_of_units=3),
        "counted_quantity": decimals(np.maximum(counted, 0), 5, digits_of_units=3),
        "counted_at": moments(when),
    }
    return Rows("stock_count", "warehouse", pa.table(columns), when)


def _month_ends(
    world: World, moves: Movements, chosen: NDArray[np.bool_]
) -> tuple[Integers, Integers, Integers, Integers]:
    """Owner, article, book stock and month, for each article and whole month of the span."""
    months = world.calendar.trade_months
    months = months[world.calendar.month_starts[months + 1] - 1 <= world.calendar.last_day]
    signed = np.where(moves.is_out, -moves.quantity, moves.quantity)[chosen]
    month = world.calendar.month_of((moves.moved[chosen] + 8 * 3600 * SECOND) // DAY)
    table = np.zeros((len(world.articles.seller), world.calendar.month_count), dtype=np.int64)
    np.add.at(table, (moves.article[chosen], month), signed)
    stock = np.cumsum(table, axis=1)[:, months]
    article, column = np.nonzero(stock > 0)
    return world.articles.seller[article], article, stock[article, column], months[column]
