"""Every contract, read from its file and checked once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import ValidationError

from expectations.contracts.errors import ContractFileError, UnknownTableError
from expectations.contracts.schema import Contract

TABLES = Path(__file__).parent / "tables"
DICTIONARY = Path(__file__).parent / "data-dictionary.csv"
"""The published dictionary: what senders are told. The contracts must say the same, and a test compares them."""


def read_contract(path: Path) -> Contract:
    """The contract in one YAML file.

    Raises
    ------
    ContractFileError
        When the file is not YAML, has a key the schema does not know, or is not named after its table.
    """
    try:
        contract = Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ContractFileError(f"{path.name} is not a contract: {error}", "Correct the file.") from error
    if contract.table != path.stem:
        raise ContractFileError(f"{path.name} describes '{contract.table}'.", "Name the file after its table.")
    return contract


@cache
def dictionary_rows() -> tuple[Mapping[str, str], ...]:
    """The rows of the published dictionary: table, title, sent_by, field, type, key, required, meaning."""
    with DICTIONARY.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def all_contracts() -> Mapping[str, Contract]:
    """Every contract by table, in the order of the dictionary."""
    order = list(dict.fromkeys(row["table"] for row in dictionary_rows()))
    return MappingProxyType({table: read_contract(TABLES / f"{table}.yaml") for table in order})


def load_contract(table: str) -> Contract:
    """The contract of a table.

    Raises
    ------
    UnknownTableError
        When the data dictionary has no such table.
    """
    contracts = all_contracts()
    if table not in contracts:
        raise UnknownTableError(f"There is no table '{table}'.", f"The tables are {', '.join(contracts)}.")
    return contracts[table]
