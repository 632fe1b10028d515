"""The certificate on paper: one page in both languages, with a QR code that holds the signed text."""

from __future__ import annotations

import segno

from reports.certificate.claims import Certificate
from reports.paper import FONT, Paper

_QR_MM = 62.0
_PAGE_MM = 210.0
_GRADE_SIZE = 64


def render_certificate(certificate: Certificate, token: str) -> bytes:
    """The certificate as PDF bytes, the same for the same certificate. The QR code holds the signed text whole."""
    paper = Paper(f"信用等级证书 Certificate of credit grade {certificate.serial}", certificate.issued_at)
    paper.set_draw_color(47, 84, 150)
    paper.set_line_width(0.8)
    paper.rect(10, 10, _PAGE_MM - 20, 297 - 30)
    paper.set_y(24)
    _centred(paper, certificate.zone["zh"], 15)
    _centred(paper, certificate.zone["en"], 9)
    paper.ln(6)
    _centred(paper, "信用等级证书", 26)
    _centred(paper, "Certificate of credit grade", 12)
    paper.ln(6)
    _centred(paper, certificate.name, 16)
    _centred(paper, f"统一社会信用代码 / unified social credit code  {certificate.uscc}", 10)
    paper.ln(2)
    paper.set_text_color(47, 84, 150)
    _centred(paper, certificate.grade.value, _GRADE_SIZE)
    paper.set_text_color(0)
    for line in _lines(certificate):
        _centred(paper, line, 10)
    _qr(paper, token, (_PAGE_MM - _QR_MM) / 2, paper.get_y() + 4)
    paper.set_y(paper.get_y() + 4 + _QR_MM + 3)
    for line in (
        "本证书随等级变化即时失效，以核验结果为准。扫描二维码取得签名文本，可离线核验。",
        "This certificate ends with the grade it names: rely on its verification. The code holds the signed text.",
    ):
        _centred(paper, line, 8)
    return paper.to_bytes()


def _lines(certificate: Certificate) -> tuple[str, ...]:
    issued, expires = (moment.strftime("%Y-%m-%d %H:%M") for moment in (certificate.issued_at, certificate.expires_at))
    return (
        f"评级日期 / graded as of  {certificate.as_of}",
        f"证书编号 / number  {certificate.serial}",
        f"签发 / issued  {issued}    有效至 / holds until  {expires}  (UTC+8)",
        f"评级规则 / rules  {certificate.policy[:16]}    决定编号 / decision  {certificate.decision_id[:16]}",
    )


def _centred(paper: Paper, text: str, size: int) -> None:
    paper.set_font(FONT, size=size)
    paper.multi_cell(0, size * 0.5, text, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(0.8)


def _qr(paper: Paper, token: str, left: float, top: float) -> None:
    """The code drawn module by module, so that it prints sharp at any size."""
    matrix = segno.make(token, error="l", micro=False).matrix
    side = _QR_MM / len(matrix)
    paper.set_fill_color(0)
    for row, modules in enumerate(matrix):
        for column, is_dark in enumerate(modules):
            if is_dark:
                paper.rect(left + column * side, top + row * side, side, side, style="F")
