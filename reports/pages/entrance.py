"""The doors that anybody may stand at: signing in and out, the language, the style sheet, checking a certificate."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response

from expectations.errors import UsageError
from reports.api.ports import CertificatePort
from reports.api.problems import Problem
from reports.pages.enterprise import show
from reports.pages.guests import LANGUAGE, PURPOSE, SESSION, Guest, language_of
from reports.pages.ports import Clock, EntrancePort, ProviderPort
from reports.pages.rendering import SECURITY, render, to
from reports.pages.words import places_of

_YEAR = 365 * 24 * 3600
ATTEMPT = "xinji_attempt"
_ATTEMPT_SECONDS = 600
_BACK_HERE = "/sign-in/provider/answer"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_INLINE_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def entrance(door: EntrancePort, provider: ProviderPort | None, present: Any, clock: Clock) -> APIRouter:
    """The pages before and around signing in."""
    router = APIRouter()
    if provider is not None:
        _by_provider(router, provider, clock)

    @router.get("/")
    def start(guest: Guest = present) -> Response:
        places = places_of(guest.role, guest.language)
        if not places:
            guest.visit.refuse("pages", guest.account, Problem("forbidden"))
        return to(places[0][0])

    @router.get("/sign-in")
    def sign_in(request: Request) -> Response:
        return _sign_in_page(request, has_provider=provider is not None)

    @router.post("/sign-in")
    def enter(
        request: Request,
        account: Annotated[str, Form(max_length=60)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        try:
            entered = door.enter(account, password, clock())
        except UsageError as error:
            wrong = error.told(language_of(request))
            return _sign_in_page(request, account, 401, wrong, has_provider=provider is not None)
        answer = to("/")
        lasts = int((entered.expires_at - clock()).total_seconds())
        _keep(answer, request, SESSION, entered.token, lasts)
        return answer

    @router.post("/sign-out")
    def leave(guest: Guest = present, form_token: Annotated[str, Form()] = "") -> Response:
        guest.check_form(form_token)
        door.leave(guest.session, guest.visit.at)
        answer = to("/sign-in")
        answer.delete_cookie(SESSION, path="/")
        answer.delete_cookie(PURPOSE, path="/")
        return answer

    @router.get("/purpose")
    def purpose(guest: Guest = present) -> Response:
        return show("purpose.html", guest, "/purpose")

    @router.post("/purpose")
    def say_purpose(
        request: Request,
        guest: Guest = present,
        purpose: Annotated[str, Form(max_length=200)] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        guest.check_form(form_token)
        answer = to("/console")
        _keep(answer, request, PURPOSE, quote(purpose.strip()), None)
        return answer

    @router.post("/language")
    def language(
        request: Request, language: Annotated[str, Form()] = "zh", back: Annotated[str, Form(max_length=200)] = "/"
    ) -> Response:
        is_here = back.startswith("/") and not back.startswith(("//", "/\\"))
        answer = to(back if is_here else "/")
        _keep(answer, request, LANGUAGE, "en" if language == "en" else "zh", _YEAR)
        return answer

    @router.get("/static/xinji.css")
    def style() -> Response:
        sheet = (files("reports.pages") / "static" / "xinji.css").read_bytes()
        return Response(sheet, media_type="text/css", headers={**SECURITY, "cache-control": "public, max-age=3600"})

    return router


def verification(certificates: CertificatePort) -> APIRouter:
    """What anybody may have in order to check a certificate."""
    router = APIRouter()

    @router.get("/verify")
    def page() -> Response:
        text = certificates.page()
        script, style = (_hash_of(kind, text) for kind in (_INLINE_SCRIPT, _INLINE_STYLE))
        policy = f"default-src 'none'; script-src '{script}'; style-src '{style}'; frame-ancestors 'none'"
        headers = {**SECURITY, "content-security-policy": policy, "cache-control": "no-cache"}
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    return router


def _hash_of(kind: re.Pattern[bytes], page: bytes) -> str:
    found = kind.search(page)
    return f"sha256-{b64encode(sha256(found[1] if found else b'').digest()).decode()}"


def _by_provider(router: APIRouter, provider: ProviderPort, clock: Clock) -> None:
    @router.get("/sign-in/provider")
    def begin(request: Request) -> Response:
        try:
            address, carried = provider.begin()
        except UsageError as error:
            return _sign_in_page(request, "", 503, error.told(language_of(request)), has_provider=True)
        answer = to(address)
        is_secure = request.url.scheme == "https"
        # Lax, and for this address alone: the provider sends the browser back from another site.
        answer.set_cookie(
            ATTEMPT, carried, _ATTEMPT_SECONDS, path=_BACK_HERE, httponly=True, secure=is_secure, samesite="lax"
        )
        return answer

    @router.get(_BACK_HERE)
    def come_back(
        request: Request,
        code: Annotated[str, Query(max_length=2000)] = "",
        state: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        try:
            entered = provider.finish(code, state, request.cookies.get(ATTEMPT, ""), clock())
        except UsageError as error:
            answer = _sign_in_page(request, "", 401, error.told(language_of(request)), has_provider=True)
        else:
            # A page and not a redirect: a strict cookie is not sent on one that another site began.
            answer = render("entered.html", language_of(request), here="/")
            _keep(answer, request, SESSION, entered.token, int((entered.expires_at - clock()).total_seconds()))
        answer.delete_cookie(ATTEMPT, path=_BACK_HERE)
        return answer


def _sign_in_page(
    request: Request, account: str = "", status: int = 200, wrong: str = "", *, has_provider: bool
) -> Response:
    told = {"account": account, "wrong": wrong, "has_provider": has_provider}
    return render("sign_in.html", language_of(request), status, here="/sign-in", **told)


def _keep(answer: Response, request: Request, name: str, value: str, seconds: int | None) -> None:
    """Set a cookie that no script reads and no other site sends."""
    is_secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, path="/", httponly=True, secure=is_secure, samesite="strict")
