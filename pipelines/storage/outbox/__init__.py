"""The outbox: what must reach the risk-control system, written in the transaction of the decision that says so.

A message is a CloudEvents 1.0 event. Its id is made from its content, so the same run writes the same messages and the
receiver recognises one that arrives twice. Messages of one enterprise go out in order: a later one waits until every
earlier one is acknowledged, and a dead one holds the queue of its enterprise until somebody revives it.
"""

from pipelines.storage.outbox.message import NewMessage
from pipelines.storage.outbox.port import DatabaseOutbox
from pipelines.storage.outbox.queue import ACKNOWLEDGED, STATES, Message, add, counts, messages, revive

__all__ = ["ACKNOWLEDGED", "STATES", "DatabaseOutbox", "Message", "NewMessage", "add", "counts", "messages", "revive"]
