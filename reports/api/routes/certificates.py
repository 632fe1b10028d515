"""What anybody may have in order to check a certificate: no key is asked for, and nobody is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Response

from reports.api.ports import CertificatePort
from reports.api.schemas.certificates import KeySet

STATUS_LIST = "application/statuslist+jwt"


def certificates(port: CertificatePort, clock: Callable[[], datetime]) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1/certificates", tags=["certificate"])

    @router.get("/keys", response_model=KeySet, summary="Keys that certificates are checked with 证书验证公钥")
    def keys() -> KeySet:
        """The public keys, as a JSON Web Key Set (RFC 7517)."""
        return KeySet.model_validate(port.keys())

    @router.get(
        "/status",
        response_class=Response,
        summary="Which certificates are revoked 证书状态清单",
        responses={200: {"content": {STATUS_LIST: {"schema": {"type": "string"}}}, "description": "A signed list."}},
    )
    def status() -> Response:
        """The signed status list (Token Status List)."""
        return Response(port.status_list(clock()), media_type=STATUS_LIST, headers={"cache-control": "no-cache"})

    return router
