"""A home of which two days were run, served to somebody at a browser."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import httpx
from fastapi.testclient import TestClient
from pydantic import SecretStr

from expectations.vocabulary.role import Role
from pipelines.settings import Settings
from pipelines.steps.home import nobody
from pipelines.storage import accounts, decisions, passwords
from pipelines.wiring import Wiring
from reports.api.app import Application
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at
from tests.worlds.memory_registry import MemoryRegistry

PASSWORD = "correct horse battery staple"
NOW = TAKEN_AT + timedelta(hours=9)


@dataclass
class House:
    """A home of which two days were run, its pages, and the clock they read."""

    path: Path
    codes: list[str]
    now: datetime = NOW
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)

    @cached_property
    def wiring(self) -> Wiring:
        wired = Wiring(
            Settings(home=self.path, threads=2, certificate_key=SecretStr("ab" * 32), page_patience_seconds=60)
        )
        scored = home_at(self.path)
        wired.__dict__["registry"] = self.registry
        wired.__dict__["home"] = replace(
            wired.home, champion=scored.champion, model_of=scored.model_of, challenger=nobody
        )
        return wired

    @cached_property
    def pages(self) -> Application:
        return self.wiring.api(lambda: self.now)


def served_home(two_days: Path, path: Path) -> House:
    """A copy of a home that decided about two days, with an account for every role."""
    shutil.copytree(two_days, path)
    home = home_at(path)
    with home.database.transaction() as connection:
        records = list(decisions.decisions_of(connection, LAST_DAY))
        suspected = {one["uscc"] for one in decisions.open_alerts(connection, LAST_DAY)}
        graded = [
            one["uscc"]
            for one in records
            if one["grade"] in {"A", "B"} and one["status"] == "normal" and one["uscc"] not in suspected
        ]
        for role in Role:
            uscc = graded[0] if role is Role.ENTERPRISE else None
            account = accounts.open_account(connection, f"{role.value.replace('_', '-')}-1", role, TAKEN_AT, uscc)
            passwords.set_password(connection, account.account_id, PASSWORD, TAKEN_AT)
    home.database.close()
    return House(path, graded)


def sign_in(browser: TestClient, role: Role, purpose: str = "daily check") -> None:
    answer = browser.post("/sign-in", data={"account": f"{role.value.replace('_', '-')}-1", "password": PASSWORD})
    assert answer.status_code in {200, 403}, answer.text
    if role.is_authority:
        send(browser, "/purpose", "/purpose", purpose=purpose)


def send(browser: TestClient, page: str, address: str, **fields: str) -> httpx.Response:
    """Fill the form of a page and send it, with the token that the page holds."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', browser.get(page).text)
    assert found
    answer: httpx.Response = browser.post(address, data={**fields, "form_token": found[1]})
    return answer
