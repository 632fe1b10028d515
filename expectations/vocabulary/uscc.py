"""The unified social credit code (统一社会信用代码, GB 32100-2015)."""

from __future__ import annotations

import hashlib

from stdnum.cn import uscc as _standard

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the code: no I, O, S, V, Z."""

WEIGHTS = tuple(pow(3, index, 31) for index in range(17))
"""Weights of the first 17 characters: 3 to the power of the place, modulo 31."""

INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def fault(code: str) -> str | None:
    """What is wrong with a code: ``length``, ``character`` or ``check character``; None when it holds.

    The first two characters may be letters (Y: another department, N: agriculture), which the library's own
    ``validate`` does not know; it also cleans spaces and small letters away. So only its check character is used.
    """
    if len(code) != 18:
        return "length"
    if not (set(code) <= set(ALPHABET) and code[2:8].isdigit()):
        return "character"
    return None if code[17] == _standard.calc_check_digit(code[:17]) else "check character"


def organisation_code(code: str) -> str:
    """Characters 9 to 17: the key that foreign exchange data carries (GB 11714)."""
    return code[8:17]


def inner_check_holds(code: str) -> bool:
    """Whether the organisation code inside ends on its own check character (GB 11714). A failure only warns."""
    inner = organisation_code(code)
    total = sum(int(character, 36) * weight for character, weight in zip(inner[:8], INNER_WEIGHTS, strict=True))
    return inner[8] == _inner_character(total)


def _inner_character(total: int) -> str:
    remainder = 11 - total % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def complete(first_eight: str, organisation: str) -> str:
    """The whole code from its first eight characters and the eight of the organisation, with both check characters."""
    total = sum(int(character, 36) * weight for character, weight in zip(organisation, INNER_WEIGHTS, strict=True))
    body = first_eight + organisation + _inner_character(total)
    return body + str(_standard.calc_check_digit(body))


SURROGATE_DIVISION = "990000"
"""A registering division that GB/T 2260 does not assign: it marks a code as ours, not an issued one."""


def surrogate(seed: str) -> str:
    """A valid code derived from a foreign identifier, the same each time.

    Its registering division is ``990000``, which no register uses, so that nobody takes it for an issued code.
    """
    number = int.from_bytes(hashlib.sha256(seed.encode("utf-8")).digest()[:8], "big")
    letters = []
    for _ in range(8):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return complete("91" + SURROGATE_DIVISION, "".join(letters))


def is_surrogate(code: str) -> bool:
    """Whether a code was derived here and never issued by a register."""
    return code[2:8] == SURROGATE_DIVISION
