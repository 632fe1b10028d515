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
    """Give every row its moment of receipt, and add the versions, copies and slips of an ordinary feed."""
    random = settings.stream(f"delivery-{rows.source}-{rows.table}-{number}")
    size = rows.columns.num_rows
    received = rows.known + _delays(rows.table, size, settings.late_share, random)
    is_broken, is_corrected = _slips(rows, settings, size, random)
    mended = np.flatnonzero(is_broken & (random.random(size) < MENDED_SHARE))
    corrected = np.flatnonzero(is_corrected)
    withdrawn = np.flatnonzero(rows.annulled != NEVER) if rows.annulled is not None else np.array([], dtype=np.int64)
    doubled = np.flatnonzero(random.random(size) < settings.duplicate_share)
    second_looks = np.concatenate([mended, corrected])
    wait = random.integers(DAY // 24, DAY // 2, len(second_looks))
    last_words = _after(rows, received, withdrawn, random)
    extra = np.concatenate([second_looks, withdrawn, doubled])
    table = rows.columns
    for name, mask in (("soft", is_corrected), ("fault", is_broken)):
        if mask.any():
            table = _with_wrong_value(rows, table, mask) if name == "soft" else _broken(rows.table, table, mask, random)
    clean_extra = rows.columns.take(pa.array(np.concatenate([second_looks, withdrawn])))
    columns = pa.concat_tables([table, _plain(clean_extra, table), table.take(pa.array(doubled))])
    all_received = np.concatenate([received, received[second_looks] + wait, last_words, received[doubled]])
    annulled = np.full(size + len(extra), NEVER)
    if rows.annulled is not None:
        start = size + len(second_looks)
        annulled[start : start + len(withdrawn)] = rows.annulled[withdrawn]
        columns = columns.append_column("annulled_at", moments(annulled))
    broken = np.concatenate([is_broken, np.zeros(len(second_looks) + len(withdrawn), dtype=bool), is_broken[doubled]])
    copied = np.arange(len(broken)) >= size + len(second_looks) + len(withdrawn)
    return Delivered(
        table=rows.table,
        source=rows.source,
        columns=columns,
        received=all_received // SECOND * SECOND,
        broken=broken,
        copied=copied & ~broken,
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


def _with_wrong_value(rows: Rows, table: pa.Table, mask: Booleans) -> pa.Table:
    """Rows under the mask take each other's value of the soft field: a mix-up that a correction sets right."""
    assert rows.soft is not None  # noqa: S101 - the mask is empty without one
    column = table[rows.soft].combine_chunks()
    wrong = column.filter(pa.array(mask)).take(pa.array(np.roll(np.arange(int(mask.sum())), 1)))
    place = table.column_names.index(rows.soft)
    return table.set_column(place, rows.soft, pc.replace_with_mask(column, pa.array(mask), wrong))


def _broken(name: str, table: pa.Table, mask: Booleans, random: np.random.Generator) -> pa.Table:
    kinds = FAULTS[name]
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


def _plain(extra: pa.Table, like: pa.Table) -> pa.Table:
    """The same columns in the types of another table."""
    return extra.cast(like.schema) if extra.schema != like.schema else extra
