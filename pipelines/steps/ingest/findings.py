"""Everything there is to say about a file, as one list of plain dicts with words in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from expectations.contracts.errors import UnknownFaultError
from expectations.contracts.schema import Contract
from expectations.contracts.wording import describe_fault
from expectations.intake.notice import MALFORMED, Notice, describe_malformed
from expectations.vocabulary.language import Language


class GateFinding(Protocol):
    """One bound that a file did not meet, in words."""

    @property
    def measure(self) -> str:
        """What was measured."""
        ...

    @property
    def severity(self) -> str:
        """``warn`` or ``withhold``."""
        ...

    @property
    def says_en(self) -> str:
        """English."""
        ...

    @property
    def says_zh(self) -> str:
        """Chinese."""
        ...


def of_notices(notices: Sequence[Notice]) -> tuple[dict[str, Any], ...]:
    """Remarks on the file as a whole."""
    return tuple(
        {"code": notice.code, "level": notice.level, "en": notice.words.en, "zh": notice.words.zh} for notice in notices
    )


def of_gate(findings: Sequence[GateFinding]) -> tuple[dict[str, Any], ...]:
    """Bounds the file did not meet."""
    return tuple(
        {"code": f"gate:{finding.measure}", "level": finding.severity, "en": finding.says_en, "zh": finding.says_zh}
        for finding in findings
    )


def of_codes(contract: Contract, counts: Mapping[str, int], level: str) -> tuple[dict[str, Any], ...]:
    """Faults (level ``quarantine``) or warnings of accepted rows (``note``) with the number of rows that have them."""
    found = []
    for code, rows in counts.items():
        en, zh = words_of(contract, code, "en"), words_of(contract, code, "zh")
        found.append({"code": code, "level": level, "en": en, "zh": zh, "rows": rows})
    return tuple(found)


def words_of(contract: Contract, code: str, language: Language) -> str:
    """What a row's code means, whether its form or its content is at fault.

    A code that an earlier version of the contract gave has no words any more and stands for itself.
    """
    if code in MALFORMED:
        return describe_malformed(code, language)
    try:
        return describe_fault(contract, code, language)
    except UnknownFaultError:
        return code
