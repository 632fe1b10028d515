"""Features of retail import parcels as a good analyst computes them: plain columns, one grouped sum, merges on keys.

No function is applied per group and no row is looped over. Links are the lake's own 64-bit hashes, money is whole fen,
texts that only group are dictionary codes, and what needs care in few rows (several versions of a key, several payments
of an order) is done on those alone. It knows what the parcels of ``parcels.py`` have, retail import lists in yuan, and
no more: it is the peer that Xinji is measured against.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.vocabulary.moment import end_of_day

WINDOWS = (30, 90, 365)
FEWEST = 5

_EPOCH_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Reading:
    """The folder of a lake's accepted versions, and the two times they are read as of."""

    folder: Path
    business_date: date
    known_at: datetime

    @property
    def day(self) -> int:
        """The business date as days since 1970."""
        return (self.business_date - _EPOCH_DAY).days

    def table(self, name: str, columns: tuple[str, ...], grouping: tuple[str, ...] = ()) -> pd.DataFrame:
        """The latest known version of each key; ``day`` is its event day as a number, ``grouping`` come as codes.

        Amounts come as whole fen, other decimals as doubles.
        """
        wanted = [*columns, *grouping, "key_hash", "event_day", "received_at"]
        files = sorted((self.folder / name).glob("*.parquet"))
        read = pa.concat_tables(pq.read_table(file, columns=wanted, read_dictionary=list(grouping)) for file in files)
        arrays = [_plain(read.column(column)) for column in wanted]
        frame: pd.DataFrame = pa.table(arrays, names=wanted).unify_dictionaries().to_pandas()
        frame = frame[frame["received_at"] <= pd.Timestamp(self.known_at)]
        if frame["key_hash"].duplicated().any():
            frame = frame.sort_values("received_at", kind="stable").drop_duplicates("key_hash", keep="last")
        return frame.rename(columns={"event_day": "day"})

    def documents(self, name: str, columns: tuple[str, ...], grouping: tuple[str, ...] = ()) -> pd.DataFrame:
        """As ``table``, without what happens after D. Lines have no event of their own: their document has."""
        frame = self.table(name, columns, grouping)
        return frame[frame["day"] <= self.day]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_decimal(column.type):
        number = pc.cast(column, pa.float64())
        return pc.cast(pc.round(pc.multiply(number, 100.0)), pa.int64()) if column.type.scale == 2 else number
    if pa.types.is_date(column.type):
        return pc.cast(pc.cast(column, pa.int32()), pa.int64())
    return column


def features_by_pandas(
    folder: Path, business_date: date, known_at: datetime, catalogue: Collection[str]
) -> pd.DataFrame:
    """The features of the catalogue that retail import parcels can fill, from the versions in a lake.

    Parameters
    ----------
    folder:
        ``lake/accepted`` of a home.
    business_date, known_at:
        D and K.
    catalogue:
        Names of all features: a window that it does not have is left out.

    Returns
    -------
    Index ``uscc``: whoever sells. float64, NaN where nothing can be said.
    """
    reading = Reading(folder, business_date, known_at)
    orders = reading.documents(
        "order", ("goods_value", "discount", "actual_paid", "amount_cny", "currency",
                  "buyer_token", "ordered_at"), ("uscc",))  # fmt: skip
    payments = _per_order(reading.documents("payment", ("order_hash", "payer_token", "amount", "currency", "paid_at")))
    waybills = reading.documents("waybill", ("order_hash", "created_at"))
    lists = reading.documents(
        "inventory", ("direction", "mode", "order_hash", "waybill_hash", "declared_value_cny", "tax_cny", "declared_at",
                      "released_at", "cancelled_at"), ("uscc",))  # fmt: skip
    end = pd.Timestamp(end_of_day(business_date))
    for stage in ("released_at", "cancelled_at"):
        lists[stage] = lists[stage].where(lists[stage] < end)
    complete = _complete_days(orders["day"], payments["day"], waybills["day"])
    daily = _daily_lists(lists, orders, payments, waybills, complete)
    traded = _daily_orders(orders, waybills)
    by_window = [
        _with_window(_customs(_summed(daily, reading.day, days), reading.day), days)
        .join(_with_window(_logistics(_summed(traded, reading.day, days)), days), how="outer")
        .join(_with_window(_buyers(orders, reading.day, days), days), how="outer")
        for days in WINDOWS
    ]
    told = [*by_window, _activity(daily, reading.day), _prices(reading, lists)]
    together = pd.concat(told, axis=1).sort_index()
    return together.loc[:, [name for name in together.columns if name in catalogue]]


