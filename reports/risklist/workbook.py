"""The list as a spreadsheet: one sheet of everything, one per department, one of notes.

Every cell is written as text or number, never as formula, so that free text from outside can do nothing when opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO

import xlsxwriter

from expectations.vocabulary.grade import Severity
from expectations.vocabulary.moment import parse_date
from reports.risklist.columns import COLUMNS, Language, department_word, heading
from reports.risklist.rows import RiskList, RiskRow
from reports.risklist.words import TITLE, headline, notes, summary

# Light fills with a word beside them: the meaning survives a black-and-white printer.
_FILLS = {Severity.HIGH: "#F8CBAD", Severity.MEDIUM: "#FFE699", Severity.LOW: "#FFFFFF"}
_SHEET_NAME_LIMIT = 31
_FIRST_ROW = 3
_FROZEN_COLUMNS = 4  # rank to name stay in sight
_LINE_HEIGHT = 15


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF", "font_size": 10}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.summary = book.add_format({"font_color": "#404040"})
        self.head = book.add_format({**cell, "bold": True, "bg_color": "#D9E1F2"})
        self.cell = book.add_format(cell)
        self.number = book.add_format({**cell, "num_format": "#,##0.##"})
        self.note = book.add_format({"text_wrap": True, "valign": "top"})
        self.severity = {
            each: book.add_format({**cell, "bold": True, "bg_color": fill}) for each, fill in _FILLS.items()
        }


def render_workbook(risk_list: RiskList, language: Language) -> bytes:
    """The list as XLSX bytes, the same for the same list."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    made = datetime.combine(parse_date(risk_list.business_date), time(0))
    book.set_properties({"title": headline(risk_list, language), "created": made})
    _Sheets(book, risk_list, language).write_all()
    book.close()
    return stream.getvalue()


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook, risk_list: RiskList, language: Language) -> None:
        self._book = book
        self._formats = _Formats(book)
        self._list = risk_list
        self._language: Language = language

    def write_all(self) -> None:
        self._list_sheet(TITLE[self._language], self._list.rows)
        for department in sorted({each for row in self._list.rows for each in row.departments}):
            rows = [row for row in self._list.rows if department in row.departments]
            self._list_sheet(department_word(department, self._language), rows)
        self._notes_sheet()

    def _list_sheet(self, name: str, rows: Sequence[RiskRow]) -> None:
        sheet = self._book.add_worksheet(name[:_SHEET_NAME_LIMIT])
        sheet.write_string(0, 0, headline(self._list, self._language), self._formats.title)
        sheet.write_string(1, 0, summary(self._list, self._language), self._formats.summary)
        for number, column in enumerate(COLUMNS):
            sheet.set_column(number, number, column.width)
            sheet.write_string(_FIRST_ROW - 1, number, heading(column, self._language), self._formats.head)
        for offset, row in enumerate(rows):
            self._write_row(sheet, _FIRST_ROW + offset, row)
        sheet.autofilter(_FIRST_ROW - 1, 0, _FIRST_ROW - 1 + max(len(rows), 1), len(COLUMNS) - 1)
        sheet.freeze_panes(_FIRST_ROW, _FROZEN_COLUMNS)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3: twenty columns stay legible
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_FIRST_ROW - 1)
        sheet.set_footer("&L&A&R&P / &N")

    def _write_row(self, sheet: xlsxwriter.worksheet.Worksheet, place: int, row: RiskRow) -> None:
        lines = 1
        for number, column in enumerate(COLUMNS):
            value = column.fill(row, self._language)
            lines = max(lines, sum(1 + len(part) // column.width for part in value.split("\n")))
            if column.key == "severity":
                sheet.write_string(place, number, value, self._formats.severity[row.severity])
            elif column.is_number and value:
                sheet.write_number(place, number, float(value), self._formats.number)
            else:
                sheet.write_string(place, number, value, self._formats.cell)
        sheet.set_row(place, lines * _LINE_HEIGHT)

    def _notes_sheet(self) -> None:
        sheet = self._book.add_worksheet({"zh": "说明", "en": "Notes"}[self._language])
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, headline(self._list, self._language), self._formats.title)
        for number, note in enumerate(notes(self._list, self._language), start=2):
            sheet.write_string(number, 0, note, self._formats.note)
