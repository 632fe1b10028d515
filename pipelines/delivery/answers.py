"""What became of a message that was sent, whichever way it went out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto


class Verdict(Enum):
    """What an answer means for the message.

    ACKNOWLEDGED: the receiver has it. HANDED_OVER: it lies where the receiver fetches it, and a receipt will say.
    TRY_AGAIN: no answer, or one that may be another next time. REFUSED: this message will never do.
    ENDPOINT_AT_FAULT: no message would do, so none is blamed and the relay stops.
    """

    ACKNOWLEDGED = auto()
    HANDED_OVER = auto()
    TRY_AGAIN = auto()
    REFUSED = auto()
    ENDPOINT_AT_FAULT = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message.

    Attributes
    ----------
    error:
        What was wrong, as the receiver or the network put it.
    receipt:
        What the receiver calls what it took: a status, a place in a stream, a file of receipts.
    retry_after:
        The receiver's own wish.
    """

    verdict: Verdict
    error: str = ""
    receipt: str = ""
    retry_after: timedelta | None = None
