"""An answer with its ETag."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response
from pydantic import BaseModel

# A shared cache must not keep it, and a private one asks again: the read is to be on record each time.
_HEADERS = {"cache-control": "private, no-cache", "vary": "Authorization", "x-content-type-options": "nosniff"}


def answer(request: Request, shown: BaseModel) -> Response:
    """The model as JSON, or 304 when the caller holds these very bytes."""
    body = shown.model_dump_json(by_alias=True).encode("utf-8")
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {**_HEADERS, "etag": tag}
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def created(shown: BaseModel, location: str, status: int = 201) -> Response:
    """What was made, or was there, and where it can be read again."""
    headers = {"cache-control": "no-store", "location": location, "x-content-type-options": "nosniff"}
    return Response(shown.model_dump_json(by_alias=True), status, headers, "application/json")
