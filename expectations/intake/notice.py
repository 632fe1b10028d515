"""What the intake has to say about a file or a row, in words a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectations.contracts.schema import Words

Level = Literal["note", "warn", "withhold"]
"""``note`` informs; ``warn`` lets the file be used; ``withhold`` keeps it from use until an officer releases it."""


@dataclass(frozen=True)
class Notice:
    """One remark about a delivered file.

    Attributes
    ----------
    code:
        Stable name of the kind of remark, such as ``columns_missing``.
    refuses_file:
        None of the file's rows is accepted: the whole file waits in quarantine.
    """

    code: str
    level: Level
    words: Words
    refuses_file: bool = False


MALFORMED = {
    "too_few_columns": Words(en="the row has fewer columns than the header", zh="本行的列数少于表头"),
    "too_many_columns": Words(en="the row has more columns than the header", zh="本行的列数多于表头"),
    "broken_quotes": Words(en="a quotation mark is not closed or stands in the wrong place", zh="引号未闭合或位置错误"),
    "nul_byte": Words(en="the row holds a NUL byte, which no text has", zh="本行含有空字节(NUL),不是正常文本"),
    "row_too_long": Words(en="the row is longer than a million characters", zh="本行超过一百万个字符"),
    "broken_json": Words(en="the line is not a JSON object", zh="本行不是 JSON 对象"),
    "repeated_field": Words(en="a field stands twice in the row", zh="同一字段在本行出现两次"),
    "cut_off": Words(en="the file was cut off in this row", zh="文件在本行被截断"),
    "nested_value": Words(
        en="a field holds a list or an object instead of one value", zh="字段的值是列表或对象,而不是单个值"
    ),
}
"""Faults of a row that cannot even be taken apart into fields. Faults of its content belong to the contract."""


def describe_malformed(code: str, language: Literal["en", "zh"]) -> str:
    """The words for a code of ``MALFORMED`` in one language."""
    words = MALFORMED[code]
    return words.en if language == "en" else words.zh


def _refusal(code: str, en: str, zh: str) -> Notice:
    return Notice(code, "withhold", Words(en=en, zh=zh), refuses_file=True)


def empty_file() -> Notice:
    """The file has no byte at all."""
    return _refusal(
        "empty_file",
        "The file is empty: not even a header. Ask the sender for it again.",
        "文件为空,连表头也没有。请发送方重新发送。",
    )


def unknown_encoding(line: int, place: int) -> Notice:
    """The text is neither UTF-8 nor GB18030; ``line`` (from 1) and ``place`` (a byte, from 0) say where UTF-8 ended."""
    return _refusal(
        "unknown_encoding",
        f"The text is neither UTF-8 nor GB18030 (first doubt in line {line}, at byte {place}). "
        "Ask the sender to export it as UTF-8.",
        f"文件编码既不是 UTF-8 也不是 GB18030(第 {line} 行、第 {place} 字节处无法识别)。请发送方改用 UTF-8 导出。",
    )


def unreadable(reason: str) -> Notice:
    """The container (gzip, Parquet) is damaged so that no row can be read."""
    return _refusal(
        "unreadable",
        f"The file cannot be opened; it is damaged or cut off ({reason}). Ask the sender for it again.",
        f"文件无法打开,已损坏或被截断({reason})。请发送方重新发送。",
    )


def packed_too_densely() -> Notice:
    """The compressed file unpacks to so much more than itself that it cannot be rows of anything."""
    return _refusal(
        "packed_too_densely",
        "The file unpacks to far more than rows of its size can be, and was not unpacked further. "
        "Ask the sender what it is, and for the rows as they are.",
        "该压缩文件解压后的大小远超同等大小数据文件的正常范围,已停止解压。请向发送方核实,并重新发送原始数据。",
    )


def truncated() -> Notice:
    """The compressed stream ends early: the rows before the cut can be read, the rest is missing."""
    return Notice(
        "truncated",
        "withhold",
        Words(
            en="The file is cut off: the rows before the cut were read, the rest is missing. "
            "Ask the sender for it again.",
            zh="文件被截断:截断处之前的行已读取,其余缺失。请发送方重新发送。",
        ),
    )


def last_line_open() -> Notice:
    """The last line has no line end, so its last field may be cut off without a trace."""
    return Notice(
        "last_line_open",
        "note",
        Words(
            en="The last line has no line end; if the file was cut off there, its last value is incomplete.",
            zh="最后一行没有换行符;若文件在此被截断,则最后一个值可能不完整。",
        ),
    )


def other_content(promised: str, found: str) -> Notice:
    """The file is not the one the manifest describes: the SHA-256 digests differ."""
    return _refusal(
        "manifest_sha256",
        "The file is not the one its manifest describes, or was changed or damaged on the way: "
        f"its fingerprint (sha256) begins with {found[:12]}, the manifest says {promised[:12]}. "
        "Ask the sender to send both again.",
        "文件与清单文件(manifest)所描述的不是同一文件,或在传输中被更改、损坏:"
        f"其指纹(sha256)以 {found[:12]} 开头,清单为 {promised[:12]}。请发送方重新发送两者。",
    )


def other_row_count(promised: int, found: int) -> Notice:
    """The manifest counts other rows than the file has."""
    return Notice(
        "manifest_rows",
        "withhold",
        Words(
            en=f"The manifest promises {promised} rows, the file has {found}. Ask the sender to send both again.",
            zh=f"清单文件(manifest)声明有 {promised} 行,实际为 {found} 行。请发送方重新发送两者。",
        ),
    )


def file_missing(name: str) -> Notice:
    """The manifest lists a file that is not there."""
    return _refusal(
        "file_missing",
        f"The manifest lists {name}, which was not delivered. Ask the sender for it.",
        f"清单文件(manifest)列出了 {name},但未收到该文件。请发送方补发。",
    )
