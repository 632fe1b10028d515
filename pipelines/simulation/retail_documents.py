"""Retail trade written down: orders, payments, waybills and customs lists, with their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.simulation import goods, places
from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Booleans,
    Integers,
    Part,
    constant,
    decimals,
    flags,
    integers,
    moments,
    texts,
    tokens,
    words,
)
from pipelines.simulation.retail import MODES, Retail, Sums
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

DIRECTIONS = ["import", "export"]


class RetailWriter:
    """Builds the tables of the retail chain from its arrays."""

    def __init__(self, world: World, retail: Retail, sums: Sums) -> None:
        self._seed = world.settings.seed
        self._retail = retail
        self._sums = sums
        self._articles = world.articles
        self._uscc = world.uscc
        self._stamps = date_stamps(retail.day)

    def rows(self) -> Iterator[Rows]:
        """Every table of the chain."""
        yield self.orders()
        yield self.order_lines()
        yield self.payments()
        yield self.waybills()
        yield self.inventories()
        yield self.inventory_lines()

    def order_numbers(self, index: Integers) -> pa.Array:
        """Order numbers of orders."""
        return order_numbers(self._retail, index)

    def list_numbers(self, index: Integers) -> pa.Array:
        """List numbers of orders."""
        return list_numbers(self._retail, index)

    def parcel_numbers(self, index: Integers) -> pa.Array:
        """Waybill numbers."""
        return texts(len(index), [b"YD", (index + 10_000_000, 11), b"CN"])

    def orders(self) -> Rows:
        """Table ``order``."""
        it, sums = self._retail, self._sums
        index = np.flatnonzero(it.has_order)
        place = it.place[index]
        is_home = place < places.FIRST_MARKET
        columns = {
            "platform_uscc": self._uscc(it.platform[index]),
            "order_no": self.order_numbers(index),
            "direction": words(DIRECTIONS, it.is_export[index]),
            "uscc": self._uscc(it.seller[index]),
            "goods_value": decimals(sums.goods_value[index], 2),
            "freight": decimals(it.freight[index], 2),
            "discount": decimals(it.discount[index], 2),
            "tax_total": decimals(sums.tax[index], 2),
            "actual_paid": decimals(sums.actual_paid[index], 2),
            "currency": constant(len(index), "CNY"),
            "amount_cny": decimals(sums.actual_paid[index], 2),
            "buyer_token": tokens("b", it.buyer[index], self._seed),
            "buyer_phone_token": tokens("p", it.buyer[index], self._seed),
            "consignee_token": tokens("b", it.buyer[index], self._seed),
            "consignee_phone_token": tokens("p", it.phone[index], self._seed),
            "address_token": tokens("a", it.address[index], self._seed),
            "consignee_district": words(places.DIVISIONS, place, is_home),
            "destination_country": words(places.COUNTRIES, place),
            "ordered_at": moments(it.ordered[index]),
        }
        return Rows(
            "order",
            "platform",
            pa.table(columns),
            it.ordered[index],
            self._withdrawn(it.cancelled[index]),
            "consignee_phone_token",
        )

    def order_lines(self) -> Rows:
        """Table ``order_line``."""
        it = self._retail
        line = np.flatnonzero(it.has_order[it.line_order])
        index, article = it.line_order[line], it.article[line]
        good = self._articles.good[article]
        columns = {
            "platform_uscc": self._uscc(it.platform[index]),
            "order_no": self.order_numbers(index),
            "line_no": integers(it.line_no[line]),
            "sku": skus(article),
            "goods_name": words(goods.NAMES, good),
            "bar_code": bar_codes(article),
            "quantity": decimals(it.quantity[line], 5, digits_of_units=0),
            "unit": words(goods.UNITS, goods.UNIT_OF[good]),
            "price": decimals(it.price[line], 5, digits_of_units=2),
            "line_total": decimals(it.line_total[line], 2),
        }
        return Rows(
            "order_line",
            "platform",
            pa.table(columns),
            it.ordered[index],
            self._withdrawn(it.cancelled[index]),
            "bar_code",
        )

    def payments(self) -> Rows:
        """Table ``payment``: what was paid is what the order says, unless planted otherwise."""
        it = self._retail
        index = np.flatnonzero(it.has_payment)
        columns = {
            "pay_code": texts(len(index), [b"PAY", (it.payer_bank[index], 6)]),
            "pay_txn_id": texts(len(index), [b"T", (self._stamps[index], 8), (index, 11)]),
            "platform_uscc": self._uscc(it.platform[index]),
            "order_no": self.order_numbers(index),
            "payer_token": tokens("b", it.payer[index], self._seed),
            "account_token": tokens("c", it.account[index], self._seed),
            "device_token": tokens("d", it.account[index], self._seed),
            "amount": decimals(self._sums.actual_paid[index] - it.underpaid[index], 2),
            "currency": constant(len(index), "CNY"),
            "paid_at": moments(it.paid[index]),
        }
        withdrawn = self._withdrawn(it.cancelled[index])
        return Rows("payment", "payment", pa.table(columns), it.paid[index], withdrawn, "device_token")

    def waybills(self) -> Rows:
        """Table ``waybill``."""
        it = self._retail
        index = np.flatnonzero(it.has_waybill)
        columns = {
            "carrier_uscc": self._uscc(it.carrier[index]),
            "logistics_no": self.parcel_numbers(index),
            "platform_uscc": self._uscc(it.platform[index]),
            "order_no": self.order_numbers(index),
            "freight": decimals(it.freight[index], 2),
            "weight_kg": decimals(self._sums.grams[index] + 60, 5, digits_of_units=3),
            "packs": integers(np.ones(len(index))),
            "consignee_token": tokens("b", it.buyer[index], self._seed),
            "address_token": tokens("a", it.address[index], self._seed),
            "created_at": moments(it.shipped[index]),
        }
        withdrawn = self._withdrawn(it.cancelled[index])
        return Rows("waybill", "logistics", pa.table(columns), it.shipped[index], withdrawn, "weight_kg")

    def inventories(self) -> Rows:
        """Table ``inventory``. A list that was cancelled comes again with ``cancelled_at``, as a later version."""
        it, sums = self._retail, self._sums
        declared = np.arange(it.size)
        again = np.flatnonzero(it.cancelled != NEVER)
        index = np.concatenate([declared, again])
        cancelled = np.concatenate([np.full(it.size, NEVER), it.cancelled[again]])
        known = np.concatenate([np.maximum(it.declared, it.released), it.cancelled[again]])
        return Rows(
            "inventory",
            "customs",
            pa.table(self._inventory(it, sums, index, cancelled)),
            known,
            soft="consignee_phone_token",
        )

    def _inventory(self, it: Retail, sums: Sums, index: Integers, cancelled: Integers) -> dict[str, Any]:
        count = len(index)
        is_import = ~it.is_export[index]
        return {
            "invt_no": self.list_numbers(index),
            "direction": words(DIRECTIONS, it.is_export[index]),
            "mode": words(MODES, it.mode[index]),
            "platform_uscc": self._uscc(it.platform[index]),
            "uscc": self._uscc(it.seller[index]),
            "carrier_uscc": self._uscc(it.carrier[index]),
            "logistics_no": self.parcel_numbers(it.parcel[index]),
            "order_no": self.order_numbers(index),
            "customs_code": constant(count, places.CUSTOMS_CODES[0]),
            "port_code": constant(count, places.CUSTOMS_CODES[1]),
            "country": self._countries(it, index),
            "buyer_token": tokens("b", it.buyer[index], self._seed, is_import),
            "consignee_phone_token": tokens("p", it.phone[index], self._seed),
            "address_token": tokens("a", it.address[index], self._seed),
            "freight": decimals(it.freight[index], 2),
            "insurance": decimals(sums.insurance[index], 2),
            "declared_value": decimals(sums.goods_value[index], 2),
            "currency": constant(count, "CNY"),
            "declared_value_cny": decimals(sums.customs_value[index], 2),
            "tax_cny": decimals(sums.tax[index], 2),
            "gross_weight_kg": decimals(sums.grams[index] + 60, 5, digits_of_units=3),
            "net_weight_kg": decimals(sums.grams[index], 5, digits_of_units=3),
            "indivisible": flags(sums.pieces[index] == 1),
            "declared_at": moments(it.declared[index]),
            "released_at": moments(it.released[index]),
            "cancelled_at": moments(cancelled),
        }

    def _countries(self, it: Retail, index: Integers) -> pa.Array:
        """Destination of an export, origin of an import's first line."""
        first_line = np.flatnonzero(it.line_no == 1)
        origin = self._articles.origin[it.article[first_line]][index]
        names = [*places.COUNTRIES, *goods.ORIGINS]
        return words(names, np.where(it.is_export[index], it.place[index], origin + len(places.COUNTRIES)))

    def inventory_lines(self) -> Rows:
        """Table ``inventory_line``."""
        it = self._retail
        good = self._articles.good[it.article]
        known = np.maximum(it.declared, it.released)[it.line_order]
        columns = {
            "invt_no": self.list_numbers(it.line_order),
            "line_no": integers(it.line_no),
            "hs_code": words(goods.HS_CODES, good),
            "goods_name": words(goods.NAMES, good),
            "sku": skus(it.article),
            "bar_code": bar_codes(it.article),
            "origin_country": words(goods.ORIGINS, self._articles.origin[it.article]),
            "quantity": decimals(it.quantity, 5, digits_of_units=0),
            "unit": words(goods.UNITS, goods.UNIT_OF[good]),
            "statutory_quantity": statutory(it.quantity, good),
            "statutory_unit": words(goods.UNITS, goods.STATUTORY_OF[good]),
            "price": decimals(it.price, 5, digits_of_units=2),
            "line_total": decimals(it.line_total, 2),
        }
        return Rows("inventory_line", "customs", pa.table(columns), known, soft="bar_code")

    @staticmethod
    def _withdrawn(cancelled: Integers) -> Integers:
        """Order, payment and waybill of a cancelled list are withdrawn an hour after it."""
        return np.where(cancelled == NEVER, NEVER, cancelled + 3600 * SECOND)


