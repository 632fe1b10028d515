"""Orders: their buyers, and how they travelled."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.unit.features.reference.knowledge import FEWEST, Knowledge, Row, Told, mean, money, ratio, share, total


class Orders:
    """What orders and parcels tell of one enterprise."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known

    def window(self, uscc: str, days: int) -> Told:
        """Features over a window."""
        orders = self.known.of("order", uscc, days)
        parcels = [self._parcel(row) for row in orders]
        sent = [parcel for parcel in parcels if parcel["sent"]]
        tracked = [parcel for parcel in parcels if parcel["tracked"]]
        signed = [parcel for parcel in parcels if parcel["arrival"] is not None]
        delivered = [parcel for parcel in parcels if parcel["delivery"] is not None]
        declared = [parcel for parcel in parcels if parcel["declared"] is not None]
        return {
            "orders": len(orders),
            "order_value": total(orders, "amount_cny"),
            "discount_ratio": ratio(total(orders, "discount"), total(orders, "goods_value")),
            "sent_order_share": share(parcels, lambda one: one["sent"]),
            "tracked_order_share": share(sent, lambda one: one["tracked"]),
            "no_transit_share": share(tracked, lambda one: not one["transit"]),
            "valid_track_share": share(tracked, lambda one: one["valid"]),
            "signed_order_share": share_of(len(signed), len(tracked)),
            "refused_order_share": share_of(len([one for one in parcels if one["refused"]]), len(tracked)),
            "dispatch_hours": mean([one["dispatch"] for one in sent]),
            "prompt_dispatch_share": share(sent, lambda one: one["dispatch"] <= 72),
            "delivery_hours": mean([one["delivery"] for one in delivered]),
            "hasty_delivery_share": share(delivered, lambda one: one["delivery"] < 6),
            "timely_delivery_share": share(signed, lambda one: one["arrival"] <= 15 * 24),
            "underdeclared_order_share": share(declared, self._is_underdeclared),
            **self._buyers(uscc, orders, days),
        }

    def _parcel(self, order: Row) -> Row:
        """How one order travelled; spans in hours."""
        waybills = self.known.named("waybill", platform_uscc=order["platform_uscc"], order_no=order["order_no"])
        tracks = [self._track(row) for row in waybills]
        tracks = [track for track in tracks if track]
        scans = [scan for track in tracks for scan in track]
        picked, signed = first(scans, "picked_up"), first(scans, "signed")
        created = min((row["created_at"] for row in waybills), default=None)
        return {
            "sent": bool(waybills),
            "tracked": bool(tracks),
            "transit": any(scan["event"] == "loaded" for scan in scans),
            "valid": all(map(in_turn, tracks)) and all(scan["event_at"] >= order["ordered_at"] for scan in scans),
            "refused": first(scans, "refused") is not None,
            "dispatch": None if created is None else (created - order["ordered_at"]).total_seconds() / 3600,
            "delivery": None if picked is None or signed is None else (signed - picked).total_seconds() / 3600,
            "arrival": None if signed is None else (signed - order["ordered_at"]).total_seconds() / 3600,
            **self._declared(order),
        }

    def _track(self, waybill: Row) -> list[Row]:
        key = {name: waybill[name] for name in ("carrier_uscc", "logistics_no")}
        return self.known.named("waybill_event", **key)

    def _declared(self, order: Row) -> Row:
        """What the order is worth, CIF or FOB at the rate of its day, and what its lists come to; in fen."""
        key = {name: order[name] for name in ("platform_uscc", "order_no")}
        lists = [row for row in self.known.named("inventory", **key) if row["cancelled_at"] is None]
        rate = self.known.rate(order["currency"], order["event_day"])
        if not lists or rate is None:
            return {"declared": None, "worth": None}
        worth = money(order["goods_value"]) + (money(order["freight"]) if order["direction"] == "import" else 0)
        return {
            "declared": sum((money(row["declared_value_cny"]) for row in lists), Decimal()) * 100,
            "worth": rate * worth * 100,
        }

    @staticmethod
    def _is_underdeclared(parcel: Row) -> bool:
        return float(parcel["declared"]) * 10 < float(parcel["worth"]) * 9

    def _buyers(self, uscc: str, orders: list[Row], days: int) -> Told:
        bought: dict[str, list[Row]] = defaultdict(list)
        for row in orders:
            bought[row["buyer_token"]].append(row)
        spent = {buyer: sum((money(row["amount_cny"]) for row in rows), Decimal()) for buyer, rows in bought.items()}
        value = sum(spent.values(), Decimal())
        year = self.known.of("order", uscc, 365)

        def is_new(buyer: str) -> bool:
            return self.known.within(min(row["event_day"] for row in year if row["buyer_token"] == buyer), days)

        says = len(orders) >= FEWEST and value > 0
        return {
            "distinct_buyers": len(bought),
            "top_buyer_share": ratio(max(spent.values()), value) if says else None,
            "buyer_concentration": float(sum(one * one for one in spent.values()) / (value * value)) if says else None,
            "single_order_buyer_share": share(bought, lambda buyer: len(bought[buyer]) == 1),
            "new_buyer_share": share(bought, is_new),
        }


def first(scans: list[Row], *events: str) -> Any:
    """The first moment at which one of some events was scanned."""
    return min((scan["event_at"] for scan in scans if scan["event"] in events), default=None)


def in_turn(scans: list[Row]) -> bool:
    """Nothing before the pick-up; no exit and no signature before the release; no signature before the pick-up."""
    picked, released, signed = first(scans, "picked_up"), first(scans, "released"), first(scans, "signed")
    pairs = ((picked, first(scans, *(scan["event"] for scan in scans))), (released, first(scans, "exited")),
             (released, signed), (picked, signed))  # fmt: skip
    return all(one is None or other is None or one <= other for one, other in pairs)


def share_of(part: int, whole: int) -> float | None:
    """A share of five or more; nothing of fewer."""
    return part / whole if whole >= FEWEST else None
