"""An answer with its ETag."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from fastapi import Request, Response
from pydantic import BaseModel

# A shared cache must not keep it, and a private one asks again: the read is to be on record each time.
_HEADERS = {"cache-control": "private, no-cache", "vary": "Authorization", "x-content-type-options": "nosniff"}


_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer as it goes out."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, shown: BaseModel) -> Rendered:
        """The model as JSON, and its tag."""
        body = shown.model_dump_json(by_alias=True).encode("utf-8")
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"')

    def to(self, request: Request) -> Response:
        """The answer to a request, or 304 when the caller holds these very bytes."""
        headers = {**_HEADERS, "etag": self.tag}
        asked = request.headers.get("if-none-match")
        if asked is not None:
            held = {part.strip().removeprefix("W/") for part in asked.split(",")}
            if self.tag in held or "*" in held:
                return Response(status_code=304, headers=headers)
        return Response(self.body, media_type="application/json", headers=headers)


class Remembered:
    """The latest answers about things that never change, by what they are about. Each is rendered once."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, ...], Rendered] = OrderedDict()

    def get(self, key: tuple[str, ...], make: Callable[[], BaseModel]) -> Rendered:
        """The answer of that key, made where it is not held. Call from one event loop only."""
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = Rendered.of(make())
            if len(self._held) > _REMEMBERED:
                self._held.popitem(last=False)
        return found


def answer(request: Request, shown: BaseModel) -> Response:
    """The model as JSON, or 304 when the caller holds these very bytes."""
    return Rendered.of(shown).to(request)


def created(shown: BaseModel, location: str, status: int = 201) -> Response:
    """What was made, or was there, and where it can be read again."""
    headers = {"cache-control": "no-store", "location": location, "x-content-type-options": "nosniff"}
    return Response(shown.model_dump_json(by_alias=True), status, headers, "application/json")


def download(content: bytes, name: str, media_type: str) -> Response:
    """A file that came from outside, to keep: no browser shows it, guesses what it is, or lets it do anything."""
    headers = {
        **_HEADERS,
        "cache-control": "private, no-store",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(content, media_type=media_type, headers=headers)