def order_numbers(retail: Retail, index: Integers, present: Booleans | None = None) -> pa.Array:
    """Order numbers of orders; null where not present."""
    return texts(len(index), [b"DD", (date_stamps(retail.day[index]), 8), (index, 9)], present)


def list_numbers(retail: Retail, index: Integers, present: Booleans | None = None) -> pa.Array:
    """List numbers (清单编号) of orders: customs 4, year 4, I or E, serial 9; null where not present."""
    letter = np.where(retail.is_export[index], ord("E"), ord("I")).astype(np.uint8)[:, None]
    year = date_stamps(retail.day[index]) // 10_000
    parts: list[Part] = [places.CUSTOMS_CODES[0].encode(), (year, 4), letter, (index + 1, 9)]
    return texts(len(index), parts, present)


def date_stamps(days: NDArray[Any]) -> Integers:
    """Days since 1970 as numbers YYYYMMDD."""
    when = days.astype("datetime64[D]")
    months = when.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.asarray(
        year * 10_000 + (months.astype(np.int64) % 12 + 1) * 100 + (when - months).astype(np.int64) + 1, dtype=np.int64
    )


def skus(article: Integers) -> pa.Array:
    """Stock keeping units: one per article."""
    return texts(len(article), [b"SKU", (article, 7)])


def bar_codes(article: Integers) -> pa.Array:
    """13-digit bar codes of articles, in the block 299 that is free for internal use."""
    return texts(len(article), [b"299", (article, 10)])


def statutory(quantity: Integers, good: Integers) -> pa.Array:
    """Quantity in the first statutory unit: kilograms, or pieces as declared. A thousandth is the smallest part."""
    in_kilograms = (goods.STATUTORY_OF[good] == goods.UNITS.index("035")) & (
        goods.UNIT_OF[good] != goods.UNITS.index("035")
    )
    thousandths = np.where(in_kilograms, quantity * goods.GRAMS[good], quantity * 1000)
    return decimals(thousandths, 5, digits_of_units=3)
