"""Signing in by the office's own provider: OpenID Connect, authorization code with PKCE (RFC 7636, OIDC Core 3.1).

What the browser carries meanwhile is one cookie with the state, the nonce and the verifier of this very attempt. An
answer is believed when it bears that state, its code is taken with that verifier, and its token is signed by the
provider, for us, with that nonce, and in time. Who somebody is here follows from two claims by settings.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from pipelines.steps.account_office import OPENED
from pipelines.steps.sign_in import NotSignedInError
from pipelines.storage.accounts import Account, find_account, open_account
from pipelines.storage.database import Database
from pipelines.storage.ledger import NewEntry, append
from pipelines.storage.sessions import OpenedSession, open_session

ALGORITHMS: Final = ["RS256", "ES256", "PS256", "Ed25519", "EdDSA"]
"""Signatures by a key pair alone: a token signed with a shared secret, or with none, is refused."""

LEEWAY_SECONDS: Final = 60
_NOT_HERE = frozenset({Role.ENTERPRISE, Role.BANK, Role.SYSTEM})
_PARTS = 3


@dataclass(frozen=True)
class Provider:
    """The provider and how it names people.

    Attributes
    ----------
    account_claim, role_claim:
        The claims that hold the account's id, and what it is there; the latter a text or a list of texts.
    roles:
        What that means here, by what it is there. The first that is found counts.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    account_claim: str
    role_claim: str
    roles: Mapping[str, Role]


@dataclass(frozen=True)
class SingleSignOn:
    """The way in by the provider. ``client`` makes a client for each attempt, which follows no redirect."""

    provider: Provider
    database: Database
    session_lasts: timedelta
    client: Callable[[], httpx.Client]

    def begin(self) -> tuple[str, str]:
        """Where to send the browser, and what it is to carry meanwhile.

        Raises
        ------
        NotSignedInError
            When the provider does not answer.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(_PARTS))
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.provider.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with self._asking() as client:
            address = self._discovered(client)["authorization_endpoint"]
        return f"{address}?{urlencode(asked)}", f"{state}.{nonce}.{verifier}"

    def finish(self, code: str, state: str, carried: str, at: datetime) -> OpenedSession:
        """Open a session for whoever the provider's answer names.

        Raises
        ------
        NotSignedInError
            When the answer is not that to what this browser began, or names nobody who may come in this way.
        """
        parts = carried.split(".")
        if len(parts) != _PARTS or not compare_digest(parts[0].encode(), state.encode()):
            raise _refused("The answer does not belong to what this browser began.")
        with self._asking() as client:
            claims = self._claims(client, code, parts[2], parts[1], at)
        return self._entered(claims, at)

    def _claims(self, client: httpx.Client, code: str, verifier: str, nonce: str, at: datetime) -> Mapping[str, Any]:
        """The claims of the token that a code is exchanged for, once it is found to be the provider's, for us, now."""
        told, provider = self._discovered(client), self.provider
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.redirect_uri,
            "code_verifier": verifier,
        }
        try:
            answer = client.post(told["token_endpoint"], data=given, auth=(provider.client_id, provider.client_secret))
            keys = KeySet.import_key_set(client.get(told["jwks_uri"]).raise_for_status().json())
            token = jwt.decode(answer.raise_for_status().json()["id_token"], keys, algorithms=ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                now=int(at.timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": provider.issuer},
                aud={"essential": True, "value": provider.client_id},
                nonce={"essential": True, "value": nonce},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
            )
            registry.validate(token.claims)
        except (httpx.HTTPError, JoseError, KeyError, TypeError, ValueError) as error:
            raise _refused("The provider's answer does not hold.") from error
        return token.claims

    def _entered(self, claims: Mapping[str, Any], at: datetime) -> OpenedSession:
        provider = self.provider
        told = claims.get(provider.role_claim)
        names = [str(name) for name in (told if isinstance(told, list) else [told])]
        role = next((provider.roles[name] for name in names if name in provider.roles), None)
        account_id = str(claims.get(provider.account_claim, "")).lower()
        if role is None or role in _NOT_HERE:
            raise _refused("The provider gives no role here.")
        with self.database.transaction() as connection:
            account = find_account(connection, account_id)
            if account is None:
                account = open_account(connection, account_id, role, at)
                body = {"account": None, "provider": provider.issuer, "at": zoned(at).isoformat(), "role": role.value}
                append(connection, "judgements", [NewEntry.of(OPENED, f"account {account_id}", body)])
            _must_be_as_told(account, role)
            return open_session(connection, account, at, at + self.session_lasts)

    def _discovered(self, client: httpx.Client) -> Mapping[str, Any]:
        """What the provider says of itself; it must call itself what we call it."""
        issuer = self.provider.issuer
        try:
            found = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
            is_itself = found["issuer"] == issuer
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            raise _refused("The provider does not answer.") from error
        if not is_itself:
            raise _refused("The provider calls itself by another name.")
        return dict(found)

    def _asking(self) -> httpx.Client:
        return self.client()


def _must_be_as_told(account: Account, role: Role) -> None:
    """An account keeps its role: who was made another one there needs an operator here."""
    if account.role is not role or account.uscc is not None:
        raise _refused(f"Account '{account.account_id}' has another role here than the provider gives it.")


def _refused(problem: str) -> NotSignedInError:
    return NotSignedInError(
        problem,
        "Try again; if it stays so, ask an operator.",
        zh="单点登录未成功。请重试；如仍不成功，请联系运营方。",
    )
