"""The outbox as the relay sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipelines.storage.database import Database
from pipelines.storage.outbox import queue
from pipelines.storage.outbox.queue import Message


class DatabaseOutbox:
    """The outbox as the relay sees it: each step its own transaction, so that a kill between two loses nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, limit: int) -> list[Message]:
        """As ``due``."""
        with self._database.reading() as connection:
            return queue.due(connection, now, limit)

    def mark_sent(self, message_ids: Sequence[str], retry_at: datetime) -> None:
        """As ``mark_sent``."""
        with self._database.transaction() as connection:
            queue.mark_sent(connection, message_ids, retry_at)

    def mark_handed_over(self, message_id: str, retry_at: datetime) -> None:
        """As ``mark_handed_over``."""
        with self._database.transaction() as connection:
            queue.mark_handed_over(connection, message_id, retry_at)

    def mark_acknowledged(self, message_id: str, at: datetime, receipt: str) -> None:
        """As ``mark_acknowledged``."""
        with self._database.transaction() as connection:
            queue.mark_acknowledged(connection, message_id, at, receipt)

    def mark_failed(self, message_id: str, retry_at: datetime, error: str) -> None:
        """As ``mark_failed``."""
        with self._database.transaction() as connection:
            queue.mark_failed(connection, message_id, retry_at, error)

    def mark_unsent(self, message_id: str, error: str | None) -> None:
        """As ``mark_unsent``."""
        with self._database.transaction() as connection:
            queue.mark_unsent(connection, message_id, error)

    def mark_dead(self, message_id: str, at: datetime, error: str) -> None:
        """As ``mark_dead``."""
        with self._database.transaction() as connection:
            queue.mark_dead(connection, message_id, at, error)

    def is_sent(self, message_id: str) -> bool:
        """As ``is_sent``."""
        with self._database.reading() as connection:
            return queue.is_sent(connection, message_id)

    def counts(self) -> dict[str, int]:
        """As ``counts``."""
        with self._database.reading() as connection:
            return queue.counts(connection)
