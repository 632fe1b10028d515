"""Signing and checking with Ed25519 keys, as JSON Web Signatures (RFC 7515, RFC 8037, RFC 9864)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json

ALGORITHM = "Ed25519"
_SEED_DIGITS = 64


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """A private key that signs certificates and status lists."""

    key: OKPKey

    @classmethod
    def of(cls, text: str) -> CertificateKey:
        """The key of a seed written as 64 hexadecimal characters.

        Raises
        ------
        UsageError
            When the text is no such seed. The text itself is not repeated.
        """
        try:
            seed = bytes.fromhex(text.strip())
            key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError:
            raise UsageError(
                f"The certificate key is not {_SEED_DIGITS} hexadecimal characters.", "Make a key: openssl rand -hex 32"
            ) from None
        return cls(key)

    @property
    def id(self) -> str:
        """What a signature calls this key: its thumbprint (RFC 7638)."""
        return str(self.key.thumbprint())

    def sign(self, kind: str, content: Mapping[str, Any]) -> str:
        """The content as a compact signature. The same content gives the same text."""
        header = {"alg": ALGORITHM, "kid": self.id, "typ": kind}
        return jws.serialize_compact(header, canonical_json(content), self.key, algorithms=[ALGORITHM])

    def published(self) -> dict[str, Any]:
        """The public half as a JSON Web Key."""
        return {**self.key.as_dict(private=False), "kid": self.id, "alg": ALGORITHM, "use": "sig"}


@dataclass(frozen=True)
class TrustedKeys:
    """Public keys whose signatures are believed: the present one, and retired ones while their certificates live."""

    keys: KeySet

    @classmethod
    def of(cls, published: Mapping[str, Any]) -> TrustedKeys:
        """From a JSON Web Key Set.

        Raises
        ------
        UsageError
            When it is none.
        """
        try:
            return cls(KeySet.import_key_set({"keys": list(published["keys"])}))
        except (KeyError, TypeError, ValueError, JoseError) as error:
            raise UsageError(
                "These are no keys to check a certificate with.",
                "Take the key set that the zone publishes: xinji certificate keys",
            ) from error

    def open(self, token: str, kind: str) -> dict[str, Any] | None:
        """The content that was signed; None when no trusted key signed it, or as something else."""
        try:
            found = jws.deserialize_compact(token, self.keys, algorithms=[ALGORITHM])
            content = json.loads(found.payload)
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        is_right = found.headers().get("typ") == kind and isinstance(content, dict)
        return content if is_right else None
