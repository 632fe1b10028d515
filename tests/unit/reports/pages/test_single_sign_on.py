"""Signing in by a real provider in a process of its own: who comes in, and every way in which an answer may lie."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from expectations.vocabulary.role import Role
from pipelines.settings import Settings
from pipelines.storage.accounts import find_account, open_account
from pipelines.storage.ledger import entries
from pipelines.wiring import Wiring
from tests.worlds.provider import CLIENT, SECRET

REPOSITORY = Path(__file__).resolve().parents[4]
BACK = "http://testserver/sign-in/provider/answer"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "tests.worlds.provider", str(port)], cwd=REPOSITORY)
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/keys").raise_for_status()
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture
def wiring(issuer: str, tmp_path: Path) -> Iterator[Wiring]:
    """A home whose people sign in by the provider."""
    settings = Settings(
        home=tmp_path / "home", oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET),
        oidc_redirect_uri=BACK, oidc_roles={"risk": "officer", "shops": "enterprise", "watch": "auditor"},
    )  # fmt: skip
    made = Wiring(settings)
    yield made
    made.database.close()


@pytest.fixture
def browser(wiring: Wiring) -> Iterator[TestClient]:
    with TestClient(wiring.api(lambda: datetime.now(UTC)), follow_redirects=False) as client:
        yield client


def asked_back(browser: TestClient, hint: str) -> str:
    """The way to the provider and back, up to the address that the browser is sent to."""
    begun = browser.get("/sign-in/provider")
    assert begun.status_code == 303
    at_provider = httpx.get(f"{begun.headers['location']}&login_hint={hint}")
    return at_provider.headers["location"].removeprefix("http://testserver")


def test_somebody_whose_role_is_known_comes_in_and_is_on_record(browser: TestClient, wiring: Wiring) -> None:
    assert "/sign-in/provider" in browser.get("/sign-in").text
    entered = browser.get(asked_back(browser, "li.hua:nothing,risk:"))
    assert entered.status_code == 200, entered.text
    assert "samesite=strict" in entered.headers["set-cookie"].lower()
    assert browser.get("/").headers["location"] != "/sign-in"
    with wiring.database.reading() as connection:
        account = find_account(connection, "li.hua")
        opened = [json.loads(one.body) for one in entries(connection, "judgements", subject="account li.hua")]
    assert account is not None
    assert account.role is Role.OFFICER
    assert opened[0]["provider"] == wiring.settings.oidc_issuer
    assert browser.get(asked_back(browser, "li.hua:risk:")).status_code == 200, "the same account again"


def test_the_attempt_is_bound_to_the_browser_by_state_nonce_and_challenge(browser: TestClient) -> None:
    begun = browser.get("/sign-in/provider")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    state, nonce, verifier = browser.cookies["xinji_attempt"].split(".")
    assert (asked["state"], asked["nonce"], asked["code_challenge_method"]) == (state, nonce, "S256")
    assert verifier not in begun.headers["location"]
    assert "httponly" in begun.headers["set-cookie"].lower()


@pytest.mark.parametrize("lie", ["issuer", "audience", "nonce", "ended", "key", "secret", "none"])
def test_a_token_that_lies_opens_nothing(browser: TestClient, wiring: Wiring, lie: str) -> None:
    refused = browser.get(asked_back(browser, f"li.hua:risk:{lie}"))
    assert refused.status_code == 401
    assert "xinji_session" not in browser.cookies
    with wiring.database.reading() as connection:
        assert find_account(connection, "li.hua") is None


@pytest.mark.parametrize("hint", ["li.hua:cooks:", "shop:shops:", "::", "Wang Fang!:risk:"])
def test_who_has_no_role_here_or_no_name_that_fits_stays_outside(browser: TestClient, hint: str) -> None:
    assert browser.get(asked_back(browser, hint)).status_code == 401


def test_a_code_is_taken_once_and_by_the_browser_that_began(browser: TestClient, wiring: Wiring) -> None:
    back = asked_back(browser, "li.hua:risk:")
    with TestClient(wiring.api(lambda: datetime.now(UTC)), follow_redirects=False) as another:
        assert another.get(back).status_code == 401, "it carries nothing"
    carried = browser.cookies["xinji_attempt"]
    assert browser.get(back.replace("state=", "state=x")).status_code == 401
    browser.cookies.set("xinji_attempt", carried, path="/sign-in/provider/answer")
    assert browser.get(back).status_code == 200
    browser.cookies.set("xinji_attempt", carried, path="/sign-in/provider/answer")
    assert browser.get(back).status_code == 401, "the code was taken"


def test_an_account_keeps_the_role_that_it_has_here(browser: TestClient, wiring: Wiring) -> None:
    with wiring.database.transaction() as connection:
        open_account(connection, "li.hua", Role.OPERATOR, datetime.now(UTC))
    assert browser.get(asked_back(browser, "li.hua:risk:")).status_code == 401
