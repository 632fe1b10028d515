"""A small OpenID Connect provider as a process of its own: it approves whoever comes, and lies when it is told to.

    python -m tests.worlds.provider PORT

``login_hint`` on the way to it says who comes and what is to be wrong, as ``user:roles:lie``.
"""

from __future__ import annotations

import sys
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "xinji", "a secret of the client"


def provider(issuer: str) -> FastAPI:
    """The provider."""
    app, pending = FastAPI(), dict[str, dict[str, str]]()
    key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
    stranger = RSAKey.generate_key(2048, {"kid": "k1"})

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }

    @app.get("/keys")
    def keys() -> Any:
        return KeySet([key]).as_dict(private=False)

    @app.get("/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        code = f"code-{len(pending)}"
        pending[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    @app.post("/token")
    def token(
        request: Request,
        code: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
    ) -> JSONResponse:
        asked = pending.pop(code, None)  # a code is taken once
        given = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        challenge = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if asked is None or given != f"{CLIENT}:{SECRET}" or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if redirect_uri != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        user, roles, lie = asked["login_hint"].split(":")
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "http://elsewhere" if lie == "issuer" else issuer,
            "aud": "somebody-else" if lie == "audience" else CLIENT,
            "sub": user,
            "preferred_username": user,
            "roles": roles.split(","),
            "nonce": "another" if lie == "nonce" else asked["nonce"],
            "iat": now,
            "exp": now - 3600 if lie == "ended" else now + 300,
        }
        if lie == "secret":
            text = jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(SECRET))
        else:
            text = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, stranger if lie == "key" else key)
        if lie == "none":
            header = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            text = ".".join((header, text.split(".")[1], ""))
        return JSONResponse({"id_token": text, "access_token": "-", "token_type": "Bearer"})

    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(provider(f"http://127.0.0.1:{port}"), host="127.0.0.1", port=port, log_level="error")
