"""What the relay needs from the outbox and from a way out, declared where it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipelines.delivery.answers import Answer

Clock = Callable[[], datetime]


class OutgoingMessage(Protocol):
    """A message as the relay sees it."""

    @property
    def message_id(self) -> str:
        """Made from the content; the receiver's idempotency key."""

    @property
    def uscc(self) -> str:
        """The enterprise it is about, within which order is kept."""

    @property
    def body(self) -> str:
        """The CloudEvent's JSON text, sent byte for byte."""

    @property
    def attempts(self) -> int:
        """How often it was sent before."""


class Channel(Protocol):
    """A way out. Each raises nothing for a receiver's or the network's fault: that is an answer."""

    def send(self, batch: Sequence[OutgoingMessage], clock: Clock) -> Iterator[tuple[OutgoingMessage, Answer]]:
        """Send messages in order and say what became of each. Whoever stops asking stops the sending."""

    def receipts(self) -> Iterable[tuple[str, Answer]]:
        """By message id, what the receiver says later of what was handed over to it.

        What was asked for is forgotten by the channel only when the next one is asked for, so that it is settled first.
        """

    def unreadable(self) -> Sequence[str]:
        """Names of what the receiver said and nobody can read."""


class Outbox(Protocol):
    """The queue the relay empties. Each call is a transaction of its own."""

    def due(self, now: datetime, limit: int) -> Sequence[OutgoingMessage]:
        """Messages to send now, at most one per enterprise."""

    def mark_sent(self, message_ids: Sequence[str], retry_at: datetime) -> None:
        """Count the attempt and hold the messages until ``retry_at``."""

    def mark_handed_over(self, message_id: str, retry_at: datetime) -> None:
        """Sent and not yet answered: hold the message until ``retry_at``, without another attempt."""

    def mark_acknowledged(self, message_id: str, at: datetime, receipt: str) -> None:
        """The receiver has it."""

    def mark_failed(self, message_id: str, retry_at: datetime, error: str) -> None:
        """Not received, due again at ``retry_at``."""

    def mark_unsent(self, message_id: str, error: str | None) -> None:
        """Not the message's fault: as if the attempt had not been made."""

    def mark_dead(self, message_id: str, at: datetime, error: str) -> None:
        """Given up until a person looks."""

    def is_sent(self, message_id: str) -> bool:
        """Whether the message is out and waits for an answer."""

    def counts(self) -> Mapping[str, int]:
        """Messages in each state."""
