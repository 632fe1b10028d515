"""Who is calling, whether they may, and the record of it. Who may what stands in ``permissions``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeVar
from unicodedata import category
from urllib.parse import unquote

from fastapi import Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from expectations.errors import XinjiError
from expectations.vocabulary.role import Role
from reports.api.limits import Limiter
from reports.api.permissions import MAY, NAMES_NOBODY
from reports.api.ports import Caller, DutyPort, Ports, Read, ReadLog, Record
from reports.api.problems import Problem, problem_of

Done = TypeVar("Done")

LONGEST_PURPOSE = 200
_CREATED = 201
_BY_DEPARTMENT = frozenset({Role.REGULATOR, Role.OFFICER})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody we know."""

    caller: Caller
    purpose: str
    at: datetime
    log: ReadLog
    duties: DutyPort

    @property
    def department(self) -> str | None:
        """The department whose part the caller sees; None for one who sees the whole zone."""
        return self.duties.department_of(self.caller.account_id) if self.caller.role in _BY_DEPARTMENT else None

    def of_department(self, alerts: Iterable[Record], departments: Mapping[str, frozenset[str]]) -> Iterator[Record]:
        """Those alerts that ask something of the caller's department."""
        own = self.department
        return (one for one in alerts if own is None or own in departments.get(one["rule"], frozenset()))

    def admit(self, what: str, about: str) -> None:
        """Let the caller on, or put the refusal on record and refuse."""
        if problem := self.against(what, about):
            self.refuse(what, about, problem)

    def against(self, what: str, about: str) -> Problem | None:
        """What keeps the caller from it; None for nothing.

        An enterprise that asks about another is refused before anything is looked up, so that the answer is the same
        whether the other exists or not; an honest 403 then tells nothing that a 404 would hide.
        """
        caller = self.caller
        is_enterprise = caller.role is Role.ENTERPRISE
        if caller.role not in MAY[what] or (is_enterprise and caller.uscc != about):
            return Problem("forbidden")
        if caller.scopes and what not in caller.scopes:
            return Problem("forbidden")
        if caller.role.is_authority and what not in NAMES_NOBODY and not self.purpose:
            return Problem("purpose_missing")
        return None

    async def refused(self, what: str, about: str, problem: Problem) -> NoReturn:
        """As ``refuse``, from a coroutine."""
        await self.recorded(what, about, problem.status)
        raise problem

    async def recorded(self, what: str, about: str, status: int = 200) -> None:
        """As ``record``, from a coroutine."""
        try:
            await self.log.recorded(self._read(what, about, status))
        except Exception as error:
            raise Problem("unavailable") from error

    def refuse(self, what: str, about: str, problem: Problem) -> NoReturn:
        """Put on record that nothing was shown, and say so."""
        self.record(what, about, problem.status)
        raise problem

    def act(self, what: str, about: str, do: Callable[[], Done]) -> Done:
        """Do something and put on record that it was asked for, whether or not it could be done."""
        try:
            done = do()
        except XinjiError as error:
            self.record(what, about, problem_of(error).status)
            raise
        self.record(what, about, _CREATED)
        return done

    def record(self, what: str, about: str, status: int = 200) -> None:
        """Put the read on record. When that fails nothing is shown."""
        try:
            self.log.record(self._read(what, about, status))
        except Exception as error:
            raise Problem("unavailable") from error

    def _read(self, what: str, about: str, status: int) -> Read:
        caller = self.caller
        return Read(
            account=caller.account_id,
            role=caller.role.value,
            key_id=caller.key_id,
            what=what,
            about=about,
            purpose=self.purpose,
            at=self.at,
            status=status,
        )


@lru_cache(maxsize=1024)
def purpose_of(sent: str) -> str:
    """Why somebody looks, as one plain line: who reads it later sees what it says and nothing that bends the line."""
    told = (" " if category(one).startswith("C") else one for one in unquote(sent))
    return "".join(told).strip()[:LONGEST_PURPOSE]


class Door(HTTPBearer):
    """The dependency that turns a request into a visit, or answers 401 or 429.

    It reads the two headers it needs itself: to declare them one by one would have the framework go through all
    headers of every request several times over, which costs as much as the answer. A key is looked up in
    microseconds, so that it is done where the request arrives and not in a thread.
    """

    def __init__(self, ports: Ports, limiter: Limiter, clock: Callable[[], datetime]) -> None:
        super().__init__(scheme_name="HTTPBearer", description="An API key: xinji_<id>_<secret>.")
        self._ports, self._limiter, self._clock = ports, limiter, clock

    async def __call__(self, request: Request) -> Visit:  # type: ignore[override]  # a visit, and no bare credentials
        """Who asks, and why."""
        now = self._clock()
        scheme, presented = get_authorization_scheme_param(request.headers.get("authorization"))
        caller = self._ports.keys.holder_of(presented, now) if presented and scheme.lower() == "bearer" else None
        if caller is None:
            raise Problem("unauthorized")
        if wait := self._limiter.wait_for(caller.account_id, now):
            raise Problem("too_many", retry_after=wait)
        purpose = purpose_of(request.headers.get("x-purpose", ""))
        return Visit(caller, purpose, now, self._ports.reads, self._ports.duties)


PURPOSE: Final[Mapping[str, Any]] = {
    "name": "x-purpose",
    "in": "header",
    "required": False,
    "description": "Why you look; UTF-8 percent-encoded. Authorities must say.",
    "schema": {"type": "string", "default": "", "title": "X-Purpose"},
}
"""The header as the OpenAPI document tells it, at every address behind the door."""


def tell_purpose(document: Mapping[str, Any]) -> None:
    """Name the header of the purpose wherever a key is asked for."""
    for address in document["paths"].values():
        for operation in address.values():
            if "security" in operation:
                operation.setdefault("parameters", []).append(dict(PURPOSE))
