"""One message, one request, one verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

import httpx
from standardwebhooks.webhooks import Webhook

from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import OutgoingMessage

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"

_TRY_AGAIN = {408, 425, 429}
_ENDPOINT_AT_FAULT = {401, 403, 404, 405, 407, 410}
_LONGEST_RETRY_AFTER = 24 * 3600


class Verdict(Enum):
    """What an answer means for the message.

    ACKNOWLEDGED: 2xx. TRY_AGAIN: 408, 425, 429, 5xx, no answer. REFUSED: any other 4xx, this message will never do.
    ENDPOINT_AT_FAULT: redirects, 401, 403, 404, 405, 407, 410: no message would do, so none is blamed and the relay
    stops. 410 is the Standard Webhooks way to say that nothing more shall be sent.
    """

    ACKNOWLEDGED = auto()
    TRY_AGAIN = auto()
    REFUSED = auto()
    ENDPOINT_AT_FAULT = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. ``retry_after``: the receiver's own wish."""

    verdict: Verdict
    error: str = ""
    retry_after: timedelta | None = None


def post(client: httpx.Client, endpoint: Endpoint, message: OutgoingMessage, now: datetime) -> Answer:
    """Send a message as it stands and judge the answer. Raises nothing for a receiver's or the network's fault.

    Each message has a connection of its own and the answer's body is not read: on a shared one, a receiver that
    answers twice would acknowledge the next message too, and a body without end would hold up the queue.
    """
    try:
        with client.stream(
            "POST",
            endpoint.url,
            content=message.body.encode("utf-8"),
            headers=_headers(endpoint, message, now),
            timeout=endpoint.timeout_seconds,
            follow_redirects=False,
        ) as response:
            return _judged(response)
    except httpx.HTTPError as error:
        return Answer(Verdict.TRY_AGAIN, f"{type(error).__name__}: {error}")


def _headers(endpoint: Endpoint, message: OutgoingMessage, now: datetime) -> dict[str, str]:
    moment = now.astimezone(UTC)  # the library reads the clock time of what it is given as UTC
    signatures = [Webhook(secret).sign(message.message_id, moment, message.body) for secret in endpoint.secrets]
    return {
        "connection": "close",
        "content-type": CONTENT_TYPE,
        "idempotency-key": message.message_id,
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _judged(response: httpx.Response) -> Answer:
    code = response.status_code
    error = f"HTTP {code} {response.reason_phrase}".strip()
    if response.is_success:
        return Answer(Verdict.ACKNOWLEDGED)
    if code in _TRY_AGAIN or code >= 500:
        return Answer(Verdict.TRY_AGAIN, error, _retry_after(response))
    if code < 400 or code in _ENDPOINT_AT_FAULT:
        return Answer(Verdict.ENDPOINT_AT_FAULT, error)
    return Answer(Verdict.REFUSED, error)


def _retry_after(response: httpx.Response) -> timedelta | None:
    """The seconds of a Retry-After header, at most a day; its date form is left to our own patience."""
    text = response.headers.get("retry-after", "")
    return timedelta(seconds=min(int(text), _LONGEST_RETRY_AFTER)) if text.isdecimal() else None
