"""Business trade written down: declarations with their lines, platform orders, vehicles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods, places
from pipelines.simulation.columns import (
    NEVER,
    Integers,
    constant,
    decimals,
    digits,
    flags,
    integers,
    moments,
    texts,
    tokens,
    words,
)
from pipelines.simulation.consignments import MODES, Consignments, Worth
from pipelines.simulation.enterprises import DIVISIONS
from pipelines.simulation.rates import CURRENCIES
from pipelines.simulation.retail_documents import DIRECTIONS, bar_codes, date_stamps, skus, statutory
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

VIN_PREFIX_SUM = 3 * 8 + 7 * 7 + 1 * 6 + 2 * 5 + 9 * 4 + 0 * 3 + 1 * 2 + 1 * 10
"""L X J S Z 0 A A by their values and the weights 8 7 6 5 4 3 2 10 (ISO 3779); the ninth place is the check digit."""

VIN_TAIL_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2])

ORDERED_MODES = (MODES.index("9710"), MODES.index("9810"))


class ConsignmentWriter:
    """Builds the tables of business trade from its arrays."""

    def __init__(self, world: World, trade: Consignments, worth: Worth) -> None:
        self._seed = world.settings.seed
        self._population = world.population
        self._articles = world.articles
        self._uscc = world.uscc
        self._trade = trade
        self._worth = worth
        self._stamps = date_stamps(trade.day)

    def rows(self) -> Iterator[Rows]:
        """Every table of business trade."""
        yield self.declarations()
        yield self.declaration_lines()
        yield self.orders()
        yield self.order_lines()
        yield self.vehicles()

    def entry_numbers(self, index: Integers) -> pa.Array:
        """Declaration numbers: customs 4, year 4, flag 1 for import and 0 for export, serial 9."""
        flag = np.where(self._trade.is_export[index], ord("0"), ord("1")).astype(np.uint8)[:, None]
        year = self._stamps[index] // 10_000
        return texts(len(index), [places.CUSTOMS_CODES[0].encode(), (year, 4), flag, (index + 1, 9)])

    def order_numbers(self, index: Integers) -> pa.Array:
        """Numbers of the platform orders behind 9710 and 9810 declarations."""
        return texts(len(index), [b"BB", (self._stamps[index], 8), (index, 9)])

    def declarations(self) -> Rows:
        """Table ``declaration``: once at release, and again as a new version when the goods have left."""
        it, worth = self._trade, self._worth
        left = np.flatnonzero(it.is_export)
        index = np.concatenate([np.arange(it.size), left])
        departed = np.concatenate([np.full(it.size, NEVER), it.departed[left]])
        currencies, count = it.currency[index], len(index)
        division = self._population.division[it.owner[index]]
        columns = {
            "entry_id": self.entry_numbers(index),
            "direction": words(DIRECTIONS, it.is_export[index]),
            "mode": words(MODES, it.mode[index]),
            "uscc": self._uscc(it.seller[index]),
            "owner_uscc": self._uscc(it.owner[index]),
            "agent_uscc": self._uscc(it.broker[index]),
            "principal_uscc": self._uscc(it.principal[index]),
            "terms": words(["CIF", "FOB"], it.is_export[index]),
            "country": words(places.COUNTRIES, it.place[index]),
            "port_code": constant(count, places.CUSTOMS_CODES[1]),
            "domestic_source": words(DIVISIONS, division, it.is_export[index]),
            "amount": decimals(worth.amount[index], 2),
            "currency": words(CURRENCIES, currencies),
            "amount_cny": decimals(worth.cny[index], 2),
            "amount_usd": decimals(worth.usd[index], 2),
            "overseas_party_token": tokens("f", it.party[index], self._seed),
            "refund_claimed": flags(it.refund_claimed[index]),
            "declared_at": moments(it.declared[index]),
            "released_at": moments(it.released[index]),
            "departed_at": moments(departed),
        }
        known = np.concatenate([it.released, it.departed[left]])
        return Rows("declaration", "customs", pa.table(columns), known, soft="overseas_party_token")

    def declaration_lines(self) -> Rows:
        """Table ``declaration_line``."""
        it = self._trade
        good = self._articles.good[it.article]
        columns = {
            "entry_id": self.entry_numbers(it.line_entry),
            "line_no": integers(it.line_no),
            "hs_code": words(goods.HS_CODES, good),
            "goods_name": words(goods.NAMES, good),
            "serial_no": vins(it.serial),
            "origin_country": words(goods.ORIGINS, self._articles.origin[it.article]),
            "quantity": decimals(it.quantity, 5, digits_of_units=0),
            "unit": words(goods.UNITS, goods.UNIT_OF[good]),
            "statutory_quantity": statutory(it.quantity, good),
            "statutory_unit": words(goods.UNITS, goods.STATUTORY_OF[good]),
            "net_weight_kg": decimals(it.grams, 5, digits_of_units=3),
            "price": decimals(it.price, 5, digits_of_units=2),
            "line_total": decimals(it.line_total, 2),
        }
        known = it.released[it.line_entry]
        return Rows("declaration_line", "customs", pa.table(columns), known, soft="net_weight_kg")

    def orders(self) -> Rows:
        """Table ``order``: the platform order behind each 9710 and 9810 declaration, without freight or tax."""
        it, worth = self._trade, self._worth
        index = np.flatnonzero(np.isin(it.mode, ORDERED_MODES))
        zero = decimals(np.zeros(len(index), dtype=np.int64), 2)
        ordered = it.declared[index] - 5 * 86_400_000_000
        columns = {
            "platform_uscc": self._uscc(it.platform[index]),
            "order_no": self.order_numbers(index),
            "direction": constant(len(index), "export"),
            "uscc": self._uscc(it.seller[index]),
            "goods_value": decimals(worth.amount[index], 2),
            "freight": zero,
            "discount": zero,
            "tax_total": zero,
            "actual_paid": decimals(worth.amount[index], 2),
            "currency": words(CURRENCIES, it.currency[index]),
            "amount_cny": decimals(worth.cny[index], 2),
            "buyer_token": tokens("f", it.party[index], self._seed),
            "destination_country": words(places.COUNTRIES, it.place[index]),
            "ordered_at": moments(ordered),
        }
        return Rows("order", "platform", pa.table(columns), ordered)

    def order_lines(self) -> Rows:
        """Table ``order_line`` of those orders."""
        it = self._trade
        line = np.flatnonzero(np.isin(it.mode[it.line_entry], ORDERED_MODES))
        index, article = it.line_entry[line], it.article[line]
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
        return Rows("order_line", "platform", pa.table(columns), it.declared[index] - 5 * 86_400_000_000)

    def vehicles(self) -> Rows:
        """Table ``vehicle_export``: each vehicle that left, with its own number."""
        it = self._trade
        line = np.flatnonzero(it.serial >= 0)
        index = it.line_entry[line]
        used = it.serial[line] % 3 != 0
        columns = {
            "vin": vins(it.serial[line]),
            "uscc": self._uscc(it.seller[index]),
            "entry_id": self.entry_numbers(index),
            "used": flags(used),
            "licence_no": texts(len(line), [b"XK", (it.serial[line], 8)], used),
            "destination_country": words(places.COUNTRIES, it.place[index]),
            "exited_at": moments(it.departed[index]),
        }
        return Rows("vehicle_export", "customs", pa.table(columns), it.departed[index])


def vins(serial: Integers) -> pa.Array:
    """Vehicle identification numbers of 17 characters, null where a serial is negative."""
    number = np.maximum(serial, 0)
    tail = digits(number, 8)
    total = VIN_PREFIX_SUM + (tail.astype(np.int64) - ord("0")) @ VIN_TAIL_WEIGHTS
    check = np.where(total % 11 == 10, ord("X"), ord("0") + total % 11).astype(np.uint8)[:, None]
    return texts(len(serial), [b"LXJSZ0AA", check, tail], serial >= 0)
