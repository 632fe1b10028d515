"""Arrow columns from whole arrays of numbers: texts, tokens, money, moments.

A zone has millions of document numbers. Formatting them one by one in Python would cost more than all the rest, so
every text here is laid out as bytes, a whole column at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

MOMENT = pa.timestamp("us", tz="Asia/Shanghai")
SECOND = 1_000_000
DAY = 86_400 * SECOND
ZONE_OFFSET = 8 * 3600 * SECOND
NEVER = np.int64(np.iinfo(np.int64).min)
"""Stands for 'not there' in an array of moments or days."""

_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype=np.uint8).reshape(256, 2)

Part = bytes | tuple[Integers, int] | NDArray[np.uint8]
"""A piece of a text: the same bytes everywhere, a number zero-padded to a width, or ready rows of bytes."""


def texts(size: int, parts: Sequence[Part], present: Booleans | None = None) -> pa.Array:
    """Strings of one fixed length, made by setting the parts side by side; null where not present."""
    blocks = [_bytes_of(size, part) for part in parts]
    width = sum(block.shape[1] for block in blocks)
    matrix = np.concatenate(blocks, axis=1) if blocks else np.empty((size, 0), dtype=np.uint8)
    offsets = np.arange(size + 1, dtype=np.int64) * width
    kind, offsets = (pa.string(), offsets.astype(np.int32)) if offsets[-1] < 2**31 else (pa.large_string(), offsets)
    buffers = [_validity(present), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix))]
    return pa.Array.from_buffers(kind, size, buffers)


def _bytes_of(size: int, part: Part) -> NDArray[np.uint8]:
    if isinstance(part, bytes):
        return np.broadcast_to(np.frombuffer(part, dtype=np.uint8), (size, len(part)))
    if isinstance(part, tuple):
        return digits(part[0], part[1])
    return part


def digits(values: Integers, width: int) -> NDArray[np.uint8]:
    """Non-negative numbers as rows of ASCII digits, zero-padded on the left."""
    rest = np.asarray(values, dtype=np.int64)
    out = np.empty((len(rest), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        quotient = rest // 10
        out[:, place] = rest - quotient * 10 + 48
        rest = quotient
    return out


def _validity(present: Booleans | None) -> pa.Buffer | None:
    return None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))


def scramble(values: NDArray[Any], salt: int) -> NDArray[np.uint64]:
    """A fixed one-to-one shuffle of 64-bit numbers (the finaliser of SplitMix64), so that ids do not show an order."""
    mixed = values.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def tokens(kind: str, ids: Integers, seed: int, present: Booleans | None = None) -> pa.Array:
    """Person-level tokens: a letter for the kind, an underscore and 16 hex digits.

    Nothing personal stands behind them. The same (kind, id) gives the same token in every table, as one custodian's
    keyed tokens do.
    """
    rows = hex_digits(ids, seed * 256 + ord(kind[0]))
    return texts(len(ids), [f"{kind}_".encode(), rows], present)


def hex_digits(ids: Integers, salt: int) -> NDArray[np.uint8]:
    """16 hex digits per id, as rows of bytes."""
    mixed = scramble(np.asarray(ids, dtype=np.int64), salt)
    return np.asarray(_HEX[mixed.byteswap().view(np.uint8).reshape(-1, 8)].reshape(-1, 16))


def words(choices: Sequence[str] | pa.Array, index: NDArray[Any], present: Booleans | None = None) -> pa.Array:
    """One of a few strings per row, dictionary-encoded; null where not present."""
    mask = None if present is None else ~present
    if isinstance(choices, pa.Array):
        return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32), mask=mask), choices)
    # A word that stands twice in a dictionary is written under either number, so the file's bytes would vary.
    unique = sorted(set(choices))
    number = np.array([unique.index(choice) for choice in choices], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(number[index.astype(np.int64)], mask=mask), pa.array(unique, pa.string())
    )


def constant(size: int, word: str) -> pa.Array:
    """The same string in every row."""
    return words([word], np.zeros(size, dtype=np.int32))


def decimals(
    units: Integers, scale: int, present: Booleans | None = None, digits_of_units: int | None = None
) -> pa.Array:
    """Exact decimals from whole units.

    Parameters
    ----------
    units:
        Whole units, such as fen.
    scale:
        Decimals of the column's type, decimal(18, scale).
    present:
        Null where false.
    digits_of_units:
        A unit is 10 to the power of minus this; by default the scale.
    """
    values = np.asarray(units, dtype=np.int64)
    if digits_of_units is not None:
        values = values * 10 ** (scale - digits_of_units)
    pairs = np.empty((len(values), 2), dtype=np.int64)
    pairs[:, 0] = values
    pairs[:, 1] = values >> 63  # the sign fills the upper half of the 128 bits
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [_validity(present), pa.py_buffer(pairs)])


def moments(instants: Integers) -> pa.Array:
    """Moments from microseconds since 1970 in UTC; ``NEVER`` is null. Whole seconds, as the feeds write them."""
    whole = instants // SECOND * SECOND
    return pa.array(whole, mask=instants == NEVER).cast(pa.timestamp("us", tz="UTC")).cast(MOMENT)


def dates(days: Integers) -> pa.Array:
    """Dates from days since 1970; ``NEVER`` is null."""
    present = days != NEVER
    return pa.array(np.where(present, days, 0).astype(np.int32), mask=~present).cast(pa.date32())


def flags(values: Booleans, present: Booleans | None = None) -> pa.Array:
    """Booleans; null where not present."""
    return pa.array(values, mask=None if present is None else ~present)


def integers(values: NDArray[Any], present: Booleans | None = None) -> pa.Array:
    """Whole numbers; null where not present."""
    return pa.array(values.astype(np.int64), mask=None if present is None else ~present)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to a date."""
    return (day - date(1970, 1, 1)).days


def midnight(days: Integers | int) -> Any:
    """The first instant of a zone day, in microseconds of UTC."""
    return np.asarray(days, dtype=np.int64) * DAY - ZONE_OFFSET


def day_of(instants: Integers) -> Integers:
    """The zone day of an instant, in days since 1970."""
    return (instants + ZONE_OFFSET) // DAY
