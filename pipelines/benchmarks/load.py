"""Load on a server over loopback: requests at a fixed rate whatever comes back, or as many as it takes.

Asked at a fixed rate, an answer's time counts from the moment at which its request was due, so that a server which
stands still for a second is charged for everybody who would have come in that second.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_HOST = "127.0.0.1"


@dataclass
class Answers:
    """What came back.

    Attributes
    ----------
    seconds:
        How long each answer took.
    statuses:
        How many there were of each HTTP status.
    lasted:
        From the first request to the last answer.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted

    def milliseconds(self, share: float) -> float:
        """The time within which a share of the answers came."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    told = {"host": _HOST, **headers, **({"content-length": str(len(body))} if body else {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """One connection that stays open, one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 (what create_connection gives)
        self._transport = transport

    async def ask(self, sent: bytes) -> int:
        """Send a request and wait for its answer; gives the status."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("The connection is not open.")
        self._transport.write(sent)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Take in what comes until the answer is whole."""
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        place = head.find(_LENGTH)
        length = int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._received) < end + len(_HEAD_END) + length:
            return
        self._received.clear()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for what does not come any more."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("The server closed the connection."))


async def _opened(port: int, count: int) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Connection, _HOST, port))[1] for _ in range(count)]


def at_a_rate(port: int, requests: Sequence[bytes], per_second: float, connections: int = 128) -> Answers:
    """Send each request when it is due, on a free connection, and wait for all answers."""
    return asyncio.run(_at_a_rate(port, requests, per_second, connections))


async def _at_a_rate(port: int, requests: Sequence[bytes], per_second: float, connections: int) -> Answers:
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for one in await _opened(port, connections):
        free.put_nowait(one)
    answers, began = Answers(), time.perf_counter() + 0.05

    async def send(number: int, sent: bytes) -> None:
        due = began + number / per_second
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        connection = await free.get()
        status = await connection.ask(sent)
        answers.seconds.append(time.perf_counter() - due)
        answers.statuses[status] += 1
        free.put_nowait(connection)

    await asyncio.gather(*(send(number, sent) for number, sent in enumerate(requests)))
    answers.lasted = time.perf_counter() - began
    return answers


def as_fast_as_possible(port: int, requests: Sequence[bytes], seconds: float, connections: int = 32) -> Answers:
    """Ask on several connections, each again as soon as it is answered, for so long."""
    return asyncio.run(_as_fast_as_possible(port, requests, seconds, connections))


async def _as_fast_as_possible(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> Answers:
    answers, began = Answers(), time.perf_counter()
    until = began + seconds

    async def keep_asking(connection: _Connection, place: int) -> None:
        while (asked := time.perf_counter()) < until:
            status = await connection.ask(requests[place % len(requests)])
            answers.seconds.append(time.perf_counter() - asked)
            answers.statuses[status] += 1
            place += connections

    opened = await _opened(port, connections)
    await asyncio.gather(*(keep_asking(one, place) for place, one in enumerate(opened)))
    answers.lasted = time.perf_counter() - began
    return answers
