"""A file of made-up inventory lists with broken rows in it, of which is known where they lie and what is wrong.

The same rows and seed give the same bytes. Nothing but the broken rows breaks the contract of ``inventory``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from expectations.vocabulary.uscc import ALPHABET, surrogate
from pipelines.simulation.columns import Booleans, Integers, constant, digits, integers, texts, tokens, words

DAY = date(2026, 10, 31)
"""The business day all lists are declared on."""

_BROKEN_SHARE = 0.01
_CHUNK = 250_000
_SELLERS, _PLATFORMS, _AGENTS, _CARRIERS = 20_000, 40, 200, 30
_BUYERS = 2_000_000
_SHARE_RELEASED, _SHARE_CANCELLED, _SHARE_WITH_ORDER = 0.8, 0.01, 0.97


@dataclass(frozen=True)
class Breach:
    """One way to break a row: the field, what stands in it then, and the one code that the contract gives it."""

    code: str
    field: str
    put: Callable[[pa.Array], pa.Array]


def _wrong_check_character(codes: pa.Array) -> pa.Array:
    """The next character of the alphabet in the last place, which no sound code of the same body has."""
    wrong = [code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)] for code in codes.to_pylist()]
    return pa.array(wrong, pa.string())


BREACHES = (
    Breach("type:declared_value", "declared_value", lambda cells: pc.binary_join_element_wise(cells, "元", "")),
    Breach("code:mode", "mode", lambda cells: pa.array(["9999"] * len(cells))),
    Breach("required:uscc", "uscc", lambda cells: pa.nulls(len(cells), pa.string())),
    Breach("check_character:uscc", "uscc", _wrong_check_character),
)


@dataclass(frozen=True)
class Planted:
    """What is broken: the row numbers in the file, from 1 and ascending, and how many rows have each code."""

    rows: tuple[int, ...]
    codes: dict[str, int]


def write_lists(path: Path, rows: int, seed: int) -> Planted:
    """Write ``rows`` lists as CSV, one in a hundred of them broken, every breach as often as the others."""
    random = np.random.default_rng(seed)
    broken = np.sort(random.choice(rows, size=int(rows * _BROKEN_SHARE), replace=False))
    breach = random.permutation(len(broken)) % len(BREACHES)
    writer = None
    for first in range(0, rows, _CHUNK):
        table = _lists(random, first, min(_CHUNK, rows - first), seed)
        inside = slice(*np.searchsorted(broken, (first, first + len(table))))
        table = _break(table, broken[inside] - first, breach[inside])
        writer = writer or csv.CSVWriter(path, table.schema, write_options=csv.WriteOptions(quoting_style="none"))
        writer.write_table(table)
    if writer:
        writer.close()
    counts = np.bincount(breach, minlength=len(BREACHES)).tolist()
    codes = {each.code: count for each, count in zip(BREACHES, counts, strict=True) if count}
    return Planted(tuple((broken + 1).tolist()), codes)


def _break(table: pa.Table, rows: NDArray[Any], breach: NDArray[Any]) -> pa.Table:
    for number, each in enumerate(BREACHES):
        chosen = np.zeros(len(table), dtype=bool)
        chosen[rows[breach == number]] = True
        place = table.schema.get_field_index(each.field)
        cells = table.column(place).combine_chunks()
        put = pc.replace_with_mask(cells, pa.array(chosen), each.put(cells.filter(pa.array(chosen))))
        table = table.set_column(place, each.field, put)
    return table


def _lists(random: np.random.Generator, first: int, size: int, seed: int) -> pa.Table:
    """``size`` sound lists, numbered on from ``first``."""
    return pa.table(dict(_columns(random, np.arange(first, first + size), size, seed)))


def _columns(random: np.random.Generator, serial: Integers, size: int, seed: int) -> Iterator[tuple[str, pa.Array]]:
    buyer = random.integers(0, _BUYERS, size)
    value = np.maximum(random.lognormal(9.5, 1.0, size).astype(np.int64), 100)
    net = random.integers(5_000, 900_000, size)
    second = np.sort(random.integers(6 * 3600, 20 * 3600, size))
    has_order = random.random(size) < _SHARE_WITH_ORDER
    yield "invt_no", texts(size, [b"51012026E", (serial, 9)])
    yield "direction", _plain(constant(size, "export"))
    yield "mode", _plain(words(["9610", "1210", "9710", "9810"], random.integers(0, 4, size)))
    yield "platform_uscc", _codes("platform", _PLATFORMS, random, size)
    yield "uscc", _codes("seller", _SELLERS, random, size)
    yield "agent_uscc", _codes("agent", _AGENTS, random, size)
    yield "carrier_uscc", _codes("carrier", _CARRIERS, random, size)
    yield "logistics_no", texts(size, [b"LP", (serial * 7 + 13, 14)])
    yield "order_no", texts(size, [b"ORD", (serial * 3 + 5, 14)], has_order)
    yield "customs_code", _plain(constant(size, "5101"))
    yield "port_code", _plain(constant(size, "5141"))
    yield "country", _plain(words(["US", "DE", "RU", "GB", "JP"], random.integers(0, 5, size)))
    for name, kind in (("buyer_token", "b"), ("consignee_phone_token", "p"), ("address_token", "a")):
        yield name, tokens(kind, buyer, seed)
    yield "freight", _money(random.integers(0, 3_000, size))
    yield "insurance", _money(np.zeros(size, dtype=np.int64))
    yield "declared_value", _money(value)
    yield "currency", _plain(constant(size, "USD"))
    yield "declared_value_cny", _money(value * 7)
    yield "tax_cny", _money(np.zeros(size, dtype=np.int64))
    yield "summary_entry_id", texts(size, [b"51012026", (serial // 500, 10)])
    yield "gross_weight_kg", _number(net + random.integers(0, 20_000, size), 5)
    yield "net_weight_kg", _number(net, 5)
    yield "indivisible", _plain(words(["false", "true"], random.integers(0, 2, size)))
    yield "declared_at", _moments(second)
    yield "released_at", _moments(second + random.integers(60, 7200, size), random.random(size) < _SHARE_RELEASED)
    yield "cancelled_at", _moments(second + 9000, random.random(size) < _SHARE_CANCELLED)
    yield "received_at", _plain(constant(size, f"{DAY.isoformat()}T23:30:00+08:00"))


def _codes(kind: str, count: int, random: np.random.Generator, size: int) -> pa.Array:
    """Sound codes of made-up enterprises, one of ``count`` per row."""
    return _plain(
        words(pa.array([surrogate(f"{kind} {number}") for number in range(count)]), random.integers(0, count, size))
    )


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())


def _money(fen: Integers) -> pa.Array:
    return _number(fen, 2)


def _number(units: Integers, places: int) -> pa.Array:
    """Decimals as a sender writes them: no leading zeros, every place of the fraction."""
    scale = 10**places
    whole = integers(units // scale).cast(pa.string())
    return pc.binary_join_element_wise(whole, texts(len(units), [(units % scale, places)]), ".")


def _moments(second: Integers, present: Booleans | None = None) -> pa.Array:
    """Moments of the day, told in its seconds, with the zone's own offset."""
    clock = [part for unit in (second // 3600, second // 60 % 60, second % 60) for part in (digits(unit, 2), b":")]
    return texts(len(second), [f"{DAY.isoformat()}T".encode(), *clock[:-1], b"+08:00"], present)
