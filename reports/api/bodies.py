"""How large a request may be: more is refused before it is read, or as soon as it turns out to be more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST: Final = 1_048_576
"""Bytes. The largest document with all its lines and papers takes a tenth of it."""

DEEPEST: Final = 32
"""Brackets within brackets of a JSON body. No request has more than four."""


class TooLargeError(Exception):
    """A body that is longer, or nested deeper, than is taken."""


DRAINED: Final = 64 * 1024 * 1024
"""Bytes of a refused body that are taken and let go: a browser that is cut off while it sends shows no answer."""


class BodyLimit:
    """The application behind a limit. Whole bodies are held before the application sees them: they are small.

    Parameters
    ----------
    refuse:
        The application that answers in place of the other one.
    largest:
        Bytes that an address takes; None where a limit of its own stands further in.
    """

    def __init__(
        self, app: Application, refuse: Application, largest: Callable[[str], int | None] = lambda _: LARGEST
    ) -> None:
        self.app, self.refuse, self.largest = app, refuse, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        largest = None
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            largest = self.largest(scope["path"])
        if largest is None:
            await self.app(scope, receive, send)
            return
        try:
            body = await _read(scope, receive, largest)
        except TooLargeError:
            await self.refuse(scope, receive, send)
            return
        told = False

        async def once() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, once, send)


async def _read(scope: Scope, receive: Receive, largest: int) -> bytes:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    is_large = not length.isdigit() or int(length) > largest
    if is_large and not (length.isdigit() and int(length) <= DRAINED):
        raise TooLargeError
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        size += len(part)
        if size > largest and not is_large:
            raise TooLargeError
        if not is_large:
            parts.append(part)
        if not message.get("more_body"):
            break
    body = b"".join(parts)
    if is_large or (b"json" in headers.get(b"content-type", b"") and _depth(body) > DEEPEST):
        raise TooLargeError
    return body


def _depth(body: bytes) -> int:
    """The deepest nesting of brackets outside of strings; a reader of JSON would go down it call by call."""
    depth = deepest = 0
    in_text = escaped = False
    for byte in body if body.count(b"[") + body.count(b"{") > DEEPEST else b"":
        if in_text:
            in_text, escaped = (byte != _QUOTE or escaped, byte == _BACKSLASH and not escaped)
        elif byte == _QUOTE:
            in_text = True
        elif byte in _OPENS:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in _CLOSES:
            depth -= 1
    return deepest


_QUOTE, _BACKSLASH, _OPENS, _CLOSES = ord('"'), ord("\\"), frozenset(b"[{"), frozenset(b"]}")
