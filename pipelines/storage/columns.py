"""Column types that hold the same value on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from expectations.vocabulary.moment import zoned

LongInteger = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both; SQLite numbers rows by itself only in a column called INTEGER."""


def moment_text(moment: datetime) -> str:
    """A moment as columns hold it. Refuses a time without a zone."""
    return zoned(moment).isoformat(timespec="microseconds")


class Moment(TypeDecorator[datetime]):
    """A moment as ISO 8601 text in Asia/Shanghai with microseconds.

    Text, since SQLite drops the zone of a time. All rows carry the same offset and width, so text order is time order.
    """

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The text to store. Refuses a time without a zone."""
        return None if value is None else moment_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment that was stored."""
        return None if value is None else datetime.fromisoformat(value)
