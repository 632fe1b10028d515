"""Dead letters: messages that were refused for good or ran out of attempts, each with somebody who answers for it.

A dead letter holds what its enterprise has behind it, since the receiver must not hear the later before the earlier.
Sent again, it goes first. Given up, it is never sent; what is behind it goes out, and the receiver sees the gap in
``sequence``. Every step is an act in the ledger by an account, with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from expectations.errors import NotFoundError, UsageError
from models.people.acts import Act, Kind, with_reason
from pipelines.steps.people import MAY_ANSWER_FOR_ROWS, actor
from pipelines.storage import outbox
from pipelines.storage.acts import acts_known, record_acts
from pipelines.storage.database import Database
from pipelines.storage.outbox import Message

Change = Callable[[Connection, str], None]


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter as it stands.

    Attributes
    ----------
    owner:
        The account that answers for it; None while nobody does.
    waiting_behind:
        Later messages about the enterprise that it holds.
    """

    message: Message
    owner: str | None
    waiting_behind: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        one = self.message
        return {
            "message_id": one.message_id,
            "uscc": one.uscc,
            "sequence": one.sequence,
            "kind": one.kind,
            "attempts": one.attempts,
            "dead_since": one.settled_at and one.settled_at.isoformat(),
            "reason": one.last_error,
            "owner": self.owner,
            "waiting_behind": self.waiting_behind,
        }


@dataclass(frozen=True)
class DeadLetterOffice:
    """Where dead letters are seen to.

    Attributes
    ----------
    at:
        The moment, which the caller read from the clock.
    """

    database: Database
    at: datetime

    def letters(self) -> list[DeadLetter]:
        """Every dead letter, in the order in which it was written."""
        with self.database.reading() as connection:
            return dead_letters(connection)

    def assign(self, letter: str, to: str, account: str, reason: str) -> DeadLetter:
        """Say who answers for a dead letter, named by its id or the beginning of it; that account must be able."""

        def must_be_able(connection: Connection, _message_id: str) -> None:
            actor(connection, to, MAY_ANSWER_FOR_ROWS)

        return self._act(letter, account, reason, Kind.DEAD_LETTER_ASSIGNED, must_be_able, to=to)

    def resend(self, letter: str, account: str, reason: str) -> DeadLetter:
        """Send a dead letter once more, before anything else about its enterprise."""
        return self._act(letter, account, reason, Kind.DEAD_LETTER_RESENT, outbox.resend)

    def give_up(self, letter: str, account: str, reason: str) -> DeadLetter:
        """Let a dead letter go for good."""

        def let_go(connection: Connection, message_id: str) -> None:
            outbox.give_up(connection, message_id, self.at)

        return self._act(letter, account, reason, Kind.DEAD_LETTER_GIVEN_UP, let_go)

    def _act(self, letter: str, account: str, reason: str, kind: Kind, change: Change, **content: str) -> DeadLetter:
        """One step about one letter, in one transaction with its entry in the ledger. Gives the letter as it stood."""
        with self.database.transaction() as connection:
            actor(connection, account, MAY_ANSWER_FOR_ROWS)
            found = _one(dead_letters(connection), letter)
            one = found.message
            said = {**content, "kind": one.kind, "sequence": one.sequence, "error": one.last_error}
            act = Act(kind, one.uscc, one.message_id, account, self.at, with_reason(reason), said)
            record_acts(connection, [act])
            change(connection, one.message_id)
        return found


@dataclass(frozen=True)
class DeadLetterDesk:
    """The same for whoever is signed in at a page, where each act brings its moment."""

    database: Database

    def letters(self) -> list[DeadLetter]:
        """As ``DeadLetterOffice.letters``."""
        with self.database.reading() as connection:
            return dead_letters(connection)

    def assign(self, letter: str, to: str, account: str, reason: str, at: datetime) -> DeadLetter:
        """As ``DeadLetterOffice.assign``."""
        return DeadLetterOffice(self.database, at).assign(letter, to, account, reason)

    def resend(self, letter: str, account: str, reason: str, at: datetime) -> DeadLetter:
        """As ``DeadLetterOffice.resend``."""
        return DeadLetterOffice(self.database, at).resend(letter, account, reason)

    def give_up(self, letter: str, account: str, reason: str, at: datetime) -> DeadLetter:
        """As ``DeadLetterOffice.give_up``."""
        return DeadLetterOffice(self.database, at).give_up(letter, account, reason)


def dead_letters(connection: Connection) -> list[DeadLetter]:
    """Every dead letter, in the order in which it was written."""
    dead = outbox.messages(connection, outbox.DEAD)
    if not dead:
        return []
    owners = _owners(acts_known(connection))
    waiting = outbox.waiting_about(connection, {one.uscc for one in dead})
    return [DeadLetter(one, owners.get(one.message_id), waiting.get(one.uscc, 0)) for one in dead]


def _owners(acts: Iterable[Act]) -> dict[str, str]:
    """Who answers for each letter: the last it was assigned to, else who sent it again when it came back."""
    owners: dict[str, str] = {}
    for act in acts:
        if act.kind is Kind.DEAD_LETTER_ASSIGNED:
            owners[act.about] = act.content["to"]
        elif act.kind is Kind.DEAD_LETTER_RESENT:
            owners.setdefault(act.about, act.account)
    return owners


def _one(found: Iterable[DeadLetter], letter: str) -> DeadLetter:
    alike = [one for one in found if one.message.message_id.startswith(letter)]
    if not alike:
        raise NotFoundError(
            f"No dead letter has the id {letter}.",
            "See them: xinji outbox dead",
            zh="没有该编号的未送达消息，可能已被处理。请刷新页面查看。",
        )
    if len(alike) > 1:
        raise UsageError(
            f"{len(alike)} dead letters begin with {letter}.",
            "Give more of the id: xinji outbox dead",
            zh=f"有 {len(alike)} 条未送达消息的编号以 {letter} 开头，请给出更长的编号。",
        )
    return alike[0]
