"""Documents on paper: PDF with a Chinese font of its own inside, so that they read the same on any machine."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import as_file, files

from fpdf import FPDF

FONT = "sc"


class Paper(FPDF):
    """An A4 document whose bytes are the same for the same content.

    Parameters
    ----------
    title:
        Named in the document's properties and the foot of every page.
    made_at:
        The moment that stands in it as its making. Never the clock's.
    """

    def __init__(self, title: str, made_at: datetime, orientation: str = "portrait") -> None:
        super().__init__(orientation=orientation, format="A4")
        self._title = title
        self.set_title(title)
        self.set_creation_date(made_at)
        self.set_producer("Xinji")
        with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
            self.add_font(FONT, fname=font)
        self.set_auto_page_break(True, margin=18)
        self.set_font(FONT, size=10)
        self.add_page()

    def footer(self) -> None:
        """Title and page number."""
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(90)
        self.cell(0, 6, f"{self._title}   {self.page_no()} / {{nb}}", align="C")
        self.set_text_color(0)

    def heading(self, text: str, size: int = 13) -> None:
        """A heading with room above it."""
        self.ln(3)
        self.set_font(FONT, size=size)
        self.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")
        self.set_font(FONT, size=10)
        self.ln(1)

    def paragraph(self, text: str, size: int = 9) -> None:
        """A paragraph."""
        self.set_font(FONT, size=size)
        self.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)
        self.set_font(FONT, size=10)

    def to_bytes(self) -> bytes:
        """The document."""
        return bytes(self.output())
