"""What was made of earlier days and is kept, so that a day costs what it brings and not what lies behind it.

    changed rows -> documents they reach -> those documents before and now -> signed rows per rollup -> windows

Every chain and rollup step is run twice, by the same text, over the few documents that anything new touches: once as
they were known at the last run, once as they are known now. Rollups are whole numbers that add up, so the difference
of the two is all that the state needs; and what neither run reads is the same in both.
"""

from features.state.advance import advance, keep, restore, start
from features.state.files import FileSpan, Look, VersionFiles
from features.state.kept import Kept, Segment, Shelf, Workplace

__all__ = [
    "FileSpan",
    "Kept",
    "Look",
    "Segment",
    "Shelf",
    "VersionFiles",
    "Workplace",
    "advance",
    "keep",
    "restore",
    "start",
]
