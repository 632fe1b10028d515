"""Retail trade: one row per order with its whole chain of documents, before any of them is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation import goods, places
from pipelines.simulation.activity import draw, expected
from pipelines.simulation.columns import NEVER, SECOND, Booleans, Integers, midnight
from pipelines.simulation.conduct import Kind
from pipelines.simulation.enterprises import RETAIL, Population, Service, Temperament
from pipelines.simulation.settings import ZoneSettings
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

MODES = ("9610", "1210", "1239")
BONDED = (1, 2)

HOURS = np.array([1.4, 0.8, 0.4, 0.3, 0.3, 0.5, 1, 2, 3, 4.5, 5.5, 5.5, 5, 5, 5, 5, 5, 5, 5, 6, 7.5, 8, 6, 3])
"""Orders by hour of the day: an evening peak."""

MEAN_ORDERS_PER_BUYER = 2.4
REGULARS = 0.4
"""Share of orders placed by those who come back; the rest is spread over the seller's whole circle."""

RETAIL_LIMIT_FEN = 490_000
"""Honest sellers keep one order under the 5,000 CNY of a single transaction."""

UNEVEN = 0.02
"""Spread of a line's weight (log), the same as of consignments."""

CANCELLED = (0.002, 0.03)
SLOW_PAPERS_HOURS = 20.0
MISSING_DOCUMENT = (0.0002, 0.002)
"""Honest and worst conduct. The mismatch of the worst stays below the 1 % of R01: only the planted ones cross it."""


@dataclass
class Retail:
    """Orders in order of day. Money in fen, moments in microseconds, weights in grams.

    Line arrays have one entry per order line, in order of ``line_order`` (the position of the order).
    ``named_order`` is the order a waybill names, ``parcel`` the waybill a list names: they differ from the order's
    own position only where planted.
    """

    seller: Integers
    day: Integers
    month: Integers
    is_export: Booleans
    mode: Integers
    platform: Integers
    carrier: Integers
    payer_bank: Integers
    buyer: Integers
    payer: Integers
    phone: Integers
    address: Integers
    account: Integers
    place: Integers
    ordered: Integers
    paid: Integers
    shipped: Integers
    declared: Integers
    released: Integers
    cancelled: Integers
    freight: Integers
    discount: Integers
    has_order: Booleans
    has_payment: Booleans
    has_waybill: Booleans
    parcel: Integers
    is_brushed: Booleans
    underpaid: Integers
    line_order: Integers
    line_no: Integers
    article: Integers
    quantity: Integers
    price: Integers
    heft: Integers

    @property
    def size(self) -> int:
        """How many orders there are."""
        return len(self.seller)

    @property
    def line_total(self) -> Integers:
        """Fen per line."""
        return self.price * self.quantity

    def per_order(self, line_values: NDArray[Any]) -> Integers:
        """Sums of line values per order, exact."""
        sums = np.zeros(self.size, dtype=np.int64)
        np.add.at(sums, self.line_order, line_values)
        return sums


@dataclass(frozen=True)
class Sums:
    """What follows from the lines: fen and grams per order."""

    goods_value: Integers
    tax: Integers
    insurance: Integers
    actual_paid: Integers
    customs_value: Integers
    grams: Integers
    pieces: Integers


