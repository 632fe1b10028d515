"""Signatures on anchors: what keeps a ledger from being rewritten together with its own memory.

An anchor is signed with Ed25519 over the canonical JSON of what it remembers. Whoever can write the database can make
a chain that agrees with itself; without the key nobody can make an anchor that agrees with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json, sha256_text

_SEED = 32
_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class AnchorSigner:
    """Signs anchors. ``seed`` are the 32 bytes of an Ed25519 private key."""

    seed: bytes

    @classmethod
    def of(cls, text: str) -> AnchorSigner:
        """The signer of a key written as 64 hexadecimal characters.

        Raises
        ------
        UsageError
            When the text is no such key. The text itself is not repeated.
        """
        return cls(_bytes_of(text, "The anchor key"))

    @property
    def public_key(self) -> str:
        """What others check the signatures with: 64 hexadecimal characters."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 (slow, rare)

        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw().hex()

    def signed(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content with its ``signature``. Ed25519 signs the same content to the same bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 (slow, rare)

        value = Ed25519PrivateKey.from_private_bytes(self.seed).sign(canonical_json(content).encode())
        return {**content, "signature": {"key": key_id(self.public_key), "value": value.hex()}}


def key_id(public_key: str) -> str:
    """What a signature calls the key it was made with."""
    return sha256_text(public_key)[:_ID_LENGTH]


def trusted_keys(texts: str) -> dict[str, str]:
    """Public keys by id, from a text with one or more of them.

    Raises
    ------
    UsageError
        When one of them is no key.
    """
    for text in texts.split():
        _bytes_of(text, f"'{text}'")
    return {key_id(text.lower()): text.lower() for text in texts.split()}


def is_signed(anchor: Any) -> bool:
    """Whether an anchor claims a signature."""
    return isinstance(anchor, dict) and "signature" in anchor


def signature_holds(anchor: Mapping[str, Any], trusted: Mapping[str, str]) -> bool:
    """Whether an anchor's signature was made over this content with a trusted key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (slow, rare)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 (slow, rare)

    content = {name: value for name, value in anchor.items() if name != "signature"}
    try:
        signature = anchor["signature"]
        public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted[signature["key"]]))
        public_key.verify(bytes.fromhex(signature["value"]), canonical_json(content).encode())
    except (KeyError, TypeError, ValueError, InvalidSignature):
        return False
    return True


def _bytes_of(text: str, what: str) -> bytes:
    try:
        found = bytes.fromhex(text.strip())
    except ValueError:
        found = b""
    if len(found) != _SEED:
        raise UsageError(f"{what} is not 64 hexadecimal characters.", "Make a key: openssl rand -hex 32")
    return found
