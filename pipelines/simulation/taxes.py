"""Tax: what enterprises sold, the returns they file, the refunds they claim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods
from pipelines.simulation.columns import NEVER, SECOND, Integers, constant, dates, decimals, midnight, texts, words
from pipelines.simulation.conduct import Kind
from pipelines.simulation.consignments import MODES, Consignments, Worth
from pipelines.simulation.retail import Retail, Sums
from pipelines.simulation.retail_documents import date_stamps
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

LATE_FILING = (0.015, 0.75)
"""Chance that a return is late, from the best conduct to the worst."""

LATE_DAYS = 11.0
REFUND_RATE = 0.11


@dataclass(frozen=True)
class Books:
    """Sales by enterprise and month (enterprise, month), in fen."""

    exports: Integers
    imports_sold: Integers


def keep_books(world: World, retail: Retail, sums: Sums, trade: Consignments, worth: Worth) -> Books:
    """What each enterprise sold abroad and at home in each month."""
    shape = (world.population.size, world.calendar.month_count)
    exports, sold = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    stands = retail.cancelled == NEVER
    out, home = retail.is_export & stands, ~retail.is_export & stands
    np.add.at(exports, (retail.seller[out], retail.month[out]), sums.goods_value[out])
    np.add.at(sold, (retail.seller[home], retail.month[home]), sums.goods_value[home])
    away = trade.is_export
    np.add.at(exports, (trade.seller[away], trade.month[away]), worth.cny[away])
    np.add.at(sold, (trade.seller[~away], trade.month[~away]), worth.cny[~away])
    return Books(exports, sold)


def tax_filings(world: World, books: Books) -> Rows:
    """Table ``tax_filing``: VAT by month, due on the 15th of the next.

    A return that is late is first known as missing, the day after it was due, and then as filed.
    """
    calendar, population = world.calendar, world.population
    random = world.settings.stream("tax-filings")
    months = calendar.trade_months
    months = months[calendar.month_starts[months + 1] + 15 <= calendar.last_day]
    enterprise, month = (part.ravel() for part in np.meshgrid(np.arange(population.size), months, indexing="ij"))
    starts, ends = calendar.month_starts[month], calendar.month_starts[month + 1]
    lives = (population.established[enterprise] < starts) & (population.closed_on[enterprise] > ends)
    enterprise, month = enterprise[lives], month[lives]
    due = calendar.month_starts[month + 1] + 14
    careless = world.conduct.at(Kind.TAX, enterprise, month)
    is_late = random.random(len(due)) < LATE_FILING[0] + (LATE_FILING[1] - LATE_FILING[0]) * careless**1.5
    late_by = 2 + random.exponential(LATE_DAYS * (0.5 + careless)).astype(np.int64)
    filed = np.where(is_late, due + late_by, due - random.integers(1, 11, len(due)))
    paid = filed + random.integers(0, 3, len(due)) + (random.exponential(15 * careless**2)).astype(np.int64)
    first_seen = np.where(is_late, due + 1, filed)
    again = np.flatnonzero(is_late & (filed <= calendar.last_day))
    index = np.concatenate([np.arange(len(due)), again])
    is_again = np.arange(len(index)) >= len(due)
    shows = ~is_late[index] | is_again
    known_day = np.where(is_again, np.maximum(filed[index], first_seen[index]), first_seen[index])
    columns = _filing_columns(world, books, enterprise[index], month[index], due[index])
    columns["filing_no"] = texts(len(index), [b"SB", (enterprise[index], 6), (month[index] + 1, 4)])
    columns["filed_on"] = dates(np.where(shows, filed[index], NEVER))
    columns["paid_on"] = dates(np.where(shows, paid[index], NEVER))
    known = midnight(np.where(shows, np.maximum(paid[index], known_day), known_day)) + 17 * 3600 * SECOND
    return Rows("tax_filing", "tax", pa.table(columns), known, soft="domestic_sales_cny")


def _filing_columns(
    world: World, books: Books, enterprise: Integers, month: Integers, due: Integers
) -> dict[str, pa.Array]:
    """Amounts that follow from the books alone, so that both versions of a return say the same."""
    exports, sold = books.exports[enterprise, month], books.imports_sold[enterprise, month]
    output = sold * 13 // 100
    burden = 70 + (enterprise * 7919 + month * 104_729) % 20  # per cent of output covered by input, fixed per return
    input_tax = output * burden // 100
    names = world.calendar.month_names
    return {
        "uscc": world.uscc(enterprise),
        "tax_type": constant(len(due), "vat"),
        "period": words(names, month),
        "export_sales_cny": decimals(exports, 2),
        "domestic_sales_cny": decimals(sold, 2),
        "output_tax_cny": decimals(output, 2),
        "input_tax_cny": decimals(input_tax, 2),
        "payable_cny": decimals(output - input_tax, 2),
        "due_on": dates(due),
    }


def tax_refunds(world: World, trade: Consignments, entry_numbers: pa.Array) -> Rows:
    """Table ``tax_refund``: applied for the month after export, paid some weeks later as a new version.

    Goods for an overseas warehouse are refunded on departure (business type HWC-YT) and settled on sale.
    """
    calendar = world.calendar
    random = world.settings.stream("refunds")
    line = np.flatnonzero(trade.refund_claimed[trade.line_entry])
    entry = trade.line_entry[line]
    applied = calendar.month_starts[trade.month[entry] + 1] + 3 + entry % 12
    paid = applied + random.integers(8, 30, len(line))
    is_overseas = trade.mode[entry] == MODES.index("9810")
    unsettled = world.plan.covers("R15", trade.seller[entry], trade.day[entry])
    is_settled = is_overseas & ~unsettled
    settled = np.where(is_settled, applied + random.integers(60, 130, len(line)), NEVER)
    fen = world.rates.to_cny(trade.line_total[line], trade.currency[entry], trade.month[entry])
    refund = np.round(fen * REFUND_RATE).astype(np.int64)
    stages = [applied <= calendar.last_day, paid <= calendar.last_day]
    stages.append(is_settled & (settled <= calendar.last_day))
    index = np.concatenate([np.flatnonzero(stage) for stage in stages])
    stage = np.repeat([0, 1, 2], [int(part.sum()) for part in stages])
    when = np.select([stage == 0, stage == 1], [applied[index], paid[index]], settled[index])
    columns = {
        "refund_batch_no": texts(len(index), [b"TS", (date_stamps(applied[index]) // 100, 6), (entry[index], 8)]),
        "entry_id": entry_numbers.take(pa.array(entry[index])),
        "line_no": pa.array(trade.line_no[line][index]),
        "uscc": world.uscc(trade.seller[entry[index]]),
        "business_type": words(["normal", "HWC-YT"], is_overseas[index]),
        "invoice_no": texts(len(index), [b"25652000", (line[index], 12)]),
        "hs_code": words(goods.HS_CODES, world.articles.good[trade.article[line]][index]),
        "refund_cny": decimals(refund[index], 2),
        "status": words(["applied", "paid"], np.minimum(stage, 1)),
        "applied_on": dates(applied[index]),
        "settled_on": dates(np.where(stage == 2, settled[index], NEVER)),
    }
    known = midnight(when) + 17 * 3600 * SECOND + index % 3600 * SECOND
    return Rows("tax_refund", "tax", pa.table(columns), known, soft="invoice_no")
