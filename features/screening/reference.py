"""What a single document is held against, taken once a day from what a run keeps, and looked up in microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import sqlglot

from expectations.contracts.identity import hash_of, hash_sql
from features.engine import Parameters, bound, read_step

Span = tuple[date, date | None]
Goods = tuple[str, str, str]
"""Ten-digit code, statutory unit, origin; the origin is empty where none was declared."""


@dataclass(frozen=True, slots=True)
class LikeGoods:
    """Declared prices of like goods, in steps of a thousandth of their logarithm.

    Attributes
    ----------
    twice_median:
        The sum of the lower and the upper middle.
    deviation:
        The median distance from the median, scaled to a standard deviation.
    lines, enterprises:
        How many lines it rests on, and of how many.
    """

    twice_median: int
    deviation: float
    lines: int
    enterprises: int


@dataclass(frozen=True)
class Reference:
    """Everything a document is held against.

    Attributes
    ----------
    digest:
        Names the very files it was read from.
    buyer_hashes, counted_fen:
        Of each buyer of the calendar year of ``business_date``, sorted by hash: what the retail imports known by then
        count to the yearly quota.
    tariff, positive_list:
        When a ten-digit code is in the tariff, and an eight-digit one on the list of retail imports. Empty: unknown.
    rates:
        CNY per unit by month and currency.
    """

    business_date: date
    digest: str
    prices: Mapping[Goods, LikeGoods] = field(repr=False)
    buyer_hashes: npt.NDArray[np.int64] = field(repr=False)
    counted_fen: npt.NDArray[np.int64] = field(repr=False)
    tariff: Mapping[str, Sequence[Span]] = field(repr=False)
    positive_list: Mapping[str, Sequence[Span]] = field(repr=False)
    rates: Mapping[tuple[str, str], float] = field(repr=False)

    def counted_of(self, buyer_token: str, day: date) -> int | None:
        """What a buyer's imports of a day's year count so far, in fen; None where this speaks of another year."""
        if day.year != self.business_date.year:
            return None
        wanted = hash_of([buyer_token])
        place = int(np.searchsorted(self.buyer_hashes, wanted))
        is_known = place < len(self.buyer_hashes) and int(self.buyer_hashes[place]) == wanted
        return int(self.counted_fen[place]) if is_known else 0


def is_valid(spans: Mapping[str, Sequence[Span]], code: str, day: date) -> bool | None:
    """Whether a code is in a list on a day; None where the list is not known at all."""
    if not spans:
        return None
    return any(first <= day and (last is None or day <= last) for first, last in spans.get(code, ()))


def reference_selects(numbers: Mapping[str, Parameters], business_date: date) -> dict[str, str]:
    """The selects that a reference is made of, over the rollups and small tables that a run leaves in its engine.

    Prices and quotas are those of the patterns R05 and R04, read out of these patterns' own steps, so that a document
    is held against the very figures that its enterprise is.
    """
    day: Parameters = {"business_date": business_date}
    return {
        "prices": bound(
            within_pattern(
                "R05",
                """select reference.hs_code, reference.statutory_unit, reference.origin_country,
                    reference.twice_median, spread.deviation, reference.all_lines as lines, known_by.enterprises
                from reference
                join spread on spread.hs_code = reference.hs_code
                    and spread.statutory_unit = reference.statutory_unit
                    and spread.origin_country = reference.origin_country
                join known_by on known_by.hs_code = reference.hs_code
                    and known_by.statutory_unit = reference.statutory_unit
                    and known_by.origin_country = reference.origin_country
                order by 1, 2, 3""",
            ),
            {**numbers["R05"], **day},
        ),
        "buyers": bound(
            within_pattern(
                "R04",
                f"""select {hash_sql(["buyer_token"])} as buyer_hash, cast(sum(counted_fen) as bigint) as counted_fen
                from of_year group by 1 order by 1""",
            ),
            {**numbers["R04"], **day},
        ),
        "tariff": "select hs_code as code, valid_from, valid_to from known_hs_rate order by 1, 2",
        "positive_list": (
            "select code, valid_from, valid_to from known_reference_code where list = 'positive_list' order by 1, 2"
        ),
        "rates": "select month, currency, cast(cny_per_unit as double) as rate from known_exchange_rate order by 1, 2",
    }


def within_pattern(pattern: str, select: str) -> str:
    """A select over the named parts of a pattern's step."""
    whole = sqlglot.parse_one(read_step("features.typologies", pattern), read="duckdb")
    asked = sqlglot.parse_one(select, read="duckdb")
    asked.set("with_", whole.args["with_"])
    return asked.sql(dialect="duckdb", comments=False)
