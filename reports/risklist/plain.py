"""The list as CSV, for the next system in line and for a spreadsheet opened in haste."""

from __future__ import annotations

import csv
from io import StringIO

from expectations.vocabulary.language import Language
from reports.risklist.columns import COLUMNS, heading
from reports.risklist.rows import RiskList
from reports.risklist.words import stale_word

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_text_cell(value: str) -> str:
    """A value that no spreadsheet takes for a formula: such a start gets an apostrophe before it (OWASP)."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) and len(value) > 1 else value


def render_csv(risk_list: RiskList, language: Language) -> bytes:
    """The list as CSV bytes, UTF-8 with a byte order mark so that spreadsheets read the Chinese.

    The last column says of every row whether its list is stale: a row is easily torn from its page.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(
        [*(heading(column, language) for column in COLUMNS), {"zh": "清单状态", "en": "List state"}[language]]
    )
    for row in risk_list.rows:
        cells = [column.fill(row, risk_list, language).replace("\n", " | ") for column in COLUMNS]
        writer.writerow([as_text_cell(cell) for cell in (*cells, stale_word(risk_list, language))])
    return stream.getvalue().encode("utf-8-sig")
