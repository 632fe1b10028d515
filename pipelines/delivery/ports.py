"""What the relay needs from the outbox, declared where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class OutgoingMessage(Protocol):
    """A message as the relay sees it."""

    @property
    def message_id(self) -> str:
        """Made from the content; the receiver's idempotency key."""

    @property
    def body(self) -> str:
        """The CloudEvent's JSON text, sent byte for byte."""

    @property
    def attempts(self) -> int:
        """How often it was sent before."""


class Outbox(Protocol):
    """The queue the relay empties. Each call is a transaction of its own."""

    def due(self, now: datetime, limit: int) -> Sequence[OutgoingMessage]:
        """Messages to send now, at most one per enterprise."""

    def mark_sent(self, message_ids: Sequence[str], retry_at: datetime) -> None:
        """Count the attempt and hold the messages until ``retry_at``."""

    def mark_acknowledged(self, message_id: str) -> None:
        """The receiver has it."""

    def mark_failed(self, message_id: str, retry_at: datetime, error: str) -> None:
        """Not received, due again at ``retry_at``."""

    def mark_unsent(self, message_id: str, error: str | None) -> None:
        """Not the message's fault: as if the attempt had not been made."""

    def mark_dead(self, message_id: str, error: str) -> None:
        """Given up until a person looks."""

    def counts(self) -> Mapping[str, int]:
        """Messages in each state."""
