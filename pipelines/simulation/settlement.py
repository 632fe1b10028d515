"""Settlement: receipts and payments across the border, with their lag, their fees and what stays away."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from pipelines.simulation import places
from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Booleans,
    Integers,
    constant,
    dates,
    decimals,
    flags,
    midnight,
    texts,
    tokens,
    words,
)
from pipelines.simulation.conduct import Kind
from pipelines.simulation.consignments import MODES, Consignments, Worth
from pipelines.simulation.retail import Retail, Sums
from pipelines.simulation.retail_documents import date_stamps
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

RECEIPT_LAG = (88, 4)
"""Days from export to receipt, and their spread: buyers pay at 90 days, so that an honest enterprise's receipts of a
year match its exports of the year that ended 90 days before, whatever the day."""

PAYMENT_LAG = (35, 8)
SHORTFALL = 0.22
"""The worst honest-looking conduct leaves 22 % of exports unreceived: above the 0.7 of R11."""

KEPT_BACK = (0.2, 0.6)
"""Share received by a planted R11 enterprise."""

RETAIL_FEES = 0.10
BUSINESS_FEES = 0.01
"""Platform and logistics fees netted off the receipt, and named in it."""


@dataclass
class Transfers:
    """Cross-border receipts and payments; US cents. ``trade`` is the declaration (-1: retail of a week)."""

    enterprise: Integers
    is_receipt: Booleans
    usd: Integers
    fees: Integers
    day: Integers
    party: Integers
    place: Integers
    account: Integers
    trade: Integers

    def joined(self, other: Transfers) -> Transfers:
        """Both, one after the other."""
        pairs = {name: [getattr(self, name), getattr(other, name)] for name in _FIELDS}
        return Transfers(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def only(self, kept: Booleans) -> Transfers:
        """Those that are kept."""
        return Transfers(**{name: getattr(self, name)[kept] for name in _FIELDS})


_FIELDS = tuple(field.name for field in fields(Transfers))


def settle_consignments(world: World, trade: Consignments, worth: Worth) -> Transfers:
    """A receipt for each export and a payment for each import, but for barter."""
    settings = world.settings
    random = settings.stream("settlement")
    is_silent = world.plan.covers("R09", trade.seller, trade.day)
    index = np.flatnonzero((trade.mode != MODES.index("0130")) & ~is_silent)
    seller, is_export = trade.seller[index], trade.is_export[index]
    careless = world.conduct.at(Kind.SETTLEMENT, seller, trade.month[index])
    share = np.clip(1 - SHORTFALL * careless + random.normal(0, 0.01 + 0.06 * careless), 0.3, 1.2)
    planted = world.plan.covers("R11", seller, trade.day[index])
    keeps = settings.stream("kept-back").uniform(*KEPT_BACK, int(trade.seller.max(initial=0)) + 1)
    share = np.where(is_export, np.where(planted, keeps[seller], share), 1.0)
    lag = np.where(is_export, random.normal(*RECEIPT_LAG, len(index)), random.normal(*PAYMENT_LAG, len(index)))
    gross = np.round(worth.usd[index] * share).astype(np.int64)
    fees = np.where(is_export, np.round(gross * BUSINESS_FEES).astype(np.int64), 0)
    elsewhere = random.random(len(index)) < 0.03 + 0.3 * careless
    strange = random.integers(places.FIRST_MARKET, len(places.PLACES), len(index))
    return _until_end(
        Transfers(
            enterprise=seller,
            is_receipt=is_export,
            usd=gross - fees,
            fees=fees,
            day=trade.day[index] + np.maximum(lag, 1).astype(np.int64),
            party=trade.party[index],
            place=np.where(elsewhere, strange, trade.place[index]),
            account=seller,
            trade=index,
        ),
        world.calendar,
    )


def settle_retail(world: World, retail: Retail, sums: Sums) -> Transfers:
    """A receipt a week for the retail exports of each seller, net of the platform's fees."""
    calendar = world.calendar
    random = world.settings.stream("retail-settlement")
    mine = retail.is_export & (retail.cancelled == NEVER)
    weeks = (calendar.days.size + 6) // 7
    group = retail.seller * weeks + (retail.day - calendar.first_day) // 7
    total = np.zeros(world.population.size * weeks, dtype=np.int64)
    np.add.at(total, group[mine], sums.goods_value[mine])
    busy = np.flatnonzero(total)
    seller, day = busy // weeks, calendar.first_day + busy % weeks * 7 + 6
    month = calendar.month_of(day)
    careless = world.conduct.at(Kind.SETTLEMENT, seller, month)
    share = np.clip(1 - SHORTFALL * careless + random.normal(0, 0.01 + 0.06 * careless), 0.3, 1.2)
    gross = np.round(world.rates.to_usd(total[busy], month) * share).astype(np.int64)
    fees = np.round(gross * RETAIL_FEES).astype(np.int64)
    return _until_end(
        Transfers(
            enterprise=seller,
            is_receipt=np.ones(len(busy), dtype=bool),
            usd=gross - fees,
            fees=fees,
            day=day - 3 + np.maximum(random.normal(RECEIPT_LAG[0], 3, len(busy)), 1).astype(np.int64),
            party=10**9 + seller % 7,
            place=np.full(len(busy), places.FIRST_MARKET),
            account=seller,
            trade=np.full(len(busy), -1),
        ),
        world.calendar,
    )


def _until_end(transfers: Transfers, calendar: Calendar) -> Transfers:
    kept = (transfers.day <= calendar.last_day) & (transfers.usd > 0)
    return transfers.only(kept)


def write_transfers(world: World, transfers: Transfers, entry_numbers: pa.Array) -> Rows:
    """Table ``forex``."""
    count = len(transfers.usd)
    has_trade = transfers.trade >= 0
    number = np.arange(count) + 1
    columns = {
        "bop_no": texts(count, [b"65270000", (date_stamps(transfers.day) % 1_000_000, 6), (number, 8)]),
        "uscc": world.uscc(transfers.enterprise),
        "direction": words(["payment", "receipt"], transfers.is_receipt),
        "amount": decimals(transfers.usd, 2),
        "currency": constant(count, "USD"),
        "amount_usd": decimals(transfers.usd, 2),
        "value_date": dates(transfers.day),
        "txn_code": constant(count, "121010"),
        "counterparty_token": tokens("f", transfers.party, world.settings.seed),
        "counterparty_country": words(places.COUNTRIES, transfers.place),
        "account_token": tokens("c", transfers.account + 10**12, world.settings.seed),
        "netted_fees_usd": decimals(transfers.fees, 2, transfers.is_receipt),
        "trade_document_no": entry_numbers.take(pa.array(np.maximum(transfers.trade, 0), mask=~has_trade)),
        "prepaid": flags(np.zeros(count, dtype=bool)),
    }
    known = midnight(transfers.day) + 18 * 3600 * SECOND
    return Rows("forex", "safe", pa.table(columns), known, soft="counterparty_token")
