"""The catalogue as a page for people: every feature with its meaning, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.vocabulary.dimension import Dimension
from features.catalogue.schema import Catalogue, Feature

CONTRACT = """# Features 特征目录

Every feature is one number per enterprise as of a business date D and a knowledge cutoff K. This page is made from
`features/catalogue/*.yaml` by `python -m features.catalogue`; a test fails when it is out of date.

## The contract 约定

- **Two times 双时间.** A value rests on rows received by K whose event is no later than D, in their latest version by
  K. A stage reported for after D (a release, an arrival, a payment) has not happened yet.
- **Windows 窗口.** A window of n days is (D - n, D]: D is its last day, D - n is outside. Days are Asia/Shanghai days.
  An event counts on the day of its own time (an order when placed, a list when declared, a filing the day after it was
  due), not on the day it was received.
- **Corrections 更正.** A corrected row takes the place of the earlier one from the moment it is received; an annulled
  row leaves every sum. Values as of an earlier K stay what they were.
- **Counts and sums 计数与合计.** 0 when the feed is connected and nothing happened; empty when the feed is not
  connected. Sums are made in whole hundredths and are exact.
- **Shares, ratios and means 比率与均值.** Empty when the denominator is zero; empty, where the last column says so,
  when they rest on fewer than five events. Empty is not bad: it says that nothing can be said.
- **Sources 来源.** A feature is empty for everybody when one of its sources is not connected. Where sources are joined
  by "or", one of them is enough.
- **Late documents 迟到单证.** A list is compared with its order, payment and waybill only when those three feeds have
  arrived for its day and have no hole in the three days before. Until then a missing paper is unknown, not missing.
  An exit, and a settlement ninety days after the export, count as missing twice their feed's days of grace later; what
  would have to be told by a feed that is late is empty.
- **Order of events 时序.** What must follow something is compared with the moment of that something; where one of the
  two is not known nothing is out of order.
- **Money 金额.** Foreign amounts are compared at customs' rate of the month of their own day, else of the latest month
  before it. Receipts are gross, with the platform and logistics fees that were netted off, where it says so.
- **Peers 同类.** Prices are yuan per statutory unit among lines of the same 10-digit code, unit, origin and direction,
  thirty lines of three enterprises at least, in whole steps of two per cent; the median is the lower of two.
- **Buyers 买家.** A buyer is new when the first order of the last 365 days lies in the window. Shares of the largest
  buyer and concentration are told over 30 and 90 days.
- **Related parties 关联.** Tied by the representative, phone or address registered on D or by an account used within
  365 days, directly or through others; the address of a registered incubator ties nobody.
- **Official facts 官方事实.** In force from publication (else decision) to the day before repair, annulment or the end
  of the statutory period (`features/law.yaml`); after that they are in no feature. No grade given by another
  authority, no place, no region and no trait of a person is a feature.
- **Prices and weights of like goods 同类比较.** Patterns (R05, R06) compare logarithms in steps of a thousandth,
  rounded, so that medians are counted in whole numbers; a price is known to a twentieth of a per cent.
- **Order and bytes 顺序.** Rows in the order of the code, columns in the order below, 64-bit floats: the same input
  gives the same bytes.
"""

_ARROWS = {"up": "↑", "down": "↓", "open": "·"}


def catalogue_page(catalogue: Catalogue) -> str:
    """The whole page as Markdown."""
    parts = [
        CONTRACT,
        f"## {len(catalogue.features)} features\n",
        "↑ risk rises with the value, ↓ falls, · not said.\n",
    ]
    for dimension in Dimension:
        of_dimension = [feature for feature in catalogue.features if feature.dimension == dimension]
        if of_dimension:
            parts.append(_table(dimension, of_dimension))
    return "\n".join(parts)


def _table(dimension: Dimension, features: Iterable[Feature]) -> str:
    head = [
        f"### {dimension}\n",
        "| name | meaning | 含义 | unit | days | risk | sources | empty means |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(feature) for feature in features), ""])


def _row(feature: Feature) -> str:
    days = str(feature.window_days) if feature.window_days else "as of D"
    needed = [source for source in feature.sources if source not in feature.either]
    sources = ", ".join([*needed, " or ".join(feature.either)] if feature.either else needed)
    cells = (
        f"`{feature.name}`", feature.en, feature.zh, feature.unit, days, _ARROWS[feature.direction], sources,
        feature.missing_means,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
