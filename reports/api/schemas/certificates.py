"""What a certificate is checked with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PublicKey(BaseModel):
    """A JSON Web Key; which members it has depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kty: str
    kid: str


class KeySet(BaseModel):
    """A JSON Web Key Set."""

    keys: list[PublicKey]
