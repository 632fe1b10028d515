"""Who is at the page: the session in a cookie, the token that guards forms, and what is put on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from fastapi import Request

from expectations.vocabulary.digest import sha256_text
from expectations.vocabulary.language import Language
from expectations.vocabulary.role import Role
from reports.api.ports import Read, ReadLog
from reports.pages.ports import EntrancePort, Person

SESSION = "xinji_session"
LANGUAGE = "xinji_language"
PURPOSE = "xinji_purpose"
_LONGEST_PURPOSE = 200
_TOKEN_LENGTH = 32


class TurnedAwayError(Exception):
    """A page that is not shown. ``code``: ``sign_in``, ``forbidden``, ``form``, ``not_found`` or ``unavailable``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Guest:
    """Somebody who is signed in, at one page."""

    person: Person
    session: str
    language: Language
    purpose: str
    at: datetime
    log: ReadLog

    @property
    def form_token(self) -> str:
        """What every form of this session carries: another site cannot know it."""
        return sha256_text(f"form of {self.session}")[:_TOKEN_LENGTH]

    @property
    def uscc(self) -> str:
        """The enterprise it speaks for; turns away who speaks for none."""
        if self.person.role is not Role.ENTERPRISE or self.person.uscc is None:
            self.turn_away("own pages", self.person.account_id)
        return self.person.uscc

    def admit(self, roles: frozenset[Role], what: str, about: str) -> None:
        """Let on whose role may, or put the refusal on record and turn away."""
        if self.person.role not in roles:
            self.turn_away(what, about)

    def turn_away(self, what: str, about: str, code: str = "forbidden", status: int = 403) -> NoReturn:
        """Put on record that nothing was shown."""
        self.record(what, about, status)
        raise TurnedAwayError(code)

    def record(self, what: str, about: str, status: int = 200) -> None:
        """Put the look on record. When that fails nothing is shown."""
        read = Read(
            account=self.person.account_id,
            role=self.person.role.value,
            key_id="session",
            what=what,
            about=about,
            purpose=self.purpose,
            at=self.at,
            status=status,
        )
        try:
            self.log.record(read)
        except Exception as error:
            raise TurnedAwayError("unavailable") from error

    def check_form(self, given: str) -> None:
        """Turn away a form that did not come from a page of this session."""
        if not compare_digest(given, self.form_token):
            raise TurnedAwayError("form")


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


def guests(entrance: EntrancePort, log: ReadLog, clock: Callable[[], datetime]) -> Callable[[Request], Guest]:
    """The dependency that turns a request into a guest, or sends to the sign-in page."""

    def guest(request: Request) -> Guest:
        token, now = request.cookies.get(SESSION, ""), clock()
        person = entrance.holder(token, now) if token else None
        if person is None:
            raise TurnedAwayError("sign_in")
        purpose = unquote(request.cookies.get(PURPOSE, "")).strip()[:_LONGEST_PURPOSE]
        return Guest(person, token, language_of(request), purpose, now, log)

    return guest
