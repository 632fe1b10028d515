"""Who is at the page: a visit as in the API, opened by the session in a cookie, and the token that guards forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import TypeVar
from urllib.parse import urlsplit

from fastapi import Request

from expectations.errors import XinjiError
from expectations.vocabulary.digest import sha256_text
from expectations.vocabulary.language import Language
from expectations.vocabulary.role import Role
from reports.api.access import Visit, purpose_of
from reports.api.ports import Ports
from reports.api.problems import Problem, problem_of
from reports.pages.ports import Clock, EntrancePort

SESSION = "xinji_session"
LANGUAGE = "xinji_language"
PURPOSE = "xinji_purpose"
_TOKEN_LENGTH = 32

Done = TypeVar("Done")


class ForeignFormError(Exception):
    """A form that no page of this session sent."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a session speaks for, as a caller of the API is."""

    account_id: str
    role: Role
    uscc: str | None
    key_id: str = "session"
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Guest:
    """Somebody who is signed in, at one page."""

    visit: Visit
    session: str
    language: Language

    @property
    def account(self) -> str:
        """Who acts."""
        return self.visit.caller.account_id

    @property
    def role(self) -> Role:
        """What the account is for."""
        return self.visit.caller.role

    @property
    def form_token(self) -> str:
        """What every form of this session carries: another site cannot know it."""
        return sha256_text(f"form of {self.session}")[:_TOKEN_LENGTH]

    def own(self, what: str) -> str:
        """The enterprise it speaks for, once it is let on to something of its own."""
        uscc = self.visit.caller.uscc
        if uscc is None:
            self.visit.refuse(what, self.account, Problem("forbidden"))
        self.visit.admit(what, uscc)
        return uscc

    def attempt(self, what: str, about: str, token: str, do: Callable[[], Done]) -> tuple[Done | None, str]:
        """Do what a form asks for; gives what came of it, or in words what was wrong. It is on record either way."""
        self.visit.admit(what, about)
        self.check_form(token)
        try:
            return self.visit.act(what, about, do), ""
        except XinjiError as error:
            return None, error.told(self.language)

    def look(self, what: str, about: str, ask: Callable[[], Done]) -> tuple[Done | None, str]:
        """What somebody asks to see, on record; or in words why it cannot be shown."""
        try:
            found = ask()
        except XinjiError as error:
            self.visit.record(what, about, problem_of(error).status)
            return None, error.told(self.language)
        self.visit.record(what, about)
        return found, ""

    def check_form(self, given: str) -> None:
        """Refuse a form that did not come from a page of this session."""
        if not compare_digest(given, self.form_token):
            raise ForeignFormError


def language_of(request: Request) -> Language:
    """The language that was chosen, else the browser's, else Chinese."""
    chosen = request.cookies.get(LANGUAGE, "")
    if chosen in {"zh", "en"}:
        return "zh" if chosen == "zh" else "en"
    asked = request.headers.get("accept-language", "zh").lower()
    return "en" if asked.startswith("en") else "zh"


def comes_from_here(request: Request) -> bool:
    """Whether a form was sent from a page of this very address. A browser says so; what says nothing is no browser."""
    origin = request.headers.get("origin", "")
    return origin == "" or urlsplit(origin).netloc == request.headers.get("host", "")


def guests(entrance: EntrancePort, ports: Ports, clock: Clock) -> Callable[[Request], Guest]:
    """The dependency that turns a request into a guest, or refuses who is not signed in."""

    def guest(request: Request) -> Guest:
        token, now = request.cookies.get(SESSION, ""), clock()
        account = entrance.holder(token, now) if token else None
        if account is None:
            raise Problem("unauthorized")
        purpose = purpose_of(request.cookies.get(PURPOSE, ""))
        caller = SignedIn(account.account_id, account.role, account.uscc)
        return Guest(Visit(caller, purpose, now, ports.reads, ports.duties), token, language_of(request))

    return guest
