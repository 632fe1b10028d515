"""The outbox: what must reach the risk-control system, written in the transaction of the decision that says so.

A message is a CloudEvents 1.0 event. Its id is made from its content, so the same run writes the same messages and the
receiver recognises one that arrives twice. Messages of one enterprise go out in order: a later one waits until every
earlier one is settled. Acknowledged is settled; a dead one is not, and holds the queue of its enterprise until somebody
sends it again, ahead of the others, or gives it up, which leaves a gap in ``sequence`` that the receiver sees.
"""

from pipelines.storage.outbox.message import NewMessage
from pipelines.storage.outbox.port import DatabaseOutbox
from pipelines.storage.outbox.queue import (
    ACKNOWLEDGED,
    DEAD,
    GIVEN_UP,
    PENDING,
    SENT,
    STATES,
    Message,
    add,
    counts,
    give_up,
    messages,
    oldest_unsettled,
    resend,
    waiting_about,
)

__all__ = [
    "ACKNOWLEDGED",
    "DEAD",
    "GIVEN_UP",
    "PENDING",
    "SENT",
    "STATES",
    "DatabaseOutbox",
    "Message",
    "NewMessage",
    "add",
    "counts",
    "give_up",
    "messages",
    "oldest_unsettled",
    "resend",
    "waiting_about",
]
