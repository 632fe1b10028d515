"""How rows arrive: late, twice, corrected, withdrawn, and now and then broken.

A row that breaks its contract is a slip of the sender: nearly always the right version follows within half a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from expectations.vocabulary.uscc import ALPHABET
from pipelines.simulation.columns import DAY, NEVER, SECOND, Booleans, Integers, moments
from pipelines.simulation.rows import Rows
from pipelines.simulation.settings import ZoneSettings

PROMPT_MINUTES = 12.0
"""Mean delay of a feed that works; gamma distributed, under two hours."""

LATE_DAYS = 2.5
LATE_AT_MOST_DAYS = {"waybill_event": 4.0}
LATE_AT_MOST = 45.0
"""A late row comes days later; a track at most four, so that no honest parcel seems unscanned for a week."""

MENDED_SHARE = 0.95
"""Share of broken rows whose right version follows. What never comes is a missing document to R01, whose threshold is
1 % of a week's lists: honest sellers must stay far below it."""

CHAIN = ("order", "payment", "waybill", "inventory")
CHAIN_LATE_FACTOR = 0.25
"""Documents of one chain come late less often than other rows, for the same reason."""

FAULTS: dict[str, tuple[tuple[str, str], ...]] = {
    "order": (("uscc", "check character"), ("direction", "unknown code"), ("actual_paid", "wrong sum")),
    "order_line": (("goods_name", "missing"), ("platform_uscc", "check character")),
    "payment": (("platform_uscc", "check character"), ("paid_at", "missing"), ("currency", "unknown code")),
    "waybill": (("carrier_uscc", "check character"), ("created_at", "missing")),
    "waybill_event": (("event", "unknown code"), ("carrier_uscc", "check character")),
    "inventory": (("mode", "unknown code"), ("uscc", "check character"), ("declared_at", "missing")),
    "inventory_line": (("goods_name", "missing"), ("unit", "missing")),
    "declaration": (("mode", "unknown code"), ("uscc", "check character"), ("declared_at", "missing")),
    "declaration_line": (("goods_name", "missing"), ("unit", "missing")),
    "warehouse_movement": (("direction", "unknown code"), ("uscc", "check character")),
    "return": (("direction", "unknown code"), ("applied_at", "missing")),
    "forex": (("uscc", "check character"), ("value_date", "missing")),
    "tax_filing": (("uscc", "check character"), ("tax_type", "unknown code")),
    "procurement": (("uscc", "check character"), ("currency", "unknown code")),
}
"""How a row of a table breaks. Tables not named here are never broken: they are short registers."""


@dataclass(frozen=True)
class Delivered:
    """Rows with their moment of receipt; which are broken, and which are exact copies of a sound row."""

    table: str
    source: str
    columns: pa.Table
    received: Integers
    broken: Booleans
    copied: Booleans


