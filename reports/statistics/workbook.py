"""The bulletin as a spreadsheet: totals and targets, a sheet per cut, notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO

import xlsxwriter

from expectations.vocabulary.language import Language
from reports.statistics.bulletin import Bulletin, CutRow
from reports.statistics.words import COLUMNS, HIDDEN, PROGRESS_WORDS, headline, notes, progress_value, tables

_TABLE_FROM = 3
_PROGRESS_HEAD = {"zh": ("指标", "完成", "目标"), "en": ("figure", "reached", "target")}
_NOTES = {"zh": "说明", "en": "Notes"}


def render_workbook(bulletin: Bulletin, language: Language) -> bytes:
    """The bulletin as XLSX bytes, the same for the same bulletin."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": headline(bulletin, language), "created": datetime.combine(bulletin.period.last, time(0))}
    )
    _Sheets(book, bulletin, language).write_all()
    book.close()
    return stream.getvalue()


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook, bulletin: Bulletin, language: Language) -> None:
        cell = {"border": 1, "border_color": "#BFBFBF", "font_size": 10, "valign": "top"}
        self._book, self._bulletin, self._language = book, bulletin, language
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({**cell, "bold": True, "bg_color": "#D9E1F2", "text_wrap": True})
        self._text = book.add_format({**cell, "text_wrap": True})
        self._right = book.add_format({**cell, "align": "right"})
        self._whole = book.add_format({**cell, "num_format": "#,##0"})
        self._share = book.add_format({**cell, "num_format": "0.0%"})
        self._note = book.add_format({"text_wrap": True, "valign": "top"})

    def write_all(self) -> None:
        """Every sheet in order."""
        language, bulletin = self._language, self._bulletin
        (title, totals), *cuts = tables(bulletin, language)
        sheet = self._table(title, totals)
        self._progress(sheet, _TABLE_FROM + len(totals) + 2)
        for title, rows in cuts:
            self._table(title, [*rows, totals[0]])
        sheet = self._book.add_worksheet(_NOTES[language])
        sheet.set_column(0, 0, 110)
        for place, note in enumerate(notes(bulletin, language)):
            sheet.write_string(place, 0, note, self._note)

    def _table(self, name: str, rows: Sequence[tuple[str, CutRow]]) -> xlsxwriter.worksheet.Worksheet:
        sheet = self._book.add_worksheet(name[:31])
        sheet.write_string(0, 0, headline(self._bulletin, self._language), self._title)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, len(COLUMNS) - 1, 17)
        for place, said in enumerate(COLUMNS.values()):
            sheet.write_string(_TABLE_FROM - 1, place, said[self._language], self._head)
        for place, (label, row) in enumerate(rows, start=_TABLE_FROM):
            sheet.write_string(place, 0, label, self._text)
            self._figures(sheet, place, row)
        sheet.freeze_panes(_TABLE_FROM, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_TABLE_FROM - 1)
        return sheet

    def _figures(self, sheet: xlsxwriter.worksheet.Worksheet, place: int, row: CutRow) -> None:
        now = row.now
        figures: list[float | None] = [None] * 5
        if now is not None and row.enterprises is not None:
            yuan = (now.gross_fen / 100, now.returned_fen / 100, now.net_fen / 100)
            figures = [row.enterprises, now.documents, *yuan]
        figures.append(None if row.before is None else row.before.gross_fen / 100)
        for column, figure in enumerate(figures, start=1):
            self._figure(sheet, place, column, figure, self._whole)
        self._figure(sheet, place, len(figures) + 1, row.growth, self._share)

    def _figure(
        self,
        sheet: xlsxwriter.worksheet.Worksheet,
        place: int,
        column: int,
        figure: float | None,
        form: xlsxwriter.format.Format,
    ) -> None:
        if figure is None:
            sheet.write_string(place, column, HIDDEN[self._language], self._right)
        else:
            sheet.write_number(place, column, figure, form)

    def _progress(self, sheet: xlsxwriter.worksheet.Worksheet, first: int) -> None:
        for column, head in enumerate(_PROGRESS_HEAD[self._language]):
            sheet.write_string(first, column, head, self._head)
        for place, one in enumerate(self._bulletin.progress, start=first + 1):
            value, target = progress_value(one, self._language)
            sheet.write_string(place, 0, PROGRESS_WORDS[one.id][self._language], self._text)
            sheet.write_string(place, 1, value, self._right)
            sheet.write_string(place, 2, target, self._right)
