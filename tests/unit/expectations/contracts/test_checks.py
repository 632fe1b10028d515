"""What a row must be to be accepted, and what is told although it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

FaultsOf = Callable[..., list[str]]
Sound = list[dict[str, object]]


@pytest.mark.parametrize(
    "table", ["order", "enterprise", "inventory", "inspection", "exchange_rate", "waybill_event", "regulator_rating"]
)
def test_a_sound_row_has_neither_faults_nor_warnings(table: str, check_rows: Callable[..., Sound]) -> None:
    row = check_rows(table, {})[0]
    assert (row["faults"], row["warnings"]) == ([], [])


def test_every_fault_of_a_row_is_named_in_the_order_of_its_fields(faults_of: FaultsOf) -> None:
    faults = faults_of(
        "order", order_no=" ", direction="transit", goods_value="1,000", currency="RMB", ordered_at="31/03/2026"
    )
    assert faults == ["required:order_no", "code:direction", "type:goods_value", "code:currency", "type:ordered_at"]


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000"])
def test_nothing_and_white_space_are_both_empty(blank: str | None, faults_of: FaultsOf) -> None:
    assert faults_of("order", goods_value=blank) == ["required:goods_value"]
    assert faults_of("order", consignee_district=blank) == []


def test_the_values_come_typed_and_trimmed(check_rows: Callable[..., Sound]) -> None:
    row = check_rows("order", {"order_no": " ON1\t", "goods_value": "480.0", "consignee_district": "659007 "})[0]
    assert (row["order_no"], row["goods_value"], row["consignee_district"]) == ("ON1", Decimal("480.00"), "659007")
    assert row["faults"] == []


def test_the_paid_amount_must_add_up_to_the_fen(faults_of: FaultsOf) -> None:
    assert faults_of("order", actual_paid="515.49", amount_cny="515.49") == ["rule:paid_adds_up"]


def test_an_amount_in_cny_is_its_own_amount_in_cny(faults_of: FaultsOf) -> None:
    assert faults_of("order", amount_cny="515.51") == ["rule:cny_is_itself"]
    assert faults_of("order", amount_cny="3700.00", currency="USD") == []


def test_amounts_below_zero_are_refused_where_they_make_no_sense(faults_of: FaultsOf) -> None:
    assert faults_of("order", freight="-20", goods_value="520") == ["range:freight"]


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("91652702MADEM0011Q", []),
        ("91652702MADEM0011A", ["check_character:uscc"]),
        ("9111000060003734IL", ["character:uscc"]),
        ("91652702madem0011q", ["character:uscc"]),
        ("91652702MADEM0011", ["length:uscc"]),
        (None, ["required:uscc"]),
    ],
)
def test_a_code_that_is_no_uscc_is_refused(code: str | None, faults: list[str], faults_of: FaultsOf) -> None:
    assert faults_of("order", uscc=code) == faults


def test_a_uscc_with_a_wrong_inner_check_is_accepted_and_told(warnings_of: FaultsOf) -> None:
    assert warnings_of("order", uscc="91652702MADEM0010M") == ["inner_check:uscc"]


def test_one_wrong_code_does_not_taint_the_other_rows(check_rows: Callable[..., Sound]) -> None:
    rows = check_rows("order", {}, {"uscc": "91652702MADEM0011A"}, {"platform_uscc": "x"}, {})
    assert [row["faults"] for row in rows] == [[], ["check_character:uscc"], ["length:platform_uscc"], []]
    assert [row["source_row"] for row in rows] == [1, 2, 3, 4]


def test_an_unknown_supervision_mode_is_never_taken_for_another(faults_of: FaultsOf) -> None:
    assert faults_of("inventory", mode="9999") == ["code:mode"]


def test_a_list_number_must_say_the_direction_of_its_list(faults_of: FaultsOf) -> None:
    assert faults_of("inventory", direction="export") == ["rule:direction_in_number"]
    assert faults_of("inventory", invt_no="94922026X000000001")[0] == "pattern:invt_no"


def test_several_codes_must_each_be_on_the_list(faults_of: FaultsOf) -> None:
    assert faults_of("inspection", result="price|quantity") == []
    assert faults_of("inspection", result="price|weight") == ["code:result"]
    assert faults_of("inspection", result="price|") == ["code:result"]


def test_no_difference_cannot_stand_beside_a_difference(faults_of: FaultsOf) -> None:
    assert faults_of("inspection", result="no_difference|price") == ["rule:no_difference_stands_alone"]


def test_a_rating_must_be_one_its_authority_gives(faults_of: FaultsOf) -> None:
    assert faults_of("regulator_rating", authority="safe", rating="M") == ["rule:rating_of_its_authority"]
    assert faults_of("regulator_rating", authority="customs", rating="dishonest") == []


def test_a_period_that_ends_before_it_begins_is_refused(faults_of: FaultsOf) -> None:
    assert faults_of("regulator_rating", valid_to="2026-03-31") == ["rule:period_runs_forward"]
    assert faults_of("regulator_rating", valid_to="2026-04-01") == []


@pytest.mark.parametrize("raw", ["13812345678", "11010519491231002X"])
def test_a_raw_personal_number_is_refused_where_a_token_belongs(raw: str, faults_of: FaultsOf) -> None:
    assert faults_of("order", buyer_token=raw) == ["personal:buyer_token"]
    assert faults_of("order", buyer_token=f"{raw}0") == []


def test_a_place_off_the_globe_is_refused(faults_of: FaultsOf) -> None:
    assert faults_of("waybill_event", latitude="90.00001", longitude="0") == ["range:latitude"]
    assert faults_of("waybill_event", latitude="-90", longitude="180") == []


def test_a_currency_and_a_country_must_be_on_the_international_lists(faults_of: FaultsOf) -> None:
    assert faults_of("inventory", currency="142", country="CHN") == ["code:country", "code:currency"]
    assert faults_of("inventory", currency="KZT", country="KZ") == []


def test_what_comes_early_or_late_is_accepted_and_told(warnings_of: FaultsOf) -> None:
    assert warnings_of("order", received_at="2026-03-31T09:29:59+08:00") == ["rule:ordered_at_by_receipt"]
    assert warnings_of("inventory", released_at="2026-03-31 09:29:59") == ["rule:released_at_after_declared_at"]


def test_a_vehicle_number_that_fails_its_check_digit_is_accepted_and_told(
    warnings_of: FaultsOf, faults_of: FaultsOf
) -> None:
    assert warnings_of("vehicle_export") == []
    assert warnings_of("vehicle_export", vin="1M8GDM9A1KP042788") == ["check_digit:vin"]
    assert faults_of("vehicle_export", vin="1M8GDM9AXKP04278") == ["pattern:vin"]


def test_a_day_received_is_compared_at_plus_eight(check_rows: Callable[..., Sound]) -> None:
    filing = {"filing_no": "F1", "uscc": "91652702MADEM0011Q", "tax_type": "vat", "period": "2026-02"}
    filing |= {"payable_cny": "1", "due_on": "2026-03-15", "filed_on": "2026-03-10"}
    rows = check_rows(
        "tax_filing",
        {**filing, "received_at": "2026-03-10T00:00:00+08:00"},
        {**filing, "received_at": "2026-03-09T23:59:59+08:00"},
    )
    assert [row["warnings"] for row in rows] == [[], ["rule:filed_on_by_receipt"]]


def test_a_rule_on_an_empty_field_is_kept(warnings_of: FaultsOf) -> None:
    assert warnings_of("inventory", net_weight_kg="2") == []
    assert warnings_of("inventory", net_weight_kg="2", gross_weight_kg="1") == ["rule:gross_holds_net"]


def test_a_rate_starts_to_hold_on_the_first_of_its_month(check_rows: Callable[..., Sound]) -> None:
    assert check_rows("exchange_rate", {})[0]["event_day"] == date(2026, 3, 1)
