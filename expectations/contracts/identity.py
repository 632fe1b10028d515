"""The columns a version carries besides its contract's fields: its day, its key and the documents it names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from expectations.contracts.schema import Contract
from expectations.contracts.typed import quoted

SEPARATOR = chr(31)
"""ASCII unit separator: it stands between the parts of a key and occurs in none."""

_MASK = (1 << 63) - 1
_HOURS_EAST = 8


def hash_sql(texts: Sequence[str]) -> str:
    """SQL for 63 bits of the md5 of some texts, as BIGINT; NULL when one of them is NULL.

    The bits are the first eight bytes of the digest, least significant byte first, without the top bit. On another
    engine that is ``conv`` of the first sixteen hexadecimal digits taken pairwise from the right. The operator ``||``
    is used because, unlike ``concat``, it keeps NULL.
    """
    joined = f" || chr({ord(SEPARATOR)}) || ".join(texts)
    return f"CAST(md5_number({joined}) & {_MASK}::UHUGEINT AS BIGINT)"


def hash_of(parts: Sequence[str]) -> int:
    """The same number in Python, for parts in their canonical text."""
    digest = hashlib.md5(SEPARATOR.join(parts).encode("utf-8"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "little") & _MASK


def canonical_text_sql(contract: Contract, field_name: str) -> str:
    """A field's text in a key: equal values give equal text, however they were delivered.

    A moment is its microseconds since 1970 in UTC, a date is ISO 8601, a number is plain.
    """
    column = quoted(field_name)
    field_type = contract.field(field_name).type
    if field_type == "string":
        return column
    if field_type == "timestamp":
        return f"CAST(epoch_us({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def day_sql(column: str) -> str:
    """The day of a moment at +08:00, whatever the session's time zone."""
    return f"CAST(make_timestamp(epoch_us({column}) + {_HOURS_EAST * 3_600_000_000}) AS DATE)"


def event_day_sql(contract: Contract) -> str:
    """The day a row's event falls on; NULL only where both its event time and ``received_at`` are empty."""
    column = quoted(contract.event_time)
    field_type = contract.field(contract.event_time).type
    if field_type == "timestamp":
        day = day_sql(column)
    elif field_type == "date":
        day = column
    else:
        day = f"try_cast({column} || '-01' AS DATE)"  # a month: its first day
    return day if contract.field(contract.event_time).required else f"coalesce({day}, {day_sql('received_at')})"


def system_columns_sql(contract: Contract) -> dict[str, str]:
    """``event_day``, ``key_hash`` and every ``<link>_hash``, over a row's typed fields.

    ``received_at``, ``ingest_sequence`` and ``source_row`` are the intake's to give. Where a contract's event time
    may be empty, so may ``event_day`` be: the intake then takes the day of the ``received_at`` it has set.
    """
    columns = {
        "event_day": event_day_sql(contract),
        "key_hash": hash_sql([canonical_text_sql(contract, name) for name in contract.key]),
    }
    for link, names in contract.links.items():
        columns[f"{link}_hash"] = hash_sql([canonical_text_sql(contract, name) for name in names])
    return columns
