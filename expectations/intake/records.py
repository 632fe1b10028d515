"""Taking text apart record by record: slow, patient, and nothing is lost.

The fast reader serves clean files. This one serves the others: a stray quotation mark costs one row here and not the
rest of the file.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from expectations.intake.landing import CUT

LONGEST_RECORD = 1_000_000
"""Characters. A longer record is a broken file and not a row."""

_LONGEST_SPAN = 200
"""Lines one quoted field may run over before the opening mark is taken as a stray one."""

_LINES_AT_ONCE = 1 << 16
"""Bytes of lines that are taken from a plain text together: those that nobody asks for then cost next to nothing."""

_FIELD = re.compile(r'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"|(?P<bare>(?:[^",\n][^,\n]*)?))(?P<comma>,|\Z)')

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character written as an escape: JSON lets it pass, UTF-8 has no form for it."""


@dataclass(frozen=True)
class Record:
    """One data row as it was delivered.

    Attributes
    ----------
    row:
        1 for the first row of data.
    text:
        The original text, without its line end.
    cells:
        Values by column; an empty one is None. None when the row could not be taken apart.
    fault:
        A code of ``notice.MALFORMED`` when ``cells`` is None.
    """

    row: int
    text: str
    cells: dict[str, str | None] | None
    fault: str | None = None


def csv_header(path: Path) -> list[str]:
    """Column names of a CSV text, without the byte order mark and outer spaces. Empty for an empty text."""
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        line = stream.readline(LONGEST_RECORD).rstrip("\r\n")
    return [name.strip() for name in _parse(line) or line.split(",")] if line else []


def csv_records(path: Path, columns: list[str]) -> Iterator[Record]:
    """Every data row of a CSV text. Blank lines are not rows."""
    lines = _lines(path)
    next(lines, None)
    waiting: deque[str] = deque()
    row = 0
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        if not line:
            continue
        row += 1
        yield _csv_record(row, line, columns, waiting, lines)


def plain_csv_records(path: Path, columns: list[str], rows: Collection[int]) -> Iterator[Record]:
    """Some rows of a text in which every line is one record; much faster than taking the others apart too."""
    wanted = sorted(rows)
    with path.open("rb") as stream:
        first = place = 0
        while place < len(wanted) and (lines := stream.readlines(_LINES_AT_ONCE)):
            until = bisect_left(wanted, first + len(lines), place)
            for row in wanted[place:until]:
                text = lines[row - first].decode("utf-8").rstrip("\n").removesuffix("\r")
                cells = _parse(text) if '"' in text else text.split(",")
                yield Record(row, text, None, "broken_quotes") if cells is None else _matched(row, text, cells, columns)
            first, place = first + len(lines), until


def json_records(path: Path) -> Iterator[Record]:
    """Every line of a JSON Lines text. Numbers keep the digits they were written with."""
    row = 0
    for line in _lines(path):
        if not line.strip():
            continue
        row += 1
        cells = fault = None
        try:
            cells = _json_cells(line)
        except _MalformedError as error:
            fault = error.code
        yield Record(row, line, cells, fault)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        for line in stream:
            yield line.rstrip("\n").removesuffix("\r")


def _csv_record(row: int, line: str, columns: list[str], waiting: deque[str], lines: Iterator[str]) -> Record:
    text, cells = line, line.split(",")
    if '"' in line:
        text, span = _joined(line, waiting, lines)
        cells = _parse(text) or []
        if span and len(cells) != len(columns):
            text, cells = line, _parse(line) or []  # the lines that followed are read again, as rows of their own
        else:
            for _ in range(span):
                waiting.popleft()
    if fault := _text_fault(text) or (None if cells else "broken_quotes"):
        return Record(row, text, None, fault)
    return _matched(row, text, cells, columns)


def _joined(line: str, waiting: deque[str], lines: Iterator[str]) -> tuple[str, int]:
    """A line with those after it that its open quotation mark runs over, and their number; they stay in ``waiting``."""
    text, span = line, 0
    while text.count('"') % 2 and span < _LONGEST_SPAN and len(text) < LONGEST_RECORD:
        if len(waiting) == span:
            following = next(lines, None)
            if following is None:
                break
            waiting.append(following)
        text = f"{text}\n{waiting[span]}"
        span += 1
    return text, span


def _text_fault(text: str) -> str | None:
    if "\0" in text:
        return "nul_byte"
    if text.endswith(CUT):
        return "cut_off"
    return "row_too_long" if len(text) > LONGEST_RECORD else None


def _parse(text: str) -> list[str] | None:
    """The fields of one record by the letter of RFC 4180; None when it breaks it.

    As in every reader, a quotation mark inside a value that does not begin with one is part of the value.
    """
    cells: list[str] = []
    place = 0
    while field := _FIELD.match(text, place):
        cells.append(field["bare"] if field["quoted"] is None else field["quoted"].replace('""', '"'))
        if not field["comma"]:
            return cells
        place = field.end()
    return None


def _matched(row: int, text: str, cells: list[str], columns: list[str]) -> Record:
    if len(cells) != len(columns):
        return Record(row, text, None, "too_few_columns" if len(cells) < len(columns) else "too_many_columns")
    return Record(row, text, {name: cell or None for name, cell in zip(columns, cells, strict=True)})


class _MalformedError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _json_cells(line: str) -> dict[str, str | None]:
    if fault := _text_fault(line):
        raise _MalformedError(fault)
    try:
        cells = _decode(line)
    except ValueError as error:
        raise _MalformedError("broken_json") from error
    except RecursionError as error:
        raise _MalformedError("nested_value") from error
    if not isinstance(cells, dict):
        raise _MalformedError("broken_json")
    return {name: _plain(value) for name, value in cells.items()}


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _MalformedError("nested_value")
    if "\0" in value:
        raise _MalformedError("nul_byte")
    if not value.isascii() and _LONE_SURROGATE.search(value):
        raise _MalformedError("broken_json")
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    cells = dict(pairs)
    if len(cells) != len(pairs):
        raise _MalformedError("repeated_field")
    return cells


_decode: Callable[[str], object] = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_int=str, parse_float=str, parse_constant=str
).decode
