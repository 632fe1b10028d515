"""Who may see what, and the record of who did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NoReturn
from urllib.parse import unquote

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from expectations.vocabulary.role import Role
from reports.api.ports import Caller, KeyPort, Read, ReadLog
from reports.api.problems import Problem

MAY_READ: dict[str, frozenset[Role]] = {
    "grade": frozenset({Role.REGULATOR, Role.OFFICER, Role.AUDITOR, Role.ENTERPRISE}),
    "history": frozenset({Role.REGULATOR, Role.OFFICER, Role.AUDITOR, Role.ENTERPRISE}),
    "grades": frozenset({Role.REGULATOR, Role.OFFICER, Role.AUDITOR}),
    "alerts": frozenset({Role.REGULATOR, Role.OFFICER, Role.AUDITOR}),
}
"""Roles by what is read. A role that is not named may not: a bank needs an enterprise's consent, which has its own
address; operators, data scientists and machines do their work without looking at an enterprise."""

_LONGEST_PURPOSE = 200
_bearer = HTTPBearer(auto_error=False, description="An API key: xinji_<id>_<secret>.")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody we know."""

    caller: Caller
    purpose: str
    at: datetime
    log: ReadLog

    def admit(self, what: str, about: str) -> None:
        """Let the caller on, or put the refusal on record and refuse.

        An enterprise that asks about another is refused before anything is looked up, so that the answer is the same
        whether the other exists or not; an honest 403 then tells nothing that a 404 would hide.
        """
        is_enterprise = self.caller.role is Role.ENTERPRISE
        if self.caller.role not in MAY_READ[what] or (is_enterprise and self.caller.uscc != about):
            self.refuse(what, about, Problem("forbidden"))
        if self.caller.role.is_authority and not self.purpose:
            self.refuse(what, about, Problem("purpose_missing"))

    def refuse(self, what: str, about: str, problem: Problem) -> NoReturn:
        """Put on record that nothing was shown, and say so."""
        self.record(what, about, problem.status)
        raise problem

    def record(self, what: str, about: str, status: int = 200) -> None:
        """Put the read on record. When that fails nothing is shown."""
        caller = self.caller
        read = Read(
            account=caller.account_id,
            role=caller.role.value,
            key_id=caller.key_id,
            what=what,
            about=about,
            purpose=self.purpose,
            at=self.at,
            status=status,
        )
        try:
            self.log.record(read)
        except Exception as error:
            raise Problem("unavailable") from error


def visitor(keys: KeyPort, log: ReadLog, clock: Callable[[], datetime]) -> Callable[..., Visit]:
    """The dependency that turns a request into a visit, or answers 401."""

    def visit(
        request: Request,
        presented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        x_purpose: Annotated[
            str, Header(description="Why you look; UTF-8 percent-encoded. Authorities must say.")
        ] = "",
    ) -> Visit:
        now = clock()
        caller = keys.holder_of(presented.credentials, now) if presented else None
        if caller is None:
            raise Problem("unauthorized")
        return Visit(caller, unquote(x_purpose).strip()[:_LONGEST_PURPOSE], now, log)

    return visit
