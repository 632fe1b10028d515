"""The relay: empties the outbox into the risk-control system, at least once each, in order per enterprise.

The attempt is counted before the request and the answer recorded after it, so a relay killed in between sends that
message once more; the receiver knows it by its id. Sent at least once and recognised is once in effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Outbox, OutgoingMessage
from pipelines.delivery.posting import Answer, Verdict, post

_BATCH = 50


@dataclass(slots=True)
class DeliveryReport:
    """What one pass did.

    Attributes
    ----------
    sent:
        Requests made.
    acknowledged, failed, dead:
        What came of them: received, to be tried again, given up.
    waiting:
        Messages still to be delivered after the pass, dead ones not counted.
    stopped_because:
        Why the pass ended before the queue was empty; empty when it did not.
    """

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    dead: int = 0
    waiting: int = 0
    stopped_because: str = ""


def deliver(outbox: Outbox, endpoint: Endpoint, clock: Callable[[], datetime], client: httpx.Client) -> DeliveryReport:
    """Send everything that is due, until nothing is, or the receiver is down or wants no more."""
    endpoint.check()
    report = DeliveryReport()
    relay = _Relay(outbox, endpoint, clock, client, report)
    while not report.stopped_because and (batch := outbox.due(clock(), _BATCH)):
        relay.send(batch)
    counts = outbox.counts()
    report.waiting = counts["pending"] + counts["sent"]
    return report


@dataclass(slots=True)
class _Relay:
    outbox: Outbox
    endpoint: Endpoint
    clock: Callable[[], datetime]
    client: httpx.Client
    report: DeliveryReport
    failures_in_a_row: int = 0

    def send(self, batch: Sequence[OutgoingMessage]) -> None:
        """Send a batch, one after the other; what is left when the pass stops goes back as it was."""
        longest = timedelta(seconds=2 * self.endpoint.timeout_seconds * len(batch))
        self.outbox.mark_sent([message.message_id for message in batch], self.clock() + longest)
        for message in batch:
            if self.report.stopped_because:
                self.outbox.mark_unsent(message.message_id, None)
                continue
            answer = post(self.client, self.endpoint, message, self.clock())
            self.report.sent += 1
            self._settle(message, answer)

    def _settle(self, message: OutgoingMessage, answer: Answer) -> None:
        self.failures_in_a_row = self.failures_in_a_row + 1 if answer.verdict is Verdict.TRY_AGAIN else 0
        match answer.verdict:
            case Verdict.ACKNOWLEDGED:
                self.outbox.mark_acknowledged(message.message_id)
                self.report.acknowledged += 1
            case Verdict.REFUSED:
                self._bury(message, answer)
            case Verdict.ENDPOINT_AT_FAULT:
                self.outbox.mark_unsent(message.message_id, answer.error)
                self.report.failed += 1
                self.report.stopped_because = f"the receiver's address or key is wrong: {answer.error}"
            case Verdict.TRY_AGAIN:
                self._try_again(message, answer)

    def _try_again(self, message: OutgoingMessage, answer: Answer) -> None:
        attempts = message.attempts + 1
        if attempts >= self.endpoint.most_attempts:
            self._bury(message, answer)
        else:
            delay = answer.retry_after or self.endpoint.delay_after(message.message_id, attempts)
            self.outbox.mark_failed(message.message_id, self.clock() + delay, answer.error)
            self.report.failed += 1
        if self.failures_in_a_row >= self.endpoint.give_up_after:
            self.report.stopped_because = f"the receiver is not answering: {answer.error}"

    def _bury(self, message: OutgoingMessage, answer: Answer) -> None:
        self.outbox.mark_dead(message.message_id, answer.error)
        self.report.dead += 1
