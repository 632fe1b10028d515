"""What a document measures: by hand where it is arithmetic, and by the pattern's own step where it is a comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from expectations.contracts.identity import hash_of
from expectations.vocabulary.moment import ZONE
from features.screening.measured import Papers, measure
from features.screening.reference import LikeGoods, Reference, is_valid

SELLER, PLATFORM, CARRIER = "91652702MADEM0011Q", "91659007MA7TETA132", "91652702MA7TETA137"
HEAD: dict[str, Any] = {
    "invt_no": "94922026I000000001", "direction": "import", "mode": "1210", "uscc": SELLER, "platform_uscc": PLATFORM,
    "order_no": "ON1", "carrier_uscc": CARRIER, "logistics_no": "L1", "buyer_token": "buyer-1", "currency": "CNY",
    "declared_value": Decimal("200.00"), "declared_value_cny": Decimal("210.00"), "indivisible": None,
    "declared_at": datetime(2026, 10, 31, 9, tzinfo=ZONE),
}  # fmt: skip
LINE: dict[str, Any] = {
    "line_no": 1, "hs_code": "1905310000", "statutory_unit": "035", "origin_country": "KZ",
    "statutory_quantity": Decimal("2.00000"), "line_total": Decimal("200.00"),
}  # fmt: skip
ORDER: dict[str, Any] = {
    "platform_uscc": PLATFORM, "order_no": "ON1", "direction": "import", "uscc": SELLER, "buyer_token": "buyer-1",
    "actual_paid": Decimal("220.00"), "currency": "CNY",
}  # fmt: skip
PAYMENT: dict[str, Any] = {
    "platform_uscc": PLATFORM, "order_no": "ON1", "payer_token": "buyer-1", "amount": Decimal("220.00"),
    "currency": "CNY",
}  # fmt: skip
BUYERS = sorted((hash_of([f"buyer-{number}"]), number * 1000) for number in range(50))
REFERENCE = Reference(
    business_date=date(2026, 10, 30),
    digest="r",
    prices={("1905310000", "035", "KZ"): LikeGoods(2 * 4605, 20.0, 40, 4)},  # 4605 thousandths: 100 yuan
    buyer_hashes=np.array([one for one, _ in BUYERS]),
    counted_fen=np.array([fen for _, fen in BUYERS]),
    tariff={"1905310000": [(date(2026, 1, 1), None)]},
    positive_list={"19053100": [(date(2026, 1, 1), date(2026, 12, 31))]},
    rates={("2026-10", "USD"): 7.0},
)


def measured(head: dict[str, Any] | None = None, line: dict[str, Any] | None = None, **came: Any) -> dict[str, Any]:
    return measure(Papers("inventory", {**HEAD, **(head or {})}, [{**LINE, **(line or {})}], **came), REFERENCE)


def test_a_sound_list_with_its_papers_shows_nothing_wrong() -> None:
    found = measured(order=ORDER, payments=(PAYMENT,))
    assert found["prices"] == [{"line_no": 1, "distance": 0.0, "deviation": 20.0, "lines": 40, "enterprises": 4}]
    assert (found["missing"], found["differing"], found["paid_difference_fen"]) == ([], [], 0)
    assert (found["payer_differs"], found["line_difference_fen"], found["value_fen"]) == (False, 0, 21_000)
    assert (found["year_before_fen"], found["unknown_codes"], found["unlisted_codes"]) == (1000, [], [])


def test_a_buyer_nobody_knows_has_nothing_on_the_year_and_another_year_cannot_be_told() -> None:
    assert measured({"buyer_token": "new"})["year_before_fen"] == 0
    assert measured({"declared_at": datetime(2027, 1, 1, tzinfo=ZONE)})["year_before_fen"] is None
    assert measured({"buyer_token": None})["year_before_fen"] is None


def test_payments_are_added_up_and_each_payer_is_looked_at() -> None:
    parts = ({**PAYMENT, "amount": Decimal("200")}, {**PAYMENT, "amount": Decimal("19.98"), "payer_token": "x"})
    found = measured(order=ORDER, payments=parts)
    assert (found["paid_difference_fen"], found["payer_differs"]) == (2, True)
    foreign = measured(order=ORDER, payments=({**PAYMENT, "currency": "USD"},))
    assert foreign["paid_difference_fen"] is None


def test_papers_of_another_order_or_parcel_contradict_the_list() -> None:
    parcel = {"carrier_uscc": CARRIER, "logistics_no": "L2", "order_no": "ON1"}
    found = measured(order={**ORDER, "uscc": PLATFORM}, payments=({**PAYMENT, "order_no": "ON2"},), waybill=parcel)
    assert found["differing"] == ["order.uscc", "payment.order_no", "waybill.logistics_no"]


def test_a_retail_import_that_names_no_order_or_waybill_says_so_and_an_export_need_not() -> None:
    assert measured({"order_no": None, "logistics_no": None})["missing"] == ["order", "waybill"]
    assert measured({"order_no": None, "direction": "export"})["missing"] is None


def test_a_price_is_taken_in_yuan_per_statutory_unit() -> None:
    dollars = measured({"currency": "USD"}, {"line_total": Decimal("28.57")})
    assert abs(dollars["prices"][0]["distance"]) <= 1
    own_rate = measured(
        {"currency": "EUR", "declared_value": Decimal("20"), "declared_value_cny": Decimal("200")},
        {"line_total": Decimal("20")},
    )
    assert own_rate["prices"][0]["distance"] == 0
    assert measured(line={"statutory_quantity": None})["prices"] == []
    assert measured(line={"origin_country": "CN"})["prices"] == []


def test_a_code_counts_as_listed_only_while_its_entry_holds() -> None:
    found = measured({"declared_at": datetime(2027, 1, 1, tzinfo=ZONE)}, {"hs_code": "1905310099"})
    assert (found["unknown_codes"], found["unlisted_codes"]) == ([1], [1])
    assert is_valid({}, "1905310000", date(2026, 1, 1)) is None


def test_without_a_reference_nothing_is_compared_and_nothing_found() -> None:
    found = measure(Papers("inventory", HEAD, [LINE]), None)
    assert [found[name] for name in ("prices", "unknown_codes", "unlisted_codes", "year_before_fen")] == [None] * 4


def test_what_is_measured_holds_no_token() -> None:
    found = str(measured(order=ORDER, payments=(PAYMENT,)))
    assert "buyer-1" not in found


@pytest.mark.parametrize("value", ["7.5", "8.5"])
def test_a_declaration_is_measured_by_its_own_fields(value: str) -> None:
    head = {
        "entry_id": "949220260000000001", "direction": "import", "mode": "0110", "uscc": SELLER, "currency": "CNY",
        "amount": Decimal(value), "amount_cny": Decimal(value), "declared_at": HEAD["declared_at"],
    }  # fmt: skip
    papers = Papers("declaration", head, [replace_line(Decimal(value))])
    found = measure(papers, replace(REFERENCE, tariff={}))
    assert (papers.number, found["is_retail_import"], found["line_difference_fen"]) == (head["entry_id"], False, 0)
    assert (found["unknown_codes"], found["unlisted_codes"]) == (None, None)


def replace_line(total: Decimal) -> dict[str, Any]:
    return {**LINE, "line_total": total}
