"""The list as a spreadsheet: what is first today, everything, a sheet per department, all evidence, who left, notes.

Every cell is written as text or number, never as formula, so that free text from outside can do nothing when opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from unicodedata import east_asian_width

import xlsxwriter

from expectations.vocabulary.grade import Severity
from expectations.vocabulary.language import Language
from expectations.vocabulary.moment import parse_date
from reports.risklist.columns import (
    COLUMNS,
    SEVERITY_WORDS,
    Column,
    department_word,
    difference_words,
    heading,
    say,
)
from reports.risklist.department import by_day, departments_of, rows_of
from reports.risklist.rows import RiskList, RiskRow
from reports.risklist.words import FIRST_TODAY, TITLE, headline, notes, stale_banner, summary

# Light fills with a word beside them: the meaning survives a black-and-white printer.
_FILLS = {Severity.HIGH: "#F8CBAD", Severity.MEDIUM: "#FFE699", Severity.LOW: "#FFFFFF"}
_SHEET_NAME_LIMIT = 31
_FIRST_ROW = 3
_FROZEN_COLUMNS = 3  # rank, risk and name stay in sight; more would fill the screen of a phone
_LINE_HEIGHT = 14
_TALLEST = 400  # what a spreadsheet takes is 409 points
_PRINTED = "finding"  # the last column that goes on paper; what follows is for the screen
_OF_DEPARTMENT = (
    "rank", "severity", "name", "uscc", "grade", "difference", "patterns", "exposed", "evidence", "asked", "due",
    "finding",
)  # fmt: skip
_TODAY = (
    "rank", "severity", "name", "uscc", "grade", "patterns", "exposed", "asked", "departments", "due", "finding",
)  # fmt: skip
_BY_KEY = {column.key: column for column in COLUMNS}
_RESULT = Column("result", "办理结果", "Result", 16, lambda _, __, ___: "")
"""Left empty, to be written into by hand."""


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF", "font_size": 10}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.summary = book.add_format({"font_color": "#404040"})
        self.stale = book.add_format({"bold": True, "bg_color": "#FFE699"})
        self.head = book.add_format({**cell, "bold": True, "bg_color": "#D9E1F2"})
        self.cell = book.add_format(cell)
        self.overdue = book.add_format({**cell, "bold": True, "bg_color": "#F8CBAD"})
        self.number = book.add_format({**cell, "num_format": "#,##0", "align": "center"})
        self.amount = book.add_format({**cell, "num_format": "#,##0.00", "align": "right", "indent": 1})
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
        if first := self._list.first_today:
            columns = tuple(_BY_KEY[key] for key in _TODAY)
            self._list_sheet(FIRST_TODAY[self._language], by_day(first), columns)
        everything = self._list_sheet(TITLE[self._language], self._list.rows, COLUMNS)
        last = [column.key for column in COLUMNS].index(_PRINTED)
        everything.print_area(0, 0, _FIRST_ROW + max(len(self._list.rows), 1) - 1, last)
        own = (*(_BY_KEY[key] for key in _OF_DEPARTMENT), _RESULT)
        for department in departments_of(self._list):
            self._list_sheet(department_word(department, self._language), rows_of(self._list, department), own)
        self._evidence_sheet()
        self._gone_sheet()
        self._notes_sheet()

    def _sheet(self, name: str) -> xlsxwriter.worksheet.Worksheet:
        """A sheet with the title, and what must be known first."""
        sheet = self._book.add_worksheet(name[:_SHEET_NAME_LIMIT])
        sheet.write_string(0, 0, headline(self._list, self._language), self._formats.title)
        banner = stale_banner(self._list, self._language)
        under = banner or summary(self._list, self._language)
        sheet.write_string(1, 0, under, self._formats.stale if banner else self._formats.summary)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_FIRST_ROW - 1)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def _table(self, name: str, heads: Sequence[tuple[str, int]], rows: int) -> xlsxwriter.worksheet.Worksheet:
        """A sheet with column heads that stay in sight and can be filtered by."""
        sheet = self._sheet(name)
        for number, (head, width) in enumerate(heads):
            sheet.set_column(number, number, width)
            sheet.write_string(_FIRST_ROW - 1, number, head, self._formats.head)
        sheet.autofilter(_FIRST_ROW - 1, 0, _FIRST_ROW - 1 + max(rows, 1), len(heads) - 1)
        return sheet

    def _list_sheet(
        self, name: str, rows: Sequence[RiskRow], columns: Sequence[Column]
    ) -> xlsxwriter.worksheet.Worksheet:
        heads = [(heading(column, self._language), column.width) for column in columns]
        sheet = self._table(name, heads, len(rows))
        for offset, row in enumerate(rows):
            self._write_row(sheet, _FIRST_ROW + offset, row, columns)
        sheet.freeze_panes(_FIRST_ROW, _FROZEN_COLUMNS)
        return sheet

    def _write_row(
        self, sheet: xlsxwriter.worksheet.Worksheet, place: int, row: RiskRow, columns: Sequence[Column]
    ) -> None:
        tall = 1
        for number, column in enumerate(columns):
            value = column.fill(row, self._list, self._language)
            tall = max(tall, sum(_lines_of(part, column.width) for part in value.split("\n")))
            if column.key == "severity":
                sheet.write_string(place, number, value, self._formats.severity[row.severity])
            elif column.key == "due" and row.is_overdue(self._list.cut_on):
                sheet.write_string(place, number, value, self._formats.overdue)
            elif column.is_number and value:
                form = self._formats.amount if column.key == "exposed" else self._formats.number
                sheet.write_number(place, number, float(value), form)
            else:
                sheet.write_string(place, number, value, self._formats.cell)
        sheet.set_row(place, min(tall * _LINE_HEIGHT, _TALLEST))

    def _evidence_sheet(self) -> None:
        heads = [
            (say(self._language, "序号", "Rank"), 6),
            (say(self._language, "企业名称", "Name"), 30),
            (say(self._language, "统一社会信用代码", "USCC"), 21),
            (say(self._language, "规则", "Rule"), 8),
            (say(self._language, "证据编号", "Evidence"), 48),
        ]
        found = [
            (row, trigger.rule, key) for row in self._list.rows for trigger in row.triggers for key in trigger.evidence
        ]
        sheet = self._table(say(self._language, "证据", "Evidence"), heads, len(found))
        for place, (row, rule, key) in enumerate(found, start=_FIRST_ROW):
            sheet.write_number(place, 0, row.rank, self._formats.number)
            for number, text in enumerate((row.name, row.uscc, rule, key), start=1):
                sheet.write_string(place, number, text, self._formats.cell)
        sheet.freeze_panes(_FIRST_ROW, 0)

    def _gone_sheet(self) -> None:
        """Who was on the list before and is not any more: nothing leaves it unseen."""
        heads = [
            (say(self._language, "企业名称", "Name"), 30),
            (say(self._language, "统一社会信用代码", "USCC"), 21),
            (say(self._language, "昨日风险", "Risk before"), 10),
            (say(self._language, "现等级", "Grade now"), 10),
            (say(self._language, "变化（原因）", "What changed (cause)"), 60),
        ]
        sheet = self._table(say(self._language, "移出", "Left the list"), heads, len(self._list.gone))
        for place, one in enumerate(self._list.gone, start=_FIRST_ROW):
            risk = SEVERITY_WORDS[one.severity][self._language]
            changed = difference_words(one.difference, self._language)
            for number, text in enumerate((one.name, one.uscc, risk, one.grade or "-", changed)):
                sheet.write_string(place, number, text, self._formats.cell)
            sheet.set_row(place, _LINE_HEIGHT * len(changed.split("\n")))
        sheet.freeze_panes(_FIRST_ROW, 0)

    def _notes_sheet(self) -> None:
        sheet = self._sheet(say(self._language, "说明", "Notes"))
        sheet.set_column(0, 0, 110)
        for number, note in enumerate(notes(self._list, self._language), start=_FIRST_ROW - 1):
            sheet.write_string(number, 0, note, self._formats.note)
            sheet.set_row(number, _LINE_HEIGHT * (_lines_of(note, 110)) + 4)


def _lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two others."""
    wide = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return max(1, -(-wide // max(width - 1, 1)))