def _with_window(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    return frame.rename(columns=lambda name: f"{name}_{days}d")


def _per_order(payments: pd.DataFrame) -> pd.DataFrame:
    """One row per order that was paid for: the sum, the first and last payer, the first moment."""
    told = payments.assign(last_payer=payments["payer_token"]).rename(columns={"payer_token": "first_payer"})
    several = told["order_hash"].duplicated(keep=False)
    summed = told[several].groupby("order_hash", as_index=False).agg(
        first_payer=("first_payer", "min"), last_payer=("last_payer", "max"), amount=("amount", "sum"),
        currency=("currency", "min"), last_currency=("currency", "max"), paid_at=("paid_at", "min"), day=("day", "min"),
    )  # fmt: skip
    summed["currency"] = summed["currency"].where(summed["currency"] == summed.pop("last_currency"))
    columns = ["order_hash", "first_payer", "last_payer", "amount", "currency", "paid_at", "day"]
    return pd.concat([told.loc[~several, columns], summed[columns]], ignore_index=True)


def _complete_days(*feeds: pd.Series) -> pd.Index:
    """Days on which all three feeds speak and none had a hole in the three days before."""
    spoken = pd.DataFrame({number: feed.value_counts() > 0 for number, feed in enumerate(feeds)}).fillna(False)
    spoken = spoken.astype(bool).sort_index()
    begun = spoken.cummax().shift(1, fill_value=False)
    holes = spoken.index[(begun & ~spoken).any(axis=1)].to_numpy()
    whole = spoken.index[spoken.all(axis=1)]
    return whole[[not ((holes >= day - 3) & (holes < day)).any() for day in whole]] if len(holes) else whole


def _daily_lists(
    lists: pd.DataFrame, orders: pd.DataFrame, payments: pd.DataFrame, waybills: pd.DataFrame, complete: pd.Index
) -> pd.DataFrame:
    """Sums per enterprise and day over the lists, each beside its order, payments and waybill."""
    sold = orders[["key_hash", "buyer_token", "actual_paid", "currency"]].rename(columns={"key_hash": "order_hash"})
    paid = payments.drop(columns="day").rename(columns={"currency": "paid_in"})
    joined = lists.merge(sold, on="order_hash", how="left").merge(paid, on="order_hash", how="left")
    without_order = joined["buyer_token"].isna()
    without_payment = joined["first_payer"].isna()
    without_waybill = ~joined["waybill_hash"].isin(waybills["key_hash"])
    stays = joined["cancelled_at"].isna()
    retail = (joined["direction"] == "import") & joined["mode"].isin(["9610", "1210", "1239"])
    matchable = retail & stays & joined["day"].isin(complete)
    lacking = without_order | without_payment | without_waybill
    difference = (joined["actual_paid"] - joined["amount"]).where(joined["currency"] == joined["paid_in"])
    other_amount = difference.abs() > 1
    known = ~without_order & ~without_payment
    other_payer = known & (
        (joined["buyer_token"] != joined["first_payer"]) | (joined["buyer_token"] != joined["last_payer"])
    )
    span = joined["released_at"].dt.floor("s") - joined["declared_at"].dt.floor("s")
    value = joined["declared_value_cny"]
    measures = {
        "lists": np.ones(len(joined), dtype="int64"),
        "documents": stays,
        "cancelled_lists": ~stays,
        "import_fen": value.where(stays & (joined["direction"] == "import"), 0),
        "retail_fen": value.where(stays & retail, 0),
        "tax_fen": joined["tax_cny"].fillna(0).where(stays & retail, 0),
        "released": stays & span.notna(),
        "release_seconds": (span.dt.total_seconds().fillna(0)).where(stays, 0),
        "matchable": matchable,
        "unmatched": matchable & (lacking | other_amount | other_payer),
        "without_order": matchable & without_order,
        "without_payment": matchable & without_payment,
        "without_waybill": matchable & without_waybill,
        "other_amount": matchable & other_amount,
        "other_payer": matchable & other_payer,
        "paid": matchable & ~without_payment,
        "declared_before_payment": matchable & (joined["declared_at"] < joined["paid_at"]),
        "gaps": matchable & lacking,
        "gap_days": joined["day"].where(matchable & lacking, 0),
    }
    return _per_day(joined, measures)


def _daily_orders(orders: pd.DataFrame, waybills: pd.DataFrame) -> pd.DataFrame:
    """Sums per enterprise and day over the orders, each beside its first waybill."""
    sent = waybills.sort_values("created_at").drop_duplicates("order_hash")[["order_hash", "created_at"]]
    joined = orders.rename(columns={"key_hash": "order_hash"}).merge(sent, on="order_hash", how="left")
    span = joined["created_at"].dt.floor("s") - joined["ordered_at"].dt.floor("s")
    measures = {
        "orders": np.ones(len(joined), dtype="int64"),
        "order_fen": joined["amount_cny"],
        "discount_fen": joined["discount"],
        "goods_fen": joined["goods_value"],
        "sent": span.notna(),
        "dispatch_seconds": span.dt.total_seconds().fillna(0),
    }
    return _per_day(joined, measures)


def _per_day(frame: pd.DataFrame, measures: dict[str, pd.Series | np.ndarray]) -> pd.DataFrame:
    columns = {name: np.asarray(values).astype("int64") for name, values in measures.items()}
    keyed = pd.DataFrame({"uscc": frame["uscc"].to_numpy(), "day": frame["day"].to_numpy(), **columns})
    return keyed.groupby(["uscc", "day"], observed=True, as_index=False).sum()


def _summed(daily: pd.DataFrame, today: int, days: int) -> pd.DataFrame:
    recent = daily[daily["day"] > today - days].drop(columns="day").groupby("uscc", observed=True).sum()
    return recent.reindex(daily["uscc"].unique(), fill_value=0)


def _share(part: pd.Series, whole: pd.Series, of: pd.Series | None = None) -> pd.Series:
    """A part of a whole, where there are enough of it (or of something else)."""
    counted = whole if of is None else of
    return part / whole.where(counted >= FEWEST)


def _customs(summed: pd.DataFrame, today: int) -> pd.DataFrame:
    matchable = summed["matchable"]
    return pd.DataFrame(
        {
            "documents": summed["documents"],
            "import_value": summed["import_fen"] / 100,
            "cancelled_list_share": _share(summed["cancelled_lists"], summed["lists"]),
            "unmatched_lists": summed["unmatched"],
            "unmatched_list_share": _share(summed["unmatched"], matchable),
            "list_without_order_share": _share(summed["without_order"], matchable),
            "list_without_payment_share": _share(summed["without_payment"], matchable),
            "list_without_waybill_share": _share(summed["without_waybill"], matchable),
            "other_amount_share": _share(summed["other_amount"], matchable),
            "other_payer_share": _share(summed["other_payer"], matchable),
            "release_hours": _share(summed["release_seconds"] / 3600, summed["released"]),
            "import_tax_ratio": summed["tax_fen"] / summed["retail_fen"].where(summed["retail_fen"] > 0),
            "declared_before_payment_share": _share(summed["declared_before_payment"], summed["paid"]),
            "gap_age_days": today - summed["gap_days"] / summed["gaps"].where(summed["gaps"] > 0),
        }
    )


def _logistics(summed: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "orders": summed["orders"],
            "order_value": summed["order_fen"] / 100,
            "discount_ratio": summed["discount_fen"] / summed["goods_fen"].where(summed["goods_fen"] > 0),
            "sent_order_share": _share(summed["sent"], summed["orders"]),
            "dispatch_hours": _share(summed["dispatch_seconds"] / 3600, summed["sent"]),
        }
    )


