"""One streamed look at a stream: stretches of entries that hold together, and where they say they belong.

A healthy stream is one stretch. Whatever was done to it splits it, and the hash of every entry, which covers its
position, says where an entry stood when it was written. ``faults.py`` reads the stretches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from pipelines.storage.ledger.chain import body_digest, genesis, link

_REACH = 20_000  # how far from its place a moved entry is looked for
_TRIES = 300_000  # hashes spent on looking, in all; past it a moved entry is reported as altered


class Row(NamedTuple):
    """What the survey reads of an entry."""

    position: int
    kind: str
    subject: str
    body: str
    previous_hash: str
    entry_hash: str


@dataclass(slots=True)
class Stretch:
    """Neighbouring entries that link to each other and were written ``shift`` places before where they stand.

    ``shift`` is None for an entry whose hash fits no place: its content is not what was hashed.
    """

    first: int
    last: int
    shift: int | None
    is_linked: bool  # whether it holds on to what stands before it

    @property
    def was_first(self) -> int:
        """The position its first entry was written at."""
        return self.first - (self.shift or 0)

    @property
    def was_last(self) -> int:
        """The position its last entry was written at."""
        return self.last - (self.shift or 0)


@dataclass(slots=True)
class Survey:
    """What was seen of a stream.

    Attributes
    ----------
    marks_missed:
        Remembered heads that the entry at their position does not match, with the last one that did before it.
    """

    stream: str
    count: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    marks_missed: list[tuple[int, int]] = field(default_factory=list)


def survey(stream: str, rows: Iterable[Row], marks: Mapping[int, str]) -> Survey:
    """Read a stream once, in order of position. ``marks`` are its remembered heads: position to hash."""
    seen = Survey(stream)
    whereabouts = _Whereabouts(stream)
    shift, last, last_hash, kept_mark = 0, 0, genesis(stream), 0
    for row in rows:
        found = whereabouts.shift_of(row, shift)
        is_linked = row.previous_hash == last_hash
        _extend(seen, row.position, found, is_linked and row.position == last + 1)
        if found is not None:
            shift = found
            kept_mark = _check_mark(seen, marks, row.position - shift, row.entry_hash, kept_mark)
        last, last_hash = row.position, row.entry_hash
        seen.count += 1
    return seen


def _extend(seen: Survey, position: int, shift: int | None, is_linked: bool) -> None:
    latest = seen.stretches[-1] if seen.stretches else None
    if latest and position == latest.last + 1 and shift == latest.shift and (is_linked or shift is None):
        latest.last = position
    else:
        seen.stretches.append(Stretch(position, position, shift, is_linked))


def _check_mark(seen: Survey, marks: Mapping[int, str], was: int, entry_hash: str, kept_mark: int) -> int:
    expected = marks.get(was)
    if expected is None:
        return kept_mark
    if expected == entry_hash:
        return was
    seen.marks_missed.append((kept_mark, was))
    return kept_mark


class _Whereabouts:
    """Finds the place an entry was written at, nearest first, within a budget."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.tries = _TRIES

    def shift_of(self, row: Row, usual: int) -> int | None:
        """How many places the entry stands from where it was written; None when no place fits its hash."""
        label = f"{row.kind}\n{row.subject}"
        digest = body_digest(row.body)
        if link(row.previous_hash, self.stream, row.position - usual, label, digest) == row.entry_hash:
            return usual
        start = sha256(f"{row.previous_hash}\n{self.stream}\n".encode())
        end = f"\n{label}\n{digest}".encode()
        for shift in self._candidates(row.position, usual):
            attempt = start.copy()
            attempt.update(str(row.position - shift).encode() + end)
            if attempt.hexdigest() == row.entry_hash:
                return shift
        return None

    def _candidates(self, position: int, usual: int) -> Iterator[int]:
        for distance in range(1, _REACH):
            for shift in (usual + distance, usual - distance):
                if self.tries <= 0 and distance > 2:
                    return
                if position - shift >= 1:
                    self.tries -= 1
                    yield shift
