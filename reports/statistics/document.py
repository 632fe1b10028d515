"""The bulletin as a PDF: targets with bars, then a table per cut, then how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from fpdf.fonts import FontFace

from expectations.vocabulary.language import Language
from expectations.vocabulary.moment import ZONE
from reports.paper import FONT, Paper
from reports.statistics.bulletin import Bulletin, CutRow, Progress
from reports.statistics.words import (
    COLUMNS,
    CUT_TITLES,
    PROGRESS_WORDS,
    cell_word,
    headline,
    notes,
    progress_value,
    row_cells,
)

_TARGETS = {"zh": "目标完成情况", "en": "Against the targets"}
_TURNOVER = {"zh": "交易额", "en": "Turnover"}
_TOTAL = {"zh": "合计", "en": "Total"}
_TO_DATE = {"zh": "本年累计", "en": "Year to date"}
_WIDTHS = (62, 22, 22, 36, 32, 36, 36, 22)
_BAR = 90


def render_document(bulletin: Bulletin, language: Language) -> bytes:
    """The bulletin as PDF bytes, the same for the same bulletin."""
    made = datetime.combine(bulletin.period.last, time(0), tzinfo=ZONE)
    paper = Paper(headline(bulletin, language), made, "landscape")
    paper.heading(headline(bulletin, language), 16)
    paper.heading(_TARGETS[language])
    for one in bulletin.progress:
        _bar(paper, one, language)
    totals = [(_TOTAL[language], bulletin.total), (_TO_DATE[language], bulletin.year_to_date)]
    _table(paper, _TURNOVER[language], totals, language)
    for cut, rows in bulletin.cuts.items():
        named = [(cell_word(cut, row.value, language), row) for row in rows]
        _table(paper, CUT_TITLES[cut][language], named, language)
    for note in notes(bulletin, language):
        paper.paragraph(note)
    return paper.to_bytes()


def _bar(paper: Paper, one: Progress, language: Language) -> None:
    """One target: its name, a bar of how much of it is reached, and both figures."""
    value, target = progress_value(one, language)
    paper.cell(70, 7, PROGRESS_WORDS[one.id][language])
    left, top = paper.get_x(), paper.get_y()
    share = 0.0 if one.value is None else min(max(one.value / one.target, 0.0), 1.0)
    paper.set_draw_color(150)
    paper.rect(left, top + 1.5, _BAR, 4)
    paper.set_fill_color(47, 84, 150)
    if share:
        paper.rect(left, top + 1.5, _BAR * share, 4, style="F")
        paper.set_fill_color(255)
    paper.set_x(left + _BAR + 4)
    paper.cell(0, 7, f"{value} / {target}", new_x="LMARGIN", new_y="NEXT")


def _table(paper: Paper, title: str, rows: Sequence[tuple[str, CutRow]], language: Language) -> None:
    paper.heading(title, 12)
    paper.set_font(FONT, size=8)
    with paper.table(
        col_widths=_WIDTHS,
        text_align=("LEFT", *["RIGHT"] * (len(_WIDTHS) - 1)),
        line_height=5,
        headings_style=FontFace(fill_color=(217, 225, 242)),
    ) as table:
        table.row([said[language] for said in COLUMNS.values()])
        for label, row in rows:
            table.row(row_cells(row, label, language))
    paper.set_font(FONT, size=10)
