"""Papers that somebody attaches: PDF, PNG or JPEG by their content, whole, and nothing else besides.

A file is looked at byte by byte: nothing in it is drawn or run. Only the object streams of a PDF are unpacked, to
look for what would run, and no further than ``_UNPACKED``, so that a bomb goes off nowhere. What is refused is said
with what to do instead. It is no virus scanner: whoever hands a paper out does so as a download that no browser shows.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from unicodedata import category

from expectations.errors import UsageError

LARGEST = 4 * 1024 * 1024
"""Bytes of one file."""

MOST = 3
"""Files of one objection."""

_LONGEST_NAME = 80
_HEAD, _TAIL = 1024, 65_557
"""Bytes that a reader looks at to guess a type; and those in which the end of a ZIP archive is looked for."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was found in order. ``name`` is for people to read, with the ending of what the file is."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Digest of the content, and the name it is kept under."""
        return sha256(self.content).hexdigest()


class _Fault(Exception):  # noqa: N818 (turned into an error for people where the name is known)
    """What is wrong with a file and what to do, in English and in Chinese."""

    def __init__(self, english: str, remedy: str, chinese: str) -> None:
        super().__init__(english)
        self.english, self.remedy, self.chinese = english, remedy, chinese


def paper_of(name: str, content: bytes) -> Paper:
    """A file as it was sent, once its content is what it has to be.

    Parameters
    ----------
    name:
        As the sender calls it; only shown, never a path.
    content:
        Its bytes.

    Raises
    ------
    UsageError
        When it is empty, too large, of another type, cut short, has something besides, or holds what would run.
    """
    try:
        kind = _kind_of(content)
        _KINDS[kind].check(content)
    except _Fault as fault:
        shown = _plain(name) or "?"
        raise UsageError(f"'{shown}' {fault.english}.", fault.remedy, zh=f"文件“{shown}”{fault.chinese}。") from fault
    return Paper(cleaned_name(name, _KINDS[kind].ending), kind, content)


def cleaned_name(name: str, ending: str) -> str:
    """A name without folders, hidden characters and whatever a header or a shell reads, with a given ending."""
    stem = re.sub(r"[^\w\- ().,，（）·]", "_", _plain(name)).strip(" .")
    if stem.lower().endswith((ending, ending.replace("jpg", "jpeg"))):
        stem = stem[: stem.rindex(".")].strip(" .")
    return f"{stem[: _LONGEST_NAME - len(ending)].strip(' .') or 'attachment'}{ending}"


def _plain(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return "".join(one for one in last if not category(one).startswith("C")).strip()[:_LONGEST_NAME]


def _kind_of(content: bytes) -> str:
    if not content:
        raise _Fault("is empty", "Choose the file once more.", "是空文件。请重新选择文件")
    if len(content) > LARGEST:
        raise _Fault(
            f"is larger than {LARGEST >> 20} MB",
            "Scan it with fewer dots per inch, or send fewer pages.",
            f"超过 {LARGEST >> 20} MB。请降低扫描分辨率或减少页数后重试",
        )
    found = next((kind for kind, told in _KINDS.items() if content.startswith(told.begins)), None)
    if found is None:
        raise _Fault(
            "is neither PDF, PNG nor JPEG, whatever it is called",
            "Print it into a PDF, or take a picture of it.",
            "的内容不是 PDF、PNG 或 JPEG。请转存为 PDF 或拍照上传",
        )
    head, tail = content[:_HEAD].lower(), content[-_TAIL:]
    if _MARKUP.search(head) or _END_OF_ZIP in tail:
        raise _besides()
    return found


_END_OF_ZIP = b"PK\x05\x06"
_MARKUP = re.compile(rb"<\s*(script|html|svg|body|iframe|\?php|!doctype)|mz\x90\x00\x03")


def _besides() -> _Fault:
    return _Fault(
        "has something besides the page or picture",
        "Print it into a new PDF, or save the picture anew, and send that.",
        "在页面或图片之外还含有其他内容。请重新打印为 PDF 或另存图片后上传",
    )


def _cut_short() -> _Fault:
    return _Fault("is damaged or was cut short", "Save it once more and send that.", "已损坏或不完整。请重新保存后上传")


def _check_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise _cut_short()
    if content[end + 5 :].strip(b"\r\n\t \0"):
        raise _besides()
    parts = [_with_plain_names(part) for part in (content, *_object_streams(content))]
    if any(_ENCRYPTED.search(part) for part in parts):
        raise _Fault("is protected by a password", "Save it without one.", "设有密码保护。请取消密码后上传")
    if any(_RUNS.search(part) for part in parts):
        raise _Fault(
            "holds a script, a command or another file",
            "Print it into a new PDF and send that.",
            "含有脚本、命令或内嵌文件。请重新打印为 PDF 后上传",
        )


def _with_plain_names(part: bytes) -> bytes:
    """A name of a PDF may write any of its letters as ``#`` and two digits."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode("ascii")), part)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The objects that a PDF keeps compressed, unpacked; one too large or packed otherwise is refused."""
    for number, found in enumerate(_OBJECT_STREAM.finditer(content)):
        unpacking = zlib.decompressobj()
        try:
            part = unpacking.decompress(content[found.end() :], _UNPACKED)
        except zlib.error as error:
            raise _besides() from error
        if not unpacking.eof or number >= _STREAMS:
            raise _besides()
        yield part


