"""How one entry holds on to the one before it. Pure.

The form is published so that anybody can check a chain without this code::

    body_digest = sha256(body)
    entry_hash  = sha256(previous_hash LF stream LF position LF kind LF subject LF body_digest)
    genesis     = sha256("xinji ledger" LF stream)

Texts are UTF-8, digests lower-case hexadecimal, positions decimal from 1, LF one line feed. The body enters by its
digest, so that a body may one day leave under a retention rule and its chain still hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, get_args

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json, sha256_text
from pipelines.storage.ledger.names import Stream

STREAMS: tuple[Stream, ...] = get_args(Stream)


class NewEntry(NamedTuple):
    """What a caller wants recorded.

    Attributes
    ----------
    kind:
        What it is, such as ``decision``.
    subject:
        Whom or what it is about, such as a USCC.
    body:
        Canonical JSON text. Every moment in it comes from the caller.
    """

    kind: str
    subject: str
    body: str

    @classmethod
    def of(cls, kind: str, subject: str, value: Any) -> NewEntry:
        """An entry whose body is the canonical JSON of a value."""
        return cls(kind, subject, canonical_json(value))


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded entry, as it stands in the ledger."""

    stream: str
    position: int
    kind: str
    subject: str
    body: str
    previous_hash: str
    entry_hash: str


def genesis(stream: str) -> str:
    """What the first entry of a stream holds on to."""
    return sha256_text(f"xinji ledger\n{stream}")


def link(previous_hash: str, stream: str, position: int, label: str, body_digest: str) -> str:
    """The hash of an entry. ``label`` is kind, line feed, subject."""
    return sha256(f"{previous_hash}\n{stream}\n{position}\n{label}\n{body_digest}".encode()).hexdigest()


def label_of(kind: str, subject: str) -> str:
    """Kind and subject as they enter the hash. A line feed in either would make two entries look alike."""
    if "\n" in kind or "\n" in subject:
        raise UsageError(f"A ledger entry's kind or subject has a line break: {kind!r}, {subject!r}.")
    return f"{kind}\n{subject}"


def body_digest(body: str) -> str:
    """Digest of a body's text."""
    return sha256(body.encode()).hexdigest()