def _buyers(orders: pd.DataFrame, today: int, days: int) -> pd.DataFrame:
    year = orders.loc[orders["day"] > today - 365, ["uscc", "buyer_token", "day", "amount_cny"]]
    first = year.groupby(["uscc", "buyer_token"], observed=True)["day"].min()
    recent = year[year["day"] > today - days]
    pairs = recent.groupby(["uscc", "buyer_token"], observed=True)["amount_cny"].agg(["size", "sum"])
    told = pd.DataFrame(
        {
            "orders": pairs["size"],
            "fen": pairs["sum"],
            "square": pairs["sum"].astype("float64") ** 2,
            "single": pairs["size"] == 1,
            "new": first.reindex(pairs.index) > today - days,
            "buyers": 1,
        }
    )
    grouped = told.groupby(level="uscc", observed=True)
    summed, top = grouped.sum(), grouped["fen"].max()
    fen = summed["fen"].where((summed["orders"] >= FEWEST) & (summed["fen"] > 0))
    result = pd.DataFrame(
        {
            "distinct_buyers": summed["buyers"],
            "top_buyer_share": top / fen,
            "buyer_concentration": summed["square"] / fen.astype("float64") ** 2,
            "single_order_buyer_share": _share(summed["single"], summed["buyers"]),
            "new_buyer_share": _share(summed["new"], summed["buyers"]),
        }
    )
    everyone = result.reindex(orders["uscc"].unique())
    return everyone.assign(distinct_buyers=everyone["distinct_buyers"].fillna(0))


