"""From stretches to words: what was done to a stream, and to which entries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipelines.storage.ledger.survey import Stretch, Survey

FaultKind = Literal["altered", "removed", "reordered", "inserted", "truncated", "rewritten", "unsigned", "forged"]
_MOST_STRETCHES = 2000  # beyond it the order is not untangled: the stream is a ruin, and each break is named anyway


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to a stream after it was written.

    Attributes
    ----------
    kind:
        ``rewritten``: the entries agree with each other and not with a head that was remembered. ``unsigned``: an
        anchor without a signature after one that has it. ``forged``: a signature that no trusted key made.
    first, last:
        Positions concerned, inclusive: of entries as they stand now for ``altered`` and ``inserted``, as they were
        written otherwise.
    """

    stream: str
    kind: FaultKind
    first: int
    last: int

    def __str__(self) -> str:
        where = f"entry {self.first}" if self.first == self.last else f"entries {self.first} to {self.last}"
        return f"{self.stream}: {where} {self.kind}"


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The stretches of a survey by what became of them.

    Attributes
    ----------
    kept:
        Those that kept their order.
    copies:
        Those that say they belong where a kept one stands.
    strays:
        Those that stand elsewhere than where they belong.
    unreadable:
        Those whose content is not what was hashed.
    """

    seen: Survey
    kept: list[Stretch]
    copies: list[Stretch]
    strays: list[Stretch]
    unreadable: list[Stretch]


def faults_of(seen: Survey, anchors: Mapping[int, str], high_water: int) -> list[Fault]:
    """Every fault of a surveyed stream, in order of position.

    ``anchors`` are the heads remembered elsewhere, position to hash; ``high_water`` is the last position that the
    ledger says it has written.
    """
    stretches = _sort(seen)
    faults = [Fault(seen.stream, "inserted", one.first, one.last) for one in stretches.copies]
    faults += [_moved(seen.stream, one) for one in stretches.strays]
    before = Stretch(0, 0, 0, is_linked=True)
    for stretch in stretches.kept:
        faults += _between(stretches, before, stretch)
        before = stretch
    faults += _tail(stretches, before, max([high_water, *anchors]))
    faults += _unlike_marks(seen, anchors, faults)
    if not faults and seen.stretches and seen.stretches[-1].last > high_water:
        faults.append(Fault(seen.stream, "inserted", high_water + 1, seen.stretches[-1].last))
    return sorted(faults, key=lambda fault: (fault.first, fault.last, fault.kind))


def _sort(seen: Survey) -> _Sorted:
    kept = _longest_order([one for one in seen.stretches if one.shift is not None])
    chosen = {id(one) for one in kept}
    moved = [one for one in seen.stretches if one.shift is not None and id(one) not in chosen]
    copies = [one for one in moved if any(k.was_first <= one.was_first and one.was_last <= k.was_last for k in kept)]
    strays = [one for one in moved if one not in copies]
    return _Sorted(seen, kept, copies, strays, [one for one in seen.stretches if one.shift is None])


def _longest_order(stretches: list[Stretch]) -> list[Stretch]:
    """The stretches that kept their order, chosen so that the fewest entries count as moved."""
    if len(stretches) > _MOST_STRETCHES:
        return stretches
    best: list[tuple[int, int]] = []  # entries kept up to here, and the stretch before
    for index, stretch in enumerate(stretches):
        length, previous = 0, -1
        for earlier in range(index):
            one = stretches[earlier]
            follows = one.was_first < stretch.was_first and one.was_last < stretch.was_last
            if follows and best[earlier][0] > length:
                length, previous = best[earlier][0], earlier
        best.append((length + _length(stretch), previous))
    kept: list[Stretch] = []
    index = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    while index >= 0:
        kept.append(stretches[index])
        index = best[index][1]
    return kept[::-1]


def _moved(stream: str, stretch: Stretch) -> Fault:
    first, last = min(stretch.first, stretch.was_first), max(stretch.last, stretch.was_last)
    return Fault(stream, "reordered", first, last)


def _between(stretches: _Sorted, before: Stretch, after: Stretch) -> list[Fault]:
    """What happened between two stretches that kept their order."""
    stream = stretches.seen.stream
    lost = after.was_first - before.was_last - 1
    if lost < 0:
        return [Fault(stream, "inserted", after.first + lost, after.first - 1)]
    came_away = [one for one in stretches.strays if before.was_last < one.was_first < after.was_first]
    lost -= sum(map(_length, came_away))
    broken = [one for one in stretches.unreadable if before.last < one.first < after.first]
    found = _split(stream, broken, lost, before.was_last)
    came_between = any(before.last < one.first < after.first for one in (*stretches.strays, *stretches.copies))
    if found or came_away or came_between or after.is_linked:
        return found
    return [_rehashed(stretches.seen, before, after)]


def _length(stretch: Stretch) -> int:
    return stretch.last - stretch.first + 1


def _rehashed(seen: Survey, before: Stretch, after: Stretch) -> Fault:
    """An entry was changed together with its own hash: its neighbour still holds on to the old one."""
    index = next(i for i, s in enumerate(seen.stretches) if s is after)
    follower = seen.stretches[index + 1] if index + 1 < len(seen.stretches) else None
    stands_alone = after.first == after.last and (follower is None or not follower.is_linked)
    place = after.first if stands_alone or before.last == 0 else before.last
    return Fault(seen.stream, "altered", place, place)


def _split(stream: str, broken: list[Stretch], lost: int, after: int) -> list[Fault]:
    """Unreadable entries stand for lost ones first; what is left over was put in, or taken out."""
    faults: list[Fault] = []
    for stretch in broken:
        length = _length(stretch)
        altered = min(length, lost)
        if altered:
            faults.append(Fault(stream, "altered", stretch.first, stretch.first + altered - 1))
        if altered < length:
            faults.append(Fault(stream, "inserted", stretch.first + altered, stretch.last))
        lost -= altered
        after += altered
    if lost > 0:
        faults.append(Fault(stream, "removed", after + 1, after + lost))
    return faults


def _tail(stretches: _Sorted, before: Stretch, expected: int) -> list[Fault]:
    """What is missing after the last stretch that kept its order."""
    broken = [one for one in stretches.unreadable if one.first > before.last]
    came_away = [one for one in stretches.strays if one.was_first > before.was_last]
    lost = expected - before.was_last - sum(map(_length, came_away))
    found = _split(stretches.seen.stream, broken, max(lost, 0), before.was_last)
    return [replace(fault, kind="truncated") if fault.kind == "removed" else fault for fault in found]


def _unlike_marks(seen: Survey, anchors: Mapping[int, str], faults: list[Fault]) -> list[Fault]:
    """The first remembered head that does not match, where no other fault explains it.

    A head that no anchor backs is believed only while nothing else is wrong: whoever tampers may have moved it too.
    """
    for kept, missed in seen.marks_missed[:1]:
        explained = any(fault.first <= missed and fault.last > kept for fault in faults)
        if not explained and (missed in anchors or not faults):
            return [Fault(seen.stream, "rewritten", kept + 1, missed)]
    return []
