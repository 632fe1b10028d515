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
    PROGRESS_WORDS,
    TARGETS,
    headline,
    notes,
    progress_value,
    reached,
    row_cells,
    tables,
)

_WIDTHS = (62, 22, 22, 36, 32, 36, 36, 22)
_BAR = 90


def render_document(bulletin: Bulletin, language: Language) -> bytes:
    """The bulletin as PDF bytes, the same for the same bulletin."""
    made = datetime.combine(bulletin.period.last, time(0), tzinfo=ZONE)
    paper = Paper(headline(bulletin, language), made, "landscape")
    paper.heading(headline(bulletin, language), 16)
    paper.heading(TARGETS[language])
    for one in bulletin.progress:
        _bar(paper, one, language)
    for title, rows in tables(bulletin, language):
        _table(paper, title, rows, language)
    for note in notes(bulletin, language):
        paper.paragraph(note)
    return paper.to_bytes()


def _bar(paper: Paper, one: Progress, language: Language) -> None:
    """One target: its name, a bar of how much of it is reached, and both figures."""
    value, target = progress_value(one, language)
    paper.cell(70, 7, PROGRESS_WORDS[one.id][language])
    left, top = paper.get_x(), paper.get_y()
    share = reached(one)
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
