"""The documents of one sale, told in one call: order, payment, waybill and retail import list that agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.worlds.builder import World

PLATFORM = "91659007MA7TETA132"
CARRIER = "91652702MA7TETA137"
SELLER = "91652702MADEM0011Q"
OTHER_SELLER = "91652701MA7TETA13Q"
THIRD_SELLER = "91652701MADEM0011A"

NOTHING: Mapping[str, Any] = {}


def sell(
    world: World,
    number: str,
    moment: datetime,
    *,
    seller: str = SELLER,
    value: str = "500.00",
    paid: str | None = None,
    without: tuple[str, ...] = (),
    buyer: str = "buyer",
    payer: str | None = None,
    listed: Mapping[str, Any] = NOTHING,
    ordered: Mapping[str, Any] = NOTHING,
    paying: Mapping[str, Any] = NOTHING,
) -> None:
    """One retail import sale, ordered three hours before ``moment``, when its list is declared.

    ``number`` ends every document's number, ``value`` is what the order and the list come to in yuan, ``paid`` what
    the payment comes to where that differs. ``without`` names documents to leave out; ``listed``, ``ordered`` and
    ``paying`` give fields of the list, the order and the payment that differ.
    """
    ordered_at = moment - timedelta(hours=3)
    told: dict[str, Any] = {
        "order": {
            "platform_uscc": PLATFORM, "order_no": f"o{number}", "direction": "import", "uscc": seller,
            "goods_value": value, "freight": 0, "discount": 0, "tax_total": 0, "actual_paid": value,
            "currency": "CNY", "amount_cny": value, "buyer_token": buyer, "ordered_at": ordered_at, **ordered,
        },
        "payment": {
            "pay_code": "P", "pay_txn_id": f"t{number}", "platform_uscc": PLATFORM, "order_no": f"o{number}",
            "payer_token": payer or buyer, "amount": paid or value, "currency": "CNY", "paid_at": ordered_at,
            **paying,
        },
        "waybill": {
            "carrier_uscc": CARRIER, "logistics_no": f"w{number}", "platform_uscc": PLATFORM,
            "order_no": f"o{number}", "weight_kg": 1, "created_at": ordered_at + timedelta(hours=1),
        },
        "inventory": {
            "invt_no": f"i{number}", "direction": "import", "mode": "9610", "uscc": seller,
            "platform_uscc": PLATFORM, "order_no": f"o{number}", "carrier_uscc": CARRIER,
            "logistics_no": f"w{number}", "customs_code": "9402", "buyer_token": buyer, "declared_value": value,
            "currency": "CNY", "declared_value_cny": value, "declared_at": moment, **listed,
        },
    }  # fmt: skip
    for table, fields in told.items():
        if table not in without:
            world.add(table, **fields)


def declare(world: World, number: str, moment: datetime, usd: str, **fields: Any) -> None:
    """One export declaration of general trade, at seven yuan to the dollar."""
    told: dict[str, Any] = {
        "entry_id": f"e{number}", "direction": "export", "mode": "0110", "uscc": SELLER, "amount": usd,
        "currency": "USD", "amount_usd": usd, "amount_cny": Decimal(usd) * 7, "declared_at": moment,
    }  # fmt: skip
    world.add("declaration", **(told | fields))


def receive(world: World, number: str, moment: datetime, usd: str, **fields: Any) -> None:
    """One receipt of foreign exchange."""
    told: dict[str, Any] = {
        "bop_no": f"f{number}", "uscc": SELLER, "direction": "receipt", "amount": usd, "currency": "USD",
        "amount_usd": usd, "value_date": moment.date(),
    }  # fmt: skip
    world.add("forex", **(told | fields))
