"""Canonical bytes and their digest: the ground that replay and the ledger's chain stand on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone, so its canonical form is ambiguous.")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON form.")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8, decimals and moments as strings.

    Raises ``ValueError`` on NaN or infinity, which JSON does not have.
    """
    return _ENCODER.encode(value)


def canonical_members(rest: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """The canonical text of an object of which some members are told as canonical text already.

    What many records share is so written once: ``canonical_members(a, {"b": canonical_json(b)})`` is
    ``canonical_json({**a, "b": b})``. The names of ``rest`` and ``told`` must differ.
    """
    texts: list[str] = []
    left: dict[str, Any] = {}
    for name in sorted([*rest, *told]):
        if name not in told:
            left[name] = rest[name]
            continue
        if left:
            texts.append(_ENCODER.encode(left)[1:-1])
            left = {}
        texts.append(f"{_ENCODER.encode(name)}:{told[name]}")
    if left:
        texts.append(_ENCODER.encode(left)[1:-1])
    return f"{{{','.join(texts)}}}"


def sha256_text(text: str) -> str:
    """Hexadecimal sha256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_of(value: Any) -> str:
    """Hexadecimal sha256 of a value's canonical JSON."""
    return sha256_text(canonical_json(value))


def sha256_file(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sha256_many(digests: Iterable[str]) -> str:
    """Digest of a collection of digests, whatever order they come in."""
    return sha256_text("\n".join(sorted(digests)))
