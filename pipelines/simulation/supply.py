"""Procurement: what sellers bought to sell, with invoices or without."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods
from pipelines.simulation.columns import (
    DAY,
    SECOND,
    constant,
    decimals,
    integers,
    midnight,
    moments,
    texts,
    words,
)
from pipelines.simulation.conduct import Kind
from pipelines.simulation.enterprises import Service
from pipelines.simulation.retail_documents import skus
from pipelines.simulation.rows import Rows
from pipelines.simulation.taxes import Books
from pipelines.simulation.world import World

COST = 0.74
UNCOVERED = 0.45
"""Purchases against sales; the worst conduct leaves nearly half of them uncovered."""

WITHOUT_INVOICE = (0.02, 0.9)
PARTS = 6
"""Purchases a month: enough that the share without invoice says what conduct is."""


def procure(world: World, books: Books) -> Rows:
    """Table ``procurement``: six purchases a month for each month of sales, some days before it."""
    random = world.settings.stream("procurement")
    sales = books.exports + books.imports_sold
    enterprise, month = np.nonzero(sales)
    enterprise, month = np.repeat(enterprise, PARTS), np.repeat(month, PARTS)
    part = np.tile(np.arange(PARTS), len(month) // PARTS)
    silent = world.plan.covers("R09", enterprise, world.calendar.month_starts[month] + 15)
    enterprise, month, part = enterprise[~silent], month[~silent], part[~silent]
    careless = world.conduct.at(Kind.PURCHASING, enterprise, month)
    share = COST * (1 - UNCOVERED * careless**1.3) * random.uniform(0.9, 1.1, len(month)) / PARTS
    amount = np.maximum(np.round(sales[enterprise, month] * share).astype(np.int64), 100)
    rate = WITHOUT_INVOICE[0] + (WITHOUT_INVOICE[1] - WITHOUT_INVOICE[0]) * careless
    has_invoice = random.random(len(month)) >= rate
    article = world.articles.first[enterprise] + part % world.articles.count[enterprise]
    good = world.articles.good[article]
    suppliers = world.population.serving(Service.SUPPLIER)
    supplier = suppliers[(enterprise + part) % len(suppliers)]
    day = world.calendar.month_starts[month] - 16 + part * 4 + random.integers(0, 4, len(month))
    ordered = midnight(day) + random.integers(9 * 3600, 18 * 3600, len(month)) * SECOND
    kept = ordered < midnight(world.calendar.last_day + 1) - DAY
    quantity = np.maximum(amount // np.maximum(world.articles.price[article] * 74 // 100, 1), 1)
    columns = {
        "po_no": texts(len(month), [b"PO", (enterprise, 6), (month, 3), (part, 1)]),
        "line_no": integers(np.ones(len(month))),
        "uscc": world.uscc(enterprise),
        "supplier_uscc": world.uscc(supplier),
        "supplier_name": words(pa.array(world.population.name, pa.string()), supplier),
        "sku": skus(article),
        "hs_code": words(goods.HS_CODES, good),
        "quantity": decimals(quantity, 5, digits_of_units=0),
        "unit": words(goods.UNITS, goods.UNIT_OF[good]),
        "amount": decimals(amount, 2),
        "currency": constant(len(month), "CNY"),
        "amount_cny": decimals(amount, 2),
        "vat_invoice_no": texts(len(month), [b"25657000", (np.arange(len(month)) + 1, 12)], has_invoice),
        "invoice_status": constant_where("normal", has_invoice),
        "ordered_at": moments(ordered),
    }
    return Rows("procurement", "tax", pa.table(columns).filter(pa.array(kept)), ordered[kept], soft="vat_invoice_no")


def constant_where(word: str, present: np.ndarray) -> pa.Array:
    """The same string in the rows where it is present."""
    return words([word], np.zeros(len(present), dtype=np.int64), present)
