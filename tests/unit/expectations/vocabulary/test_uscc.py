"""The unified social credit code: domain pack, section 1.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.vocabulary import uscc

DOCUMENTED = "91110000600037341L"
EXAMPLES = [
    DOCUMENTED,
    "91659007MA7TETA132",
    "91659007MADEM0011K",
    "91652702MA7TETA137",
    "91652702MADEM0011Q",
    "91652701MA7TETA13Q",
    "91652701MADEM0011A",
    "91650100MA7TETA13J",
    "91650100MADEM00114",
    "91420704MA7TETA13H",
    "91420704MADEM00113",
]

codes = st.text(alphabet=uscc.ALPHABET, min_size=8, max_size=8).map(lambda body: uscc.complete("91652702", body))


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_documented_code_holds(code: str) -> None:
    assert uscc.fault(code) is None


def test_a_code_of_another_department_begins_with_a_letter() -> None:
    body = "N2330100MF000000X"
    assert [uscc.fault(body + last) for last in uscc.ALPHABET].count(None) == 1
    assert uscc.fault("N233010" + "NMF000000X1") == "character"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91110000600037341M", "check character"),
        ("91652702MADEM0011A", "check character"),
        ("9111000060003734IL", "character"),
        ("91110000600037341l", "character"),
        ("9111000060003734 L", "character"),
        ("911100A0600037341L", "character"),
        ("9111000060003734L", "length"),
        ("911100006000373411L", "length"),
        ("", "length"),
    ],
)
def test_a_code_that_does_not_hold_says_why(code: str, fault: str) -> None:
    assert uscc.fault(code) == fault


def test_the_alphabet_and_the_weights_are_those_of_the_standard() -> None:
    assert len(set(uscc.ALPHABET)) == 31
    assert not set("IOSVZ") & set(uscc.ALPHABET)
    assert uscc.WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@given(codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_mistyped_character_is_always_seen(code: str, place: int, letter: str) -> None:
    mistyped = code[:place] + letter + code[place + 1 :]
    assert (uscc.fault(mistyped) is None) == (mistyped == code)


def test_the_documented_code_keeps_its_inner_check_and_its_organisation_code() -> None:
    assert uscc.organisation_code(DOCUMENTED) == "600037341"
    assert uscc.inner_check_holds(DOCUMENTED)
    assert not uscc.inner_check_holds(DOCUMENTED[:16] + "2" + DOCUMENTED[17])


@given(codes)
def test_a_completed_code_keeps_both_checks(code: str) -> None:
    assert uscc.fault(code) is None
    assert uscc.inner_check_holds(code)


@pytest.mark.parametrize(("organisation", "check"), [("00000006", "X"), ("00000000", "0"), ("60003734", "1")])
def test_the_inner_check_character_is_a_digit_or_x(organisation: str, check: str) -> None:
    assert uscc.organisation_code(uscc.complete("91110000", organisation)) == organisation + check


@given(st.text(max_size=20))
def test_a_surrogate_is_sound_the_same_each_time_and_never_taken_for_an_issued_code(seed: str) -> None:
    code = uscc.surrogate(seed)
    assert code == uscc.surrogate(seed)
    assert uscc.fault(code) is None
    assert uscc.is_surrogate(code)


def test_different_seeds_give_different_codes_and_issued_codes_are_no_surrogates() -> None:
    assert len({uscc.surrogate(str(number)) for number in range(5000)}) == 5000
    assert not any(map(uscc.is_surrogate, EXAMPLES))
