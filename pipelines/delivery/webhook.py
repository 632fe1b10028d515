"""Events posted over HTTP: one message, one request, one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from pipelines.delivery.addresses import RefusedAddressError, checked_address
from pipelines.delivery.answers import Answer, Verdict
from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Clock, OutgoingMessage
from pipelines.delivery.signing import signed

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"

_TRY_AGAIN = {408, 425, 429}
_ENDPOINT_AT_FAULT = {401, 403, 404, 405, 407, 410}
_LONGEST_RETRY_AFTER = 24 * 3600


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver that is posted to.

    2xx acknowledges; 408, 425, 429, 5xx and no answer are tried again; redirects, 401, 403, 404, 405, 407 and 410 (the
    Standard Webhooks way to say that nothing more shall be sent) are the endpoint's fault; any other 4xx refuses.
    """

    endpoint: Endpoint
    client: httpx.Client

    def send(self, batch: Sequence[OutgoingMessage], clock: Clock) -> Iterator[tuple[OutgoingMessage, Answer]]:
        """Post messages one after the other."""
        for message in batch:
            yield message, self._post(message, clock())

    def receipts(self) -> tuple[()]:
        """None: whoever is posted to answers at once."""
        return ()

    def unreadable(self) -> tuple[()]:
        """Nothing: there are no receipts."""
        return ()

    def _post(self, message: OutgoingMessage, now: datetime) -> Answer:
        """Send a message as it stands and judge the answer.

        Each message has a connection of its own and the answer's body is not read: on a shared one, a receiver that
        answers twice would acknowledge the next message too, and a body without end would hold up the queue.
        """
        url = httpx.URL(self.endpoint.url)
        try:
            address = checked_address(
                url.host, url.port or (443 if url.scheme == "https" else 80), self.endpoint.allow_private
            )
            with self.client.stream(
                "POST",
                url.copy_with(host=address),  # the checked address; the name stays in Host and in the certificate
                content=message.body.encode("utf-8"),
                headers={"host": url.netloc.decode("ascii"), **_headers(self.endpoint, message, now)},
                timeout=self.endpoint.timeout_seconds,
                follow_redirects=False,
                extensions={"sni_hostname": url.host},
            ) as response:
                return _judged(response)
        except RefusedAddressError as error:
            return Answer(Verdict.ENDPOINT_AT_FAULT, error.problem)
        except (httpx.HTTPError, OSError) as error:
            return Answer(Verdict.TRY_AGAIN, f"{type(error).__name__}: {error}")


def _headers(endpoint: Endpoint, message: OutgoingMessage, now: datetime) -> dict[str, str]:
    return {
        "connection": "close",
        "content-type": CONTENT_TYPE,
        "idempotency-key": message.message_id,
        **signed(endpoint.secrets, message.message_id, message.body, now),
    }


def _judged(response: httpx.Response) -> Answer:
    code = response.status_code
    said = f"HTTP {code} {response.reason_phrase}".strip()
    if response.is_success:
        return Answer(Verdict.ACKNOWLEDGED, receipt=said)
    if code in _TRY_AGAIN or code >= 500:
        return Answer(Verdict.TRY_AGAIN, said, retry_after=_retry_after(response))
    if code < 400 or code in _ENDPOINT_AT_FAULT:
        return Answer(Verdict.ENDPOINT_AT_FAULT, said)
    return Answer(Verdict.REFUSED, said)


def _retry_after(response: httpx.Response) -> timedelta | None:
    """The seconds of a Retry-After header, at most a day; its date form is left to our own patience."""
    text = response.headers.get("retry-after", "")
    return timedelta(seconds=min(int(text), _LONGEST_RETRY_AFTER)) if text.isdecimal() else None
