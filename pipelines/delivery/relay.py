"""The relay: empties the outbox into the risk-control system, at least once each, in order per enterprise.

The attempt is counted before a message leaves and the answer recorded after it, so a relay killed in between sends that
message once more; the receiver knows it by its id. Sent at least once and recognised is once in effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipelines.delivery.answers import Answer, Verdict
from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Channel, Clock, Outbox, OutgoingMessage

_BATCH = 50


@dataclass(slots=True)
class DeliveryReport:
    """What one pass did.

    Attributes
    ----------
    sent:
        Messages that left.
    acknowledged, failed, dead:
        What came of them, or of those before that receipts came for: received, to be tried again, given up.
    waiting:
        Messages still to be delivered after the pass, dead ones not counted.
    stopped_because:
        Why the pass ended before the queue was empty; empty when it did not.
    unreadable:
        Files of receipts that could not be read and were left where they are.
    """

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    dead: int = 0
    waiting: int = 0
    stopped_because: str = ""
    unreadable: tuple[str, ...] = ()


def deliver(outbox: Outbox, endpoint: Endpoint, channel: Channel, clock: Clock) -> DeliveryReport:
    """Settle what receipts came for, then send everything that is due, until the receiver is down or wants no more."""
    report = DeliveryReport()
    relay = _Relay(outbox, endpoint, channel, clock, report)
    for message_id, answer in channel.receipts():
        relay.settle_receipt(message_id, answer)
    while not report.stopped_because and (batch := outbox.due(clock(), _BATCH)):
        relay.send(batch)
    report.unreadable = tuple(channel.unreadable())
    counts = outbox.counts()
    report.waiting = counts["pending"] + counts["sent"]
    return report


@dataclass(slots=True)
class _Relay:
    outbox: Outbox
    endpoint: Endpoint
    channel: Channel
    clock: Clock
    report: DeliveryReport
    failures_in_a_row: int = 0

    def send(self, batch: Sequence[OutgoingMessage]) -> None:
        """Send a batch; what is left when the pass stops goes back as it was."""
        longest = timedelta(seconds=2 * self.endpoint.timeout_seconds * len(batch))
        self.outbox.mark_sent([message.message_id for message in batch], self.clock() + longest)
        settled = 0
        for message, answer in self.channel.send(batch, self.clock):
            self.report.sent += 1
            self._settle(message, answer)
            settled += 1
            if self.report.stopped_because:
                break
        for message in batch[settled:]:
            self.outbox.mark_unsent(message.message_id, None)

    def settle_receipt(self, message_id: str, answer: Answer) -> None:
        """Take what the receiver says later. A refusal of what is not out was said about an earlier sending."""
        if answer.verdict is Verdict.ACKNOWLEDGED:
            self.report.acknowledged += self.outbox.is_sent(message_id)
            self.outbox.mark_acknowledged(message_id, self.clock(), answer.receipt)
        elif self.outbox.is_sent(message_id):
            self._bury(message_id, answer)

    def _settle(self, message: OutgoingMessage, answer: Answer) -> None:
        self.failures_in_a_row = self.failures_in_a_row + 1 if answer.verdict is Verdict.TRY_AGAIN else 0
        match answer.verdict:
            case Verdict.ACKNOWLEDGED:
                self.outbox.mark_acknowledged(message.message_id, self.clock(), answer.receipt)
                self.report.acknowledged += 1
            case Verdict.HANDED_OVER:
                self._wait_for_receipt(message)
            case Verdict.REFUSED:
                self._bury(message.message_id, answer)
            case Verdict.ENDPOINT_AT_FAULT:
                self.outbox.mark_unsent(message.message_id, answer.error)
                self.report.failed += 1
                self.report.stopped_because = f"the receiver's address or key is wrong: {answer.error}"
            case Verdict.TRY_AGAIN:
                self._try_again(message, answer)

    def _wait_for_receipt(self, message: OutgoingMessage) -> None:
        """A receipt that comes after all still counts, since an acknowledgement is final."""
        if message.attempts + 1 >= self.endpoint.most_attempts:
            self._bury(message.message_id, Answer(Verdict.REFUSED, "no receipt came"))
            return
        self.outbox.mark_handed_over(message.message_id, self.clock() + self.endpoint.receipt_within)

    def _try_again(self, message: OutgoingMessage, answer: Answer) -> None:
        attempts = message.attempts + 1
        if attempts >= self.endpoint.most_attempts:
            self._bury(message.message_id, answer)
        else:
            delay = answer.retry_after or self.endpoint.delay_after(message.message_id, attempts)
            self.outbox.mark_failed(message.message_id, self.clock() + delay, answer.error)
            self.report.failed += 1
        if self.failures_in_a_row >= self.endpoint.give_up_after:
            self.report.stopped_because = f"the receiver is not answering: {answer.error}"

    def _bury(self, message_id: str, answer: Answer) -> None:
        self.outbox.mark_dead(message_id, self.clock(), answer.error)
        self.report.dead += 1
