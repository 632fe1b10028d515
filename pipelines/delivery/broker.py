"""Events published to NATS JetStream. The client library stays in this module and is imported when it is used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Self

from expectations.errors import UsageError
from pipelines.delivery.addresses import RefusedAddressError, checked_address
from pipelines.delivery.answers import Answer, Verdict
from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Clock, OutgoingMessage
from pipelines.delivery.signing import signed

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

_PORT = 4222
_FAREWELL = 2.0
"""Seconds to take leave of a broker in."""
_MESSAGE_ID = "Nats-Msg-Id"


@dataclass(slots=True)
class Broker:
    """A JetStream stream that takes the subjects ``<subject>.<USCC>``.

    The stream's acknowledgement, its name and the place in it, is the receipt. A stream keeps the order in which it was
    published to, and within an enterprise the relay publishes one message at a time.

    A message that is sent once more carries the same message id, which the stream recognises within its duplicate
    window; beyond the window, the last message of the enterprise is looked at first.
    """

    endpoint: Endpoint
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _client: Client | None = None
    _complaint: str = ""

    def __post_init__(self) -> None:
        if find_spec("nats") is None:
            raise UsageError("The client of NATS is not installed.", "Install it: pip install 'xinji[nats]'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Give the connection back; a broker that is gone by then has nothing left to say."""
        with suppress(Exception):
            if self._client is not None:
                self._runner.run(asyncio.wait_for(self._client.close(), _FAREWELL))
        self._runner.close()

    def send(self, batch: Sequence[OutgoingMessage], clock: Clock) -> Iterator[tuple[OutgoingMessage, Answer]]:
        """Publish messages one after the other, each acknowledged before the next."""
        for message in batch:
            yield message, self._runner.run(self._published(message, clock()))

    def receipts(self) -> tuple[()]:
        """None: a stream acknowledges at once."""
        return ()

    def unreadable(self) -> tuple[()]:
        """Nothing: there are no receipts."""
        return ()

    async def _published(self, message: OutgoingMessage, now: datetime) -> Answer:
        import nats.errors  # noqa: PLC0415 (an extra)
        import nats.js.errors  # noqa: PLC0415 (an extra)

        self._complaint = ""
        try:
            async with asyncio.timeout(2 * self.endpoint.timeout_seconds):
                stream = (await self._connected()).jetstream(timeout=self.endpoint.timeout_seconds)
                return await self._taken_before(stream, message) or await self._publish(stream, message, now)
        except RefusedAddressError as error:
            return Answer(Verdict.ENDPOINT_AT_FAULT, error.problem)
        except nats.js.errors.NoStreamResponseError:
            return Answer(Verdict.ENDPOINT_AT_FAULT, f"no stream takes {self._subject(message)}")
        except nats.js.errors.APIError as error:
            is_refusal = error.code is not None and error.code < 500
            return Answer(Verdict.REFUSED if is_refusal else Verdict.TRY_AGAIN, str(error))
        except nats.errors.MaxPayloadError as error:
            return Answer(Verdict.REFUSED, str(error))
        except (nats.errors.Error, OSError, TimeoutError) as error:
            return self._not_answered(error)

    def _not_answered(self, error: Exception) -> Answer:
        self._client = None  # whatever state it is in, the next message gets a new one
        said = self._complaint or f"{type(error).__name__}: {error}"
        is_shut_out = "authorization" in said.lower() or "permissions" in said.lower()
        return Answer(Verdict.ENDPOINT_AT_FAULT if is_shut_out else Verdict.TRY_AGAIN, said)

    async def _publish(self, stream: JetStreamContext, message: OutgoingMessage, now: datetime) -> Answer:
        headers = {
            _MESSAGE_ID: message.message_id,
            "content-type": "application/cloudevents+json",
            **signed(self.endpoint.secrets, message.message_id, message.body, now),
        }
        taken = await stream.publish(self._subject(message), message.body.encode("utf-8"), headers=headers)
        return Answer(Verdict.ACKNOWLEDGED, receipt=f"{taken.stream} {taken.seq}")

    async def _taken_before(self, stream: JetStreamContext, message: OutgoingMessage) -> Answer | None:
        """Of a message that was sent before: the place it has in the stream already, if it has one."""
        from nats.js.errors import NotFoundError  # noqa: PLC0415 (an extra)

        if not message.attempts:
            return None
        try:
            name = await stream.find_stream_name_by_subject(self._subject(message))
            last = await stream.get_last_msg(name, self._subject(message))
        except NotFoundError:
            return None
        if (last.headers or {}).get(_MESSAGE_ID) != message.message_id:
            return None
        return Answer(Verdict.ACKNOWLEDGED, receipt=f"{name} {last.seq}")

    async def _connected(self) -> Client:
        """The connection; a new one to an address looked up and checked anew where the last is gone.

        Reconnecting is done here and not by the library: it would follow whatever addresses the broker names, and send
        later what it was given while there was no connection.
        """
        from nats.aio.client import Client  # noqa: PLC0415 (an extra)

        if self._client is not None and self._client.is_connected:
            return self._client
        parts, endpoint = self.endpoint.parts, self.endpoint
        host, port = str(parts.hostname), parts.port or _PORT
        address = checked_address(host, port, endpoint.allow_private)
        logged_in, _, _ = parts.netloc.rpartition("@")
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        client = Client()
        await client.connect(
            f"{parts.scheme}://{logged_in}{'@' if logged_in else ''}{place}",
            tls_hostname=host,
            allow_reconnect=False,
            connect_timeout=max(1, round(endpoint.timeout_seconds)),
            error_cb=self._hear,
            pending_size=0,
            name="xinji relay",
        )
        self._client = client
        return client

    async def _hear(self, error: Exception) -> None:
        """Keep what the broker complains of, which the library tells aside of the answer."""
        self._complaint = f"{type(error).__name__}: {error}"

    def _subject(self, message: OutgoingMessage) -> str:
        return f"{self.endpoint.subject}.{message.uscc}"
