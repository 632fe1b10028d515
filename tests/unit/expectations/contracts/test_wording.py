"""Every fault has a sentence a clerk can act on, in both languages."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from expectations.contracts.catalog import all_contracts, load_contract
from expectations.contracts.checks import fault_checks, warning_checks
from expectations.contracts.errors import UnknownFaultError
from expectations.contracts.wording import describe_fault
from expectations.vocabulary.language import Language

CODES = [
    (table, check.code)
    for table, contract in all_contracts().items()
    for check in (*fault_checks(contract), *warning_checks(contract))
]


@pytest.mark.parametrize("language", get_args(Language))
def test_every_check_of_every_table_has_a_complete_sentence(language: Language) -> None:
    for table, code in CODES:
        sentence = describe_fault(load_contract(table), code, language)
        kind, _, name = code.partition(":")
        assert kind == "rule" or name in sentence
        assert sentence.endswith("。" if language == "zh" else ".")
        assert not re.search(r"[{}]|\(\)|（）", sentence), sentence


def test_english_sentences_hold_no_chinese_beyond_the_dictionary_s_own_words() -> None:
    for table, code in CODES:
        if not code.startswith("pattern:"):
            assert not re.search(r"[\u4e00-\u9fff]", describe_fault(load_contract(table), code, "en"))


def test_a_missing_value_is_asked_for_by_its_field() -> None:
    assert describe_fault(load_contract("order"), "required:order_no", "zh") == (
        "“order_no”必填，但本行为空。请补填后重新报送。"
    )


def test_a_wrong_code_comes_with_the_right_ones() -> None:
    assert "import, export" in describe_fault(load_contract("order"), "code:direction", "en")


def test_a_broken_rule_says_whether_the_row_was_accepted() -> None:
    order = load_contract("order")
    assert describe_fault(order, "rule:paid_adds_up", "en").startswith("Actual_paid is not goods_value + freight")
    assert describe_fault(order, "rule:paid_adds_up", "en").endswith("submit it again.")
    assert "已接收" in describe_fault(order, "rule:ordered_at_by_receipt", "zh")


def test_a_code_no_check_gives_is_an_error() -> None:
    with pytest.raises(UnknownFaultError, match="type:order_no"):
        describe_fault(load_contract("order"), "type:order_no", "en")