_UNPACKED, _STREAMS = 1 << 20, 200
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,500}?\bstream\r?\n", re.DOTALL)
_ENCRYPTED = re.compile(rb"/Encrypt\b")
_RUNS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE)\b|/XFA\s*[\[\d]")
"""Long names only: three letters stand by chance in packed pages. A script has ``/JavaScript`` beside its ``/JS``."""


def _check_png(content: bytes) -> None:
    kinds = [kind for kind, _ in _png_chunks(content)]
    if kinds[:1] != [b"IHDR"] or b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise _cut_short()


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(content):
        if place + 12 > len(content):
            raise _cut_short()
        length, kind = struct.unpack_from(">I4s", content, place)
        body, after = content[place + 8 : place + 8 + length], content[place + 8 + length : place + 12 + length]
        if after != struct.pack(">I", zlib.crc32(kind + body)):
            raise _cut_short()
        yield kind, body
        place += 12 + length
        if kind == b"IEND" and place != len(content):
            raise _besides()


def _check_jpeg(content: bytes) -> None:
    end = _end_of_jpeg(content)
    if content[end:].strip(b"\0"):
        raise _besides()


def _end_of_jpeg(content: bytes) -> int:
    """The place after the end mark; segments are passed over by their lengths, so that one within ends nothing."""
    place = 2
    try:
        while True:
            if content[place] != _MARK:
                raise _cut_short()
            kind = content[place + 1]
            if kind == _END:
                return place + 2
            if kind == _MARK:
                place += 1
                continue
            (length,) = struct.unpack_from(">H", content, place + 2)
            place += 2 + length
            if kind == _SCAN:
                place = _after_scan(content, place)
    except (IndexError, struct.error) as error:
        raise _cut_short() from error


def _after_scan(content: bytes, place: int) -> int:
    """The next mark after drawn data, in which 0xFF is followed by zero or a restart mark."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0:
            raise _cut_short()
        if content[place + 1] == 0 or content[place + 1] in _RESTARTS:
            place += 2
            continue
        return place


_MARK, _SCAN, _END = 0xFF, 0xDA, 0xD9
_RESTARTS = range(0xD0, 0xD8)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How files of a kind begin, how their names end, and what else is asked of them."""

    begins: tuple[bytes, ...]
    ending: str
    check: Callable[[bytes], None]


_KINDS: Mapping[str, _Kind] = {
    "application/pdf": _Kind((b"%PDF-1.", b"%PDF-2."), ".pdf", _check_pdf),
    "image/png": _Kind((b"\x89PNG\r\n\x1a\n",), ".png", _check_png),
    "image/jpeg": _Kind((b"\xff\xd8\xff",), ".jpg", _check_jpeg),
}

MEDIA_TYPES = tuple(_KINDS)
"""What a paper can be."""
