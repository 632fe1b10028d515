"""From the delivered bytes to plain UTF-8 text, with one honest look at every byte.

The encoding is proved, not guessed: UTF-8 by strict decoding of the whole file, else GB18030 by strict decoding plus a
plausibility check, because GB18030 gives some reading to almost any bytes.
"""

from __future__ import annotations

import codecs
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from expectations.intake.notice import Notice, packed_too_densely, truncated, unknown_encoding, unreadable

_BLOCK = 1 << 16  # stays in the fastest cache while each question is asked of it
_LINE_FEED, _RETURN, _COMMA = b"\n\r,"

CUT = "\ufffd"
"""Stands for the half of a character at which a file was cut off."""

_FOREIGN = re.compile(r"[^\x00-\x7f]+")

_COMMON_SHARE = 0.9
"""GB18030 that is really Chinese text lies almost wholly in the 6,763 characters of GB 2312. Big5, Latin-1 or broken
UTF-8 read as GB18030 lands outside of them about half the time."""


@dataclass
class TextShape:
    """What a pass over the text counted. ``lines`` counts physical lines, also a last one without a line end."""

    line_ends: int = 0
    carriage_returns: int = 0
    windows_ends: int = 0
    has_nul: bool = False
    has_blank_line: bool = False
    has_quotation: bool = False
    has_white_edge: bool = False
    ends_open: bool = False
    is_cut: bool = False
    tail: bytes = field(default=b"\n", repr=False)

    def add(self, block: bytes) -> None:
        """Count one more block of UTF-8 text."""
        is_past_header = self.line_ends > 0
        # One comparison of every byte serves both the count and the pairs; searching text for each costs thrice that.
        ends = np.frombuffer(block, dtype=np.uint8) == _LINE_FEED
        self.line_ends += int(np.count_nonzero(ends))
        self.has_nul = self.has_nul or b"\0" in block
        # Two bytes of the block before, so that a pair across the border is seen; a file starts as after a line end.
        is_pair_at_border = self.tail[-1:] + block[:1] == b"\n\n"
        self.has_blank_line = self.has_blank_line or is_pair_at_border or bool((ends[1:] & ends[:-1]).any())
        if b"\r" in block or b"\r" in self.tail:
            seam = self.tail + block
            self.carriage_returns += block.count(b"\r")
            self.windows_ends += seam.count(b"\r\n") - self.tail.count(b"\r\n")
            self.has_blank_line = self.has_blank_line or b"\n\r\n" in seam
        rows = block if is_past_header else block[block.find(b"\n") + 1 :]
        self.has_quotation = self.has_quotation or b'"' in rows
        self.has_white_edge = (
            self.has_white_edge or _has_white_edge(rows) or _has_white_edge(self.tail[-1:] + block[:1])
        )
        self.tail = (self.tail + block[-2:])[-2:]
        self.ends_open = not self.tail.endswith(b"\n")

    @property
    def lines(self) -> int:
        """Physical lines."""
        return self.line_ends + self.ends_open

    @property
    def new_line(self) -> str | None:
        """The one line end used throughout, LF or CR LF; None when they are mixed."""
        if not self.carriage_returns:
            return "\n"
        return "\r\n" if self.carriage_returns == self.windows_ends == self.line_ends else None

    @property
    def is_plain(self) -> bool:
        """Nothing in the text needs more care than a fast reader takes."""
        return not (self.has_nul or self.has_blank_line or self.is_cut) and self.new_line is not None

    @property
    def is_bare(self) -> bool:
        """No value below a CSV text's header is in quotation marks or has white space around it."""
        return self.is_plain and not self.has_quotation and not self.has_white_edge


def _has_white_edge(text: bytes) -> bool:
    """Whether white space lies beside a comma or a line end; an ideographic space counts wherever it lies."""
    if not text.isascii() and "\u3000".encode() in text:
        return True
    if b" " not in text and b"\t" not in text:
        return False
    characters = np.frombuffer(text, dtype=np.uint8)
    white = (characters == ord(" ")) | (characters == ord("\t"))
    edge = (characters == _COMMA) | (characters == _LINE_FEED) | (characters == _RETURN)
    return bool((white[1:] & edge[:-1]).any() or (white[:-1] & edge[1:]).any())