def _activity(daily: pd.DataFrame, today: int) -> pd.DataFrame:
    """Rhythm of trade from the days' documents."""
    days = daily.loc[daily["documents"] > 0, ["uscc", "day", "documents"]].sort_values(["uscc", "day"])
    days["silence"] = days.groupby("uscc", observed=True)["day"].shift(-1).fillna(today) - days["day"]

    def documents(after: int, until: int = 0) -> pd.Series:
        span = days[(days["day"] > today - after) & (days["day"] <= today - until)]
        return span.groupby("uscc", observed=True)["documents"].sum()

    everyone = daily["uscc"].unique()
    recent = days[days["day"] > today - 90].groupby("uscc", observed=True)["documents"].agg(["size", "max", "sum"])
    year = days[days["day"] > today - 365].groupby("uscc", observed=True)["silence"].agg(["size", "max"])
    recent, year = recent.reindex(everyone), year.reindex(everyone)
    earlier, before = documents(97, 7).reindex(everyone), documents(180, 90).reindex(everyone)
    return pd.DataFrame(
        {
            "days_since_document": today - days.groupby("uscc", observed=True)["day"].max().reindex(everyone),
            "active_days_90d": recent["size"].fillna(0),
            "active_days_365d": year["size"].fillna(0),
            "burst_ratio": documents(7).reindex(everyone).fillna(0) * 90 / 7 / earlier.where(earlier >= FEWEST),
            "document_trend": recent["sum"].fillna(0) / before.where(before >= FEWEST),
            "busiest_day_share": _share(recent["max"], recent["sum"]),
            "longest_silence_days": year["max"],
        }
    )


_PEERS = ["hs_code", "statutory_unit", "origin_country", "direction"]


def _prices(reading: Reading, lists: pd.DataFrame) -> pd.DataFrame:
    """Prices of 90 days against those of peers, by a robust z."""
    lines = reading.table(
        "inventory_line", ("inventory_hash", "line_total", "statutory_quantity"),
        ("hs_code", "statutory_unit", "origin_country"))  # fmt: skip
    standing = lists.loc[
        lists["cancelled_at"].isna() & (lists["day"] > reading.day - 90), ["key_hash", "uscc", "direction"]
    ].rename(columns={"key_hash": "inventory_hash"})
    priced = lines.drop(columns="key_hash").merge(standing, on="inventory_hash")
    priced = priced[(priced["line_total"] > 0) & (priced["statutory_quantity"] > 0)]
    price = priced["line_total"] / 100 / priced["statutory_quantity"]
    priced["step"] = np.floor(np.log(price) * 50).astype("int64")
    cells = priced.groupby([*_PEERS, "uscc", "step"], observed=True).size().rename("lines").reset_index()
    groups = cells.groupby(_PEERS, observed=True).agg(group_lines=("lines", "sum"), sellers=("uscc", "nunique"))
    groups = groups[(groups["group_lines"] >= 30) & (groups["sellers"] >= 3)].reset_index()
    peers = cells.merge(groups, on=_PEERS)
    peers = _middle(peers, "step", "median")
    peers["steps"] = peers["step"] - peers["median"]
    peers["distance"] = peers["steps"].abs()
    peers = _middle(peers, "distance", "spread")
    limit = 3.5 * 1.4826 * peers["spread"].clip(lower=1)
    low = (peers["steps"] < -limit) & (peers["steps"] < -34)
    high = (peers["steps"] > limit) & (peers["steps"] > 34)
    measures = peers.assign(
        low=peers["lines"].where(low, 0), high=peers["lines"].where(high, 0), weighted=peers["lines"] * peers["steps"]
    )
    summed = measures.groupby("uscc", observed=True)[["lines", "low", "high", "weighted"]].sum()
    return pd.DataFrame(
        {
            "low_price_line_share_90d": _share(summed["low"], summed["lines"]),
            "high_price_line_share_90d": _share(summed["high"], summed["lines"]),
            "price_deviation_90d": _share(summed["weighted"] / 50, summed["lines"]),
        }
    )


def _middle(peers: pd.DataFrame, value: str, name: str) -> pd.DataFrame:
    """With the lower of two medians of a value, weighted by lines, of each group of peers."""
    ordered = peers.sort_values([*_PEERS, value], kind="stable")
    up_to = ordered.groupby(_PEERS, observed=True)["lines"].cumsum()
    middle = ordered[up_to * 2 >= ordered["group_lines"]].groupby(_PEERS, observed=True)[value].min().rename(name)
    return peers.merge(middle.reset_index(), on=_PEERS)
