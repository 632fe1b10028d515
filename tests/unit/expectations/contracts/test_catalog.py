"""The contracts say what the published dictionary says, and nothing in them is unused."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import duckdb
import pytest

from expectations.contracts.catalog import TABLES, all_contracts, dictionary_rows, load_contract, read_contract
from expectations.contracts.checks import checked_relation_sql, fault_checks, warning_checks
from expectations.contracts.errors import ContractFileError, UnknownTableError
from expectations.contracts.schema import Contract
from expectations.contracts.typed import quoted

REPOSITORY = Path(__file__).parents[4]

Cells = tuple[str, ...]
HEADER = ("table", "title", "sent_by", "field", "type", "key", "required", "meaning")


def as_dictionary(contract: Contract) -> list[Cells]:
    """A contract written as rows of the dictionary."""
    return [
        (
            contract.table,
            f"{contract.title.en} {contract.title.zh}",
            ", ".join(contract.sent_by),
            field.name,
            field.type,
            "yes" if field.key else "",
            "yes" if field.required else "",
            field.meaning,
        )
        for field in contract.fields
    ]


CONTRACTS = [row for contract in all_contracts().values() for row in as_dictionary(contract)]


def test_every_field_of_every_contract_stands_in_the_published_dictionary_in_its_order() -> None:
    assert [tuple(row[name] for name in HEADER) for row in dictionary_rows()] == CONTRACTS


def test_the_published_dictionary_is_the_one_the_senders_were_given() -> None:
    folder = Path(os.environ.get("XINJI_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data-dictionary.csv").exists():
        pytest.skip("the senders' dictionary is not beside this repository")
    with (folder / "data-dictionary.csv").open(encoding="utf-8", newline="") as stream:
        assert [tuple(row) for row in csv.reader(stream)] == [HEADER, *CONTRACTS]


def test_no_contract_file_is_left_out() -> None:
    assert {path.stem for path in TABLES.iterdir()} == set(all_contracts())
    assert len(all_contracts()) == 32


def test_a_closed_list_holds_the_codes_its_meaning_names() -> None:
    for contract in all_contracts().values():
        for field in contract.fields:
            if field.codes and " | " in field.meaning:
                listed = field.meaning.split("separated by |: ")[-1].split(": ")[0].split(", separated")[0]
                assert {re.split(r"[ (]", code)[0] for code in listed.split(" | ")} == set(field.codes), field.name


@pytest.mark.parametrize("table", all_contracts())
def test_a_table_that_names_a_document_carries_its_hash(table: str) -> None:
    contract = load_contract(table)
    named = {
        "order": ("platform_uscc", "order_no"),
        "waybill": ("carrier_uscc", "logistics_no"),
        "inventory": ("invt_no",),
        "declaration": ("entry_id",),
    }
    for link, fields in named.items():
        if set(fields) <= set(contract.field_names):
            assert contract.links[link] == fields  # type: ignore[index]


@pytest.mark.parametrize("table", all_contracts())
def test_every_uscc_currency_country_and_token_is_checked(table: str) -> None:
    expected = {
        r"(.*_)?uscc": "uscc",
        r"currency": "currency",
        r"(.*_)?country": "country",
        r".*_token": "token",
    }
    for field in load_contract(table).fields:
        for pattern, check in expected.items():
            if re.fullmatch(pattern, field.name):
                assert field.check == check, field.name


@pytest.mark.parametrize("table", all_contracts())
def test_a_reference_names_a_table_by_the_first_fields_of_its_key(table: str) -> None:
    for other, fields in load_contract(table).refers_to.items():
        assert len(fields) <= len(load_contract(other).key)
        for mine, theirs in zip(fields, load_contract(other).key, strict=False):
            assert mine == theirs or mine.endswith(f"_{theirs}")


@pytest.mark.parametrize("table", all_contracts())
def test_only_documents_that_come_every_day_can_be_held_back_for_being_few(table: str) -> None:
    contract = load_contract(table)
    if any(gate.measure == "row_count" and gate.withhold_below for gate in contract.gates):
        assert contract.cadence.days == 1


@pytest.mark.parametrize("table", all_contracts())
def test_every_check_of_a_table_runs_and_has_a_code_of_its_own(table: str) -> None:
    contract = load_contract(table)
    codes = [check.code for check in (*fault_checks(contract), *warning_checks(contract))]
    assert len(codes) == len(set(codes))
    empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {quoted(name)}" for name in contract.field_names)
    query = checked_relation_sql(contract, f"(SELECT 1::BIGINT AS source_row, {empty})")
    row = duckdb.connect().execute(f"SELECT faults FROM ({query})").fetchall()[0]
    assert row[0] == [f"required:{field.name}" for field in contract.fields if field.required]


def test_an_unknown_table_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownTableError, match=r"'orders'.*order, order_line"):
        load_contract("orders")


def test_a_key_that_the_schema_does_not_know_is_an_error(tmp_path: Path) -> None:
    text = (TABLES / "payment.yaml").read_text(encoding="utf-8")
    (tmp_path / "payment.yaml").write_text(text + "gate: []\n", encoding="utf-8")
    with pytest.raises(ContractFileError, match="gate"):
        read_contract(tmp_path / "payment.yaml")


def test_a_file_that_describes_another_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pay.yaml").write_bytes((TABLES / "payment.yaml").read_bytes())
    with pytest.raises(ContractFileError, match="Name the file after its table"):
        read_contract(tmp_path / "pay.yaml")


def test_a_file_that_is_not_yaml_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pay.yaml").write_text("fields: [", encoding="utf-8")
    with pytest.raises(ContractFileError, match=r"pay\.yaml"):
        read_contract(tmp_path / "pay.yaml")