@dataclass(frozen=True)
class LandedText:
    """A delivered text file, ready to be read.

    Attributes
    ----------
    path:
        UTF-8 text: the delivered file itself when it was that already, else a copy in the work folder.
    encoding:
        ``utf-8`` or ``gb18030``; None when it is neither, and then ``path`` holds bytes nobody can read.
    shape:
        Counts over the text; over the raw bytes when there is no encoding.
    """

    path: Path
    encoding: str | None
    shape: TextShape
    notices: tuple[Notice, ...] = ()


def land_text(path: Path, work: Path) -> LandedText:
    """Plain UTF-8 text of a delivered file.

    Parameters
    ----------
    path:
        The file as delivered; a name ending in ``.gz`` is unpacked.
    work:
        An existing folder for copies; the caller removes it.
    """
    found: list[Notice] = []
    if path.name.endswith(".gz"):
        path, problem = _unpack(path, work / "unpacked")
        found += [problem] if problem else []
    landed = _as_utf8(path, work) or _as_gb18030(path, work)
    if landed is None:
        found.append(unknown_encoding(*_first_doubt(path)))
        shape = TextShape()
        for block in _blocks(path):
            shape.add(block)
        shape.ends_open = shape.ends_open and shape.tail != b"\n\0"  # a line end of UTF-16
        return LandedText(path, None, shape, tuple(found))
    if landed.shape.is_cut and not found:
        found.append(truncated())
    return LandedText(landed.path, landed.encoding, landed.shape, tuple(found))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


_DENSEST = 200
"""Text of rows packs to a tenth; what unpacks to more than so many times its size was made to fill a disk."""

_NEVER_DENSE = 16 << 20
"""Bytes that are unpacked whatever they came from."""


def _unpack(source: Path, target: Path) -> tuple[Path, Notice | None]:
    """Unpack gzip, also of several members, as far as it goes."""
    unpacker = zlib.decompressobj(wbits=31)
    written = 0
    reason = "gzip: no data"
    with target.open("wb") as out:
        try:
            for block in _blocks(source):
                rest = block
                while rest:
                    if unpacker.eof:
                        unpacker = zlib.decompressobj(wbits=31)
                    written += out.write(unpacker.decompress(rest, _BLOCK))
                    rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                    if written > max(_DENSEST * source.stat().st_size, _NEVER_DENSE):
                        out.truncate(0)
                        return target, packed_too_densely()
        except zlib.error as error:
            reason = f"gzip: {error}"
        else:
            if unpacker.eof or not source.stat().st_size:
                return target, None
    return target, truncated() if written else unreadable(reason)


def _as_utf8(source: Path, work: Path) -> LandedText | None:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    shape = TextShape()
    try:
        for block in _blocks(source):
            if not block.isascii() or decoder.getstate()[0]:
                decoder.decode(block)
            shape.add(block)
    except UnicodeDecodeError:
        return None
    half = decoder.getstate()[0]
    if not half:
        return LandedText(source, "utf-8", shape)
    mended = work / "mended"
    shutil.copyfile(source, mended)
    with mended.open("r+b") as out:
        out.seek(-len(half), 2)
        out.write(CUT.encode())
        out.truncate()
    shape.is_cut = True
    return LandedText(mended, "utf-8", shape)


def _as_gb18030(source: Path, work: Path) -> LandedText | None:
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    shape, foreign, common = TextShape(), 0, 0
    target = work / "transcoded"
    with target.open("wb") as out:

        def put(text: str) -> None:
            encoded = text.encode("utf-8")
            shape.add(encoded)
            out.write(encoded)

        try:
            for block in _blocks(source):
                text = decoder.decode(block)
                far = "".join(_FOREIGN.findall(text))
                foreign += len(far)
                common += len(far.encode("gb2312", "ignore")) // 2
                put(text)
        except UnicodeDecodeError:
            return None
        if decoder.getstate()[0]:
            put(CUT)
            shape.is_cut = True
    return LandedText(target, "gb18030", shape) if foreign and common / foreign >= _COMMON_SHARE else None


def _first_doubt(path: Path) -> tuple[int, int]:
    """The line, from 1, and the byte, from 0, at which the file stops being UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    place, line = 0, 1
    for block in _blocks(path):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            inside = error.start - pending
            return line + block.count(b"\n", 0, max(inside, 0)), place + inside
        place += len(block)
        line += block.count(b"\n")
    return line, place