def deliver(rows: Rows, settings: ZoneSettings, number: int) -> Delivered:
    """Give every row its moment of receipt, and add the versions, copies and slips of an ordinary feed.

    First come all rows, some mixed up or broken; then their right versions, withdrawals, and exact copies.
    """
    random = settings.stream(f"delivery-{rows.source}-{rows.table}-{number}")
    size = rows.columns.num_rows
    received = rows.known + _delays(rows.table, size, settings.late_share, random)
    is_broken, is_mixed = _slips(rows, settings, size, random)
    sent, is_mixed = _mixed_up(rows, is_mixed)
    sent = _broken(rows.table, sent, is_broken, random)
    mended = np.flatnonzero(is_mixed | (is_broken & (random.random(size) < MENDED_SHARE)))
    withdrawn = np.flatnonzero(rows.annulled != NEVER) if rows.annulled is not None else mended[:0]
    doubled = np.flatnonzero(random.random(size) < settings.duplicate_share)
    right = rows.columns.take(pa.array(np.concatenate([mended, withdrawn])))
    columns = pa.concat_tables([sent, right, sent.take(pa.array(doubled))])
    waited = received[mended] + random.integers(DAY // 24, DAY // 2, len(mended))
    all_received = [received, waited, _after(rows, received, withdrawn, random), received[doubled]]
    if rows.annulled is not None:
        kept = (np.full(size + len(mended), NEVER), rows.annulled[withdrawn], np.full(len(doubled), NEVER))
        columns = columns.append_column("annulled_at", moments(np.concatenate(kept)))
    return Delivered(
        table=rows.table,
        source=rows.source,
        columns=columns,
        received=np.concatenate(all_received) // SECOND * SECOND,
        broken=np.concatenate([is_broken, np.zeros(right.num_rows, dtype=bool), is_broken[doubled]]),
        copied=np.concatenate([np.zeros(size + right.num_rows, dtype=bool), ~is_broken[doubled]]),
    )


def _delays(table: str, size: int, late_share: float, random: np.random.Generator) -> Integers:
    prompt = np.minimum(random.gamma(1.5, PROMPT_MINUTES / 1.5, size) * 60 + 1, 7000)
    late = np.minimum(random.exponential(LATE_DAYS, size), LATE_AT_MOST_DAYS.get(table, LATE_AT_MOST))
    is_late = random.random(size) < late_share * (CHAIN_LATE_FACTOR if table in CHAIN else 1.0)
    return np.asarray((prompt + np.where(is_late, late * 86_400, 0)).astype(np.int64) * SECOND)


def _slips(rows: Rows, settings: ZoneSettings, size: int, random: np.random.Generator) -> tuple[Booleans, Booleans]:
    """Which rows come broken, and which come with a value that is corrected later; never both."""
    chance = random.random(size)
    can_break = rows.table in FAULTS
    broken = (chance < settings.dirty_share) & can_break
    corrected = (chance > 1 - settings.corrected_share) & (rows.soft is not None)
    return broken, corrected


def _after(rows: Rows, received: Integers, withdrawn: Integers, random: np.random.Generator) -> Integers:
    """A withdrawal arrives after it was made, and after the row itself."""
    if rows.annulled is None:
        return np.array([], dtype=np.int64)
    made = np.maximum(rows.annulled[withdrawn], received[withdrawn])
    return np.asarray(made + random.integers(60, 7200, len(withdrawn)) * SECOND)


def _mixed_up(rows: Rows, mask: Booleans) -> tuple[pa.Table, Booleans]:
    """Rows under the mask take each other's value of the soft field. Returns the mask of those it changed."""
    if rows.soft is None or not mask.any():
        return rows.columns, np.zeros(len(mask), dtype=bool)
    column = rows.columns[rows.soft].combine_chunks()
    own = column.filter(pa.array(mask))
    other = own.take(pa.array(np.roll(np.arange(len(own)), 1)))
    one_is_empty = pc.xor(own.is_null(), other.is_null())
    differs = pc.or_(pc.fill_null(pc.not_equal(own, other), False), one_is_empty)
    changed = mask.copy()
    changed[mask] = differs.to_numpy(zero_copy_only=False)
    wrong = pc.replace_with_mask(column, pa.array(changed), other.filter(differs))
    return rows.columns.set_column(rows.columns.column_names.index(rows.soft), rows.soft, wrong), changed


def _broken(name: str, table: pa.Table, mask: Booleans, random: np.random.Generator) -> pa.Table:
    """Rows under the mask break their contract, each in one of the table's ways."""
    kinds = FAULTS.get(name, ())
    if not kinds:
        return table
    which = random.integers(0, len(kinds), len(mask))
    for number, (field, fault) in enumerate(kinds):
        here = mask & (which == number)
        if here.any():
            column = table[field].combine_chunks()
            place = table.column_names.index(field)
            table = table.set_column(place, field, _FAULT_MAKERS[fault](column, here))
    return table


def _missing(column: Any, here: Booleans) -> Any:
    if isinstance(column, pa.DictionaryArray):
        return pa.DictionaryArray.from_arrays(pc.if_else(pa.array(here), None, column.indices), column.dictionary)
    return pc.if_else(pa.array(here), pa.scalar(None, column.type), column)


def _unknown_code(column: Any, here: Booleans) -> Any:
    return _reworded(column, here, lambda word: "ZZZZ")


def _bad_check_character(column: Any, here: Booleans) -> Any:
    return _reworded(column, here, lambda word: word[:-1] + ALPHABET[(ALPHABET.index(word[-1]) + 1) % len(ALPHABET)])


def _reworded(column: Any, here: Booleans, change: Any) -> Any:
    """A dictionary column whose rows under the mask say a changed word."""
    known = column.dictionary.to_pylist()
    indices: NDArray[Any] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).copy()
    words = list(known) + [change(word) for word in known]
    indices[here] += len(known)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(words, pa.string()))


def _wrong_sum(column: Any, here: Booleans) -> Any:
    """Ten yuan too much, so that the sum rule of the table breaks whatever its tolerance for rounding."""
    ten = pc.add(column, pa.scalar(10, pa.decimal128(18, 2))).cast(column.type, safe=False)
    return pc.if_else(pa.array(here), ten, column)


_FAULT_MAKERS = {
    "missing": _missing,
    "unknown code": _unknown_code,
    "check character": _bad_check_character,
    "wrong sum": _wrong_sum,
}