def trade(world: World) -> Retail:
    """Draw the retail trade of a zone, honest as far as each enterprise's carelessness allows."""
    settings, calendar, population = world.settings, world.calendar, world.population
    random = settings.stream("retail")
    members = population.of(*RETAIL)
    level = expected(world, members, settings.daily_orders / max(len(members), 1))
    position, member = draw(level, random)
    seller = members[member]
    day = calendar.days[position]
    month = calendar.month_of(day)
    size = len(seller)
    is_export = population.temperament[seller] == Temperament.EXPORTER_9610
    buyer = _buyers(population, seller, random)
    untidy = world.conduct.at(Kind.PAPERS, seller, month)
    return Retail(
        seller=seller,
        day=day,
        month=month,
        is_export=is_export,
        mode=_modes(world, seller, is_export),
        **_partners(settings, population, seller, random),
        buyer=buyer,
        payer=buyer.copy(),
        phone=buyer.copy(),
        address=buyer // 2,
        account=buyer.copy(),
        place=destinations(buyer // 2, is_export),
        **_moments(day, is_export, untidy, random),
        freight=np.where(random.random(size) < 0.5, 0, random.integers(5, 30, size) * 100),
        discount=np.zeros(size, dtype=np.int64),
        **_completeness(is_export, untidy, random),
        parcel=np.arange(size),
        is_brushed=np.zeros(size, dtype=bool),
        underpaid=np.zeros(size, dtype=np.int64),
        **_lines(settings, seller, world.articles, random),
    )


def _modes(world: World, seller: Integers, is_export: Booleans) -> Integers:
    """Importers work in one mode: mostly bonded 1210, some 9610, few 1239. Only bonded goods are diverted (R07)."""
    habit = world.settings.stream("modes").choice([1, 0, 2], world.population.size, p=[0.75, 0.2, 0.05])
    habit[[episode.enterprise for episode in world.plan.of("R07")]] = BONDED[0]
    return np.asarray(np.where(is_export, 0, habit[seller]))


def _partners(
    settings: ZoneSettings, population: Population, seller: Integers, random: np.random.Generator
) -> dict[str, Any]:
    """Each seller has a platform and a payment institution, and two carriers between which its parcels are shared."""
    habits = settings.stream("partners")
    chosen = {
        service: habits.choice(population.serving(service), (population.size, 2))
        for service in (Service.PLATFORM, Service.CARRIER, Service.PAYMENT)
    }
    second = (random.random(len(seller)) < 0.25).astype(np.int64)
    return {
        "platform": chosen[Service.PLATFORM][seller, 0],
        "carrier": chosen[Service.CARRIER][seller, second],
        "payer_bank": chosen[Service.PAYMENT][seller, 0],
    }


def _buyers(population: Population, seller: Integers, random: np.random.Generator) -> Integers:
    """Who buys: regulars and passers-by of each seller's circle. Two buyers may share a household's address."""
    orders = np.bincount(seller, minlength=population.size)
    circle = np.maximum((orders / MEAN_ORDERS_PER_BUYER).astype(np.int64), 40)
    first = np.concatenate([[0], np.cumsum(circle)[:-1]])
    uniform = random.random(len(seller))
    pull = np.where(random.random(len(seller)) < REGULARS, 1.5, 1.0)
    return np.asarray(first[seller] + (circle[seller] * uniform**pull).astype(np.int64))


def destinations(address: Integers, is_export: Booleans) -> Integers:
    """A household lives in one place, so the place follows from the address."""
    draw_of_address = (address * 2_654_435_761 % 1_000_003) / 1_000_003
    home = np.searchsorted(np.cumsum(places.CITY_WEIGHTS), draw_of_address, side="right")
    abroad = np.searchsorted(np.cumsum(places.MARKET_WEIGHTS), draw_of_address, side="right")
    home = np.minimum(home, len(places.HOME_CITIES) - 1) + places.FIRST_CITY
    abroad = np.minimum(abroad, len(places.MARKETS) - 1) + places.FIRST_MARKET
    return np.asarray(np.where(is_export, abroad, home))


def _moments(day: Integers, is_export: Booleans, untidy: Floats, random: np.random.Generator) -> dict[str, Any]:
    size = len(day)
    hour = random.choice(24, size, p=HOURS / HOURS.sum())
    ordered = midnight(day) + (hour * 3600 + random.integers(0, 3600, size)) * SECOND
    paid = ordered + random.integers(8, 900, size) * SECOND
    shipped = paid + (random.gamma(2.0, 1.5, size) * 3600 + 600).astype(np.int64) * SECOND
    wait = random.gamma(2.0, 1.0, size) + np.where(is_export, 3.0, 0.5) + SLOW_PAPERS_HOURS * untidy**2
    declared = shipped + (wait * 3600).astype(np.int64) * SECOND
    released = declared + (random.lognormal(0.0, 0.7, size) * 3600 + 300).astype(np.int64) * SECOND
    rate = CANCELLED[0] + (CANCELLED[1] - CANCELLED[0]) * untidy
    is_cancelled = random.random(size) < rate
    cancelled = np.where(is_cancelled, declared + random.integers(3600, 172_800, size) * SECOND, NEVER)
    return {
        "ordered": ordered,
        "paid": paid,
        "shipped": shipped,
        "declared": declared,
        "released": np.where(is_cancelled, NEVER, released),
        "cancelled": cancelled,
    }


def _completeness(is_export: Booleans, untidy: Floats, random: np.random.Generator) -> dict[str, Any]:
    """Import lists need order, payment and waybill; export lists need no payment."""
    rate = MISSING_DOCUMENT[0] + (MISSING_DOCUMENT[1] - MISSING_DOCUMENT[0]) * untidy
    missing = random.random(len(untidy)) < rate
    which = random.integers(0, 3, len(untidy))
    return {
        "has_order": ~(missing & (which == 0)),
        "has_payment": ~is_export & ~(missing & (which == 1)),
        "has_waybill": ~(missing & (which == 2)),
    }


def _lines(
    settings: ZoneSettings, seller: Integers, articles: goods.Articles, random: np.random.Generator
) -> dict[str, Any]:
    size = len(seller)
    count = 1 + (random.random(size) < 0.17) + (random.random(size) < 0.04)
    order = np.repeat(np.arange(size), count)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    article = articles.pick(seller[order], random.random(len(order)))
    quantity = np.minimum(random.geometric(0.6, len(order)), 6)
    wobble = np.exp(np.clip(random.normal(0, 0.03, len(order)), -0.06, 0.06))
    price = np.maximum(np.round(articles.price[article] * wobble).astype(np.int64), 50)
    quantity = np.where(price * quantity > RETAIL_LIMIT_FEN // 3, 1, quantity)
    return {
        "line_order": order,
        "line_no": np.arange(len(order)) - first[order] + 1,
        "article": article,
        "quantity": quantity,
        "price": price,
        "heft": _heft(settings, len(order)),
    }


def _heft(settings: ZoneSettings, lines: int) -> Integers:
    """Thousandths of the usual weight: no two parcels weigh quite the same, whoever sends them."""
    uneven = settings.stream("weights").normal(0, UNEVEN, lines)
    return np.asarray(np.round(1000 * np.exp(np.clip(uneven, -2.5 * UNEVEN, 2.5 * UNEVEN))), dtype=np.int64)


def add_up(retail: Retail, articles: goods.Articles) -> Sums:
    """The sums of every order: goods, tax, insurance, what is paid, customs value, weight.

    Imports are valued CIF and taxed at the retail rate; exports are valued FOB and carry no tax.
    """
    good = articles.good[retail.article]
    goods_value = retail.per_order(retail.line_total)
    taxed = np.round(retail.line_total * goods.RETAIL_TAX[good]).astype(np.int64)
    tax = np.where(retail.is_export, 0, retail.per_order(taxed))
    insurance = np.where(retail.is_export, 0, goods_value * 3 // 1000)
    return Sums(
        goods_value=goods_value,
        tax=tax,
        insurance=insurance,
        actual_paid=goods_value + retail.freight + tax - retail.discount,
        customs_value=np.where(retail.is_export, goods_value, goods_value + retail.freight + insurance),
        grams=np.maximum(retail.per_order(goods.GRAMS[good] * retail.quantity * retail.heft // 1000), 1),
        pieces=retail.per_order(retail.quantity),
    )
