"""Papers that are attached: taken by what they are, and refused with words about what to do."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from expectations.errors import UsageError
from expectations.intake.attachments import LARGEST, paper_of


def picture(kind: str) -> bytes:
    stream = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(stream, kind)
    return stream.getvalue()


def pdf(objects: bytes = b"", after: bytes = b"\n") -> bytes:
    return b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n" + objects + b"\ntrailer <</Root 1 0 R>>\n%%EOF" + after


def hidden_in_stream(objects: bytes) -> bytes:
    packed = zlib.compress(objects)
    return pdf(b"2 0 obj <</Type /ObjStm /Filter /FlateDecode>> stream\n" + packed + b"\nendstream endobj")


PNG, JPEG, PDF = picture("PNG"), picture("JPEG"), pdf()
ARCHIVE = b"PK\x03\x04" + b"\0" * 40 + b"PK\x05\x06" + b"\0" * 18


@pytest.mark.parametrize(
    ("name", "content", "shown", "kind"),
    [
        ("证明.pdf", PDF, "证明.pdf", "application/pdf"),
        ("seal.PNG", PNG, "seal.png", "image/png"),
        ("photo.jpeg", JPEG, "photo.jpg", "image/jpeg"),
        ("photo.exe", JPEG, "photo.exe.jpg", "image/jpeg"),
        ("../../etc/passwd", PNG, "passwd.png", "image/png"),
        ("C:\\temp\\a b.pdf", PDF, "a b.pdf", "application/pdf"),
        ("gpj.\u202etxt\r\nX-Evil: 1", PNG, "gpj.txtX-Evil_ 1.png", "image/png"),
        ("", PNG, "attachment.png", "image/png"),
        ('"; rm -rf ~;.pdf', PDF, "__ rm -rf __.pdf", "application/pdf"),
        ("x" * 300 + ".pdf", PDF, "x" * 76 + ".pdf", "application/pdf"),
        ("calm.pdf", hidden_in_stream(b"<</Type /Page>>"), "calm.pdf", "application/pdf"),
    ],
)
def test_a_paper_is_known_by_its_content_and_its_name_is_cleaned(
    name: str, content: bytes, shown: str, kind: str
) -> None:
    paper = paper_of(name, content)
    assert (paper.name, paper.media_type, paper.content) == (shown, kind, content)


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "is empty"),
        (PNG + b"\0" * LARGEST, "larger than 4 MB"),
        (b"MZ\x90\0", "neither PDF, PNG nor JPEG"),
        (b"<svg onload='alert(1)'/>", "neither"),
        (b"GIF89a", "neither"),
        (ARCHIVE, "neither"),
        (b"\n" + PDF, "neither"),
        (PNG[:-30], "cut short"),
        (PNG[:60] + b"\xff" + PNG[61:], "cut short"),
        (JPEG[:-2], "cut short"),
        (JPEG[:4], "cut short"),
        (PDF.replace(b"%%EOF", b""), "cut short"),
        (PNG + ARCHIVE, "something besides"),
        (JPEG + b"<script>alert(1)</script>", "something besides"),
        (pdf(after=b"\n" + ARCHIVE), "something besides"),
        (pdf(after=b"\ntrailing"), "something besides"),
        (pdf(b"2 0 obj <<>> stream\n" + ARCHIVE + b"\nendstream endobj"), "something besides"),
        (pdf(b"% <script>alert(1)</script>"), "something besides"),
        (pdf(b"2 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj"), "holds a script"),
        (pdf(b"2 0 obj <</S /Java#53cript>> endobj"), "holds a script"),
        (pdf(b"2 0 obj <</S /Launch /F (calc.exe)>> endobj"), "holds a script"),
        (pdf(b"2 0 obj <</Type /EmbeddedFile>> endobj"), "holds a script"),
        (hidden_in_stream(b"<</S /JavaScript>>"), "holds a script"),
        (hidden_in_stream(b"0" * (64 << 20)), "something besides"),
        (pdf(b"2 0 obj <</Type /ObjStm>> stream\nnot packed\nendstream"), "something besides"),
        (pdf(b"2 0 obj <</Encrypt 3 0 R>> endobj"), "password"),
    ],
)
def test_anything_else_is_refused_in_both_languages_with_what_to_do(content: bytes, because: str) -> None:
    with pytest.raises(UsageError, match=because) as refused:
        paper_of("paper.pdf", content)
    assert refused.value.remedy.endswith(".")
    assert "请" in refused.value.told("zh")


@pytest.mark.parametrize("make", [lambda at: PNG[:at], lambda at: JPEG[:at], lambda at: PDF[:at]])
def test_a_file_cut_anywhere_is_refused_and_nothing_worse(make: Callable[[int], bytes]) -> None:
    for at in range(0, len(make(100_000)) - 2, 7):
        with pytest.raises(UsageError):
            paper_of("paper", make(at))
