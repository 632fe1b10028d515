"""Faults of documents that somebody hands in and waits for: all of them at once, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from expectations.contracts.catalog import load_contract
from expectations.contracts.wording import describe_fault
from expectations.errors import UsageError
from expectations.vocabulary.language import Language

_OF_PAPERS: dict[str, dict[Language, str]] = {
    "unknown": {
        "zh": "数据字典中没有“{field}”这一字段。请核对字段名称。",
        "en": "The data dictionary has no field '{field}' here. Check the name.",
    },
    "cleared": {
        "zh": "“{field}”已填写：单证已通关或撤销，无需再筛查。",
        "en": "'{field}' is filled: the document has been cleared or withdrawn, and there is nothing left to screen.",
    },
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one row.

    Attributes
    ----------
    row:
        Place of the row in what was handed in for its table, from 0.
    code:
        As ``checks`` gives them, or ``unknown:<field>`` or ``cleared:<field>``.
    """

    table: str
    row: int
    code: str

    def to_json(self) -> dict[str, Any]:
        """Table, row, field, code, and what to do in both languages. The value itself is not repeated."""
        field = self.code.partition(":")[2]
        return {
            "table": self.table,
            "row": self.row,
            "field": field[:_LONGEST_NAME],
            "code": self.code[:_LONGEST_NAME],
            "zh": self._said("zh"),
            "en": self._said("en"),
        }

    def _said(self, language: Language) -> str:
        kind, _, field = self.code.partition(":")
        if kind in _OF_PAPERS:
            return _OF_PAPERS[kind][language].format(field=field[:_LONGEST_NAME])
        return describe_fault(load_contract(self.table), self.code, language)


_LONGEST_NAME = 80


class DocumentFaultsError(UsageError):
    """What was handed in breaks its contracts."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} fields break the data dictionary.", "Correct them and hand it in again.")
        self.faults = tuple(faults)
