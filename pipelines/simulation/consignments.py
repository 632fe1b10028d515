"""Business trade: whole consignments with a customs declaration each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation import goods, places
from pipelines.simulation.activity import business_members, draw, expected
from pipelines.simulation.columns import DAY, SECOND, Booleans, Integers, midnight
from pipelines.simulation.enterprises import Service, Temperament
from pipelines.simulation.rates import CURRENCIES, USD, Rates
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

MODES = ("9710", "9810", "0110", "0130", "4019", "5034")
MODE_OF = {
    Temperament.EXPORTER_9710: 0,
    Temperament.OVERSEAS_9810: 1,
    Temperament.GENERAL_0110: 2,
    Temperament.BARTER_TRADER: 3,
    Temperament.BORDER_PROCESSOR: 4,
}

DAILY_ENTRIES = 0.25
"""Declarations a working day of an enterprise of ordinary size."""

AGENCY_SHARE = 0.08
"""Of general traders' exports: declared for another enterprise, the actual principal, who is reported."""

CURRENCY_SHARES = (0.12, 0.66, 0.08, 0.0, 0.14, 0.0, 0.0)
PIECES = (4.2, 0.7)
"""Log-normal pieces per line."""

VEHICLE = np.array([good.sold_as == "vehicle" for good in goods.GOODS])


@dataclass
class Consignments:
    """Declarations in order of day; money in hundredths of the currency, weights in grams.

    ``owner`` is the producing or selling unit, ``principal`` the reported one of an agency export (-1: none).
    Line arrays have one entry per declaration line; ``serial`` is -1 where the goods carry none.
    """

    seller: Integers
    day: Integers
    month: Integers
    mode: Integers
    is_export: Booleans
    owner: Integers
    principal: Integers
    broker: Integers
    platform: Integers
    currency: Integers
    place: Integers
    party: Integers
    declared: Integers
    released: Integers
    departed: Integers
    refund_claimed: Booleans
    line_entry: Integers
    line_no: Integers
    article: Integers
    quantity: Integers
    price: Integers
    serial: Integers
    grams: Integers

    @property
    def size(self) -> int:
        """How many declarations there are."""
        return len(self.seller)

    @property
    def line_total(self) -> Integers:
        """Hundredths of the currency per line."""
        return self.price * self.quantity

    def joined(self, other: Consignments) -> Consignments:
        """Both, one after the other; the other's lines point to its declarations behind these."""
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in vars(self)}
        pairs["line_entry"] = (self.line_entry, other.line_entry + self.size)
        return Consignments(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def per_entry(self, line_values: Integers) -> Integers:
        """Sums of line values per declaration, exact."""
        sums = np.zeros(self.size, dtype=np.int64)
        np.add.at(sums, self.line_entry, line_values)
        return sums


@dataclass(frozen=True)
class Worth:
    """What declarations are worth: hundredths of the currency, fen, US cents."""

    amount: Integers
    cny: Integers
    usd: Integers


def consign(world: World) -> Consignments:
    """Draw the business trade of a zone."""
    calendar, population = world.calendar, world.population
    random = world.settings.stream("consignments")
    members = business_members(population)
    position, member = draw(expected(world, members, DAILY_ENTRIES), random)
    seller, day = members[member], calendar.days[position]
    month = calendar.month_of(day)
    size = len(seller)
    temperament = population.temperament[seller]
    mode = np.array([MODE_OF.get(Temperament(kind), -1) for kind in range(len(Temperament))])[temperament]
    is_export = ~world.habits.imports[seller]
    currency = random.choice(len(CURRENCIES), size, p=CURRENCY_SHARES)
    place = random.choice(len(places.MARKETS), size, p=places.MARKET_WEIGHTS) + places.FIRST_MARKET
    return Consignments(
        seller=seller,
        day=day,
        month=month,
        mode=mode,
        is_export=is_export,
        **_parties(world, seller, (mode == MODES.index("0110")) & is_export, random),
        currency=currency,
        place=place,
        party=seller * 8 + random.integers(0, 5, size),
        **_moments(day, random),
        refund_claimed=is_export & np.isin(mode, (0, 1, 2)) & (random.random(size) < 0.75),
        **_lines(world, seller, month, currency, random),
    )


def worth(trade: Consignments, rates: Rates) -> Worth:
    """Amounts of every declaration, at the rate of its month."""
    amount = trade.per_entry(trade.line_total)
    cny = rates.to_cny(amount, trade.currency, trade.month)
    usd = np.where(trade.currency == USD, amount, rates.to_usd(cny, trade.month))
    return Worth(amount, cny, usd)


def _parties(
    world: World, seller: Integers, is_general_export: Booleans, random: np.random.Generator
) -> dict[str, Integers]:
    population = world.population
    habits = world.settings.stream("business-partners")
    broker = habits.choice(population.serving(Service.BROKER), population.size)
    platform = habits.choice(population.serving(Service.PLATFORM), population.size)
    suppliers = population.serving(Service.SUPPLIER)
    is_agency = is_general_export & (random.random(len(seller)) < AGENCY_SHARE)
    principal = np.where(is_agency, random.choice(suppliers, len(seller)), -1)
    return {
        "owner": np.where(is_agency, principal, seller),
        "principal": principal,
        "broker": broker[seller],
        "platform": platform[seller],
    }


def _moments(day: Integers, random: np.random.Generator) -> dict[str, Integers]:
    size = len(day)
    declared = midnight(day) + (9 * 3600 + random.integers(0, 9 * 3600, size)) * SECOND
    released = declared + (random.lognormal(1.0, 0.8, size) * 3600).astype(np.int64) * SECOND
    departed = released + (random.gamma(2.0, 0.8, size) * DAY).astype(np.int64) + 3600 * SECOND
    return {"declared": declared, "released": released, "departed": departed}


def _lines(
    world: World, seller: Integers, month: Integers, currency: Integers, random: np.random.Generator
) -> dict[str, Integers]:
    articles, rates = world.articles, world.rates
    size = len(seller)
    count = 1 + random.binomial(3, 0.25, size)
    entry = np.repeat(np.arange(size), count)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    article = articles.pick(seller[entry], random.random(len(entry)))
    is_vehicle = VEHICLE[articles.good[article]]
    cheap = 4000 / np.maximum(articles.price[article] / 100, 1)
    quantity = np.maximum(random.lognormal(*PIECES, len(entry)) * np.sqrt(np.maximum(cheap, 0.02) / 10), 1)
    quantity = np.where(is_vehicle, 1, quantity).astype(np.int64)
    wobble = np.exp(np.clip(random.normal(0, 0.05, len(entry)), -0.1, 0.1))
    fen = np.maximum(articles.price[article] * wobble, 100)
    price = np.maximum(fen * rates.table[0, 0] / rates.table[month[entry], currency[entry]], 1).astype(np.int64)
    uneven = np.exp(np.clip(random.normal(0, 0.02, len(entry)), -0.05, 0.05))
    grams = (goods.GRAMS[articles.good[article]] * quantity * uneven).astype(np.int64)
    return {
        "line_entry": entry,
        "line_no": np.arange(len(entry)) - first[entry] + 1,
        "article": article,
        "quantity": quantity,
        "price": price,
        "serial": np.where(is_vehicle, np.arange(len(entry)), -1),
        "grams": np.maximum(grams, 10),
    }
