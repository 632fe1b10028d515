"""What people send who mean harm: each is refused or made harmless, nothing of it comes back, and it leaves a trace."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from pipelines.delivery.addresses import RefusedAddressError, checked_address
from pipelines.settings import Settings
from pipelines.storage.accounts import issue_key, open_account, revoke_key
from pipelines.storage.ledger import entries, verify
from pipelines.wiring import Wiring

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
OWN, OTHER = "91652702MADEM0011Q", "91652701MADEM0011A"
HEAD = {
    "invt_no": "94922026I000000001", "direction": "import", "mode": "9610", "uscc": OWN, "customs_code": "9492",
    "declared_value": "100", "currency": "CNY", "declared_value_cny": "120", "declared_at": "2026-03-31 09:30:00",
}  # fmt: skip
LINE = {"invt_no": HEAD["invt_no"], "line_no": 1, "hs_code": "1905310000", "quantity": 1, "unit": "007", "price": 100,
        "line_total": 100}  # fmt: skip
NEVER = "/v1/enterprises/{}/grade"


@dataclass(frozen=True)
class House:
    client: TestClient
    wiring: Wiring
    keys: dict[str, str]

    def ask(self, method: str, path: str, key: str | None = "officer", **sent: Any) -> Any:
        headers = {"x-purpose": "check", **sent.pop("headers", {})}
        if key is not None:
            headers["authorization"] = f"Bearer {self.keys.get(key, key)}"
        return self.client.request(method, path, headers=headers, follow_redirects=False, **sent)

    def recorded(self, stream: Any = "reads") -> list[str]:
        with self.wiring.database.reading() as connection:
            assert verify(connection).holds
            return [entry.body for entry in entries(connection, stream)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole application over an empty home, with a key of an officer, of an enterprise and of a system."""
    wiring = Wiring(Settings(home=tmp_path_factory.mktemp("hostile") / "home", threads=1))
    keys = {}
    with wiring.database.transaction() as connection:
        for name, role, uscc in (
            ("officer", Role.OFFICER, None), ("shop", Role.ENTERPRISE, OWN), ("system", Role.SYSTEM, None),
        ):  # fmt: skip
            open_account(connection, name, role, NOW, uscc)
            keys[name] = issue_key(connection, name, NOW, NOW + timedelta(days=1))
        keys["revoked"] = issue_key(connection, "officer", NOW, NOW + timedelta(days=1))
        revoke_key(connection, keys["revoked"].split("_")[1], NOW)
        keys["expired"] = issue_key(connection, "officer", NOW - timedelta(days=2), NOW - timedelta(days=1))
        keys["forged"] = keys["officer"][:-4] + ("AAAA" if not keys["officer"].endswith("AAAA") else "BBBB")
    with TestClient(wiring.api(lambda: NOW), raise_server_exceptions=False) as client:
        yield House(client, wiring, keys)
    wiring.database.close()


def papers(**changes: Any) -> dict[str, Any]:
    return {"inventory": HEAD, "inventory_line": [{**LINE, "goods_name": "biscuits", **changes}]}


def deep(levels: int) -> bytes:
    return b'{"inventory": ' + b"[" * levels + b"]" * levels + b"}"


def slowly(size: int) -> Iterator[bytes]:
    """A body of unknown length, piece by piece."""
    yield b'{"inventory": {"uscc": "'
    for _ in range(size // 65_536):
        yield b"x" * 65_536


JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Attempt:
    name: str
    send: Callable[[House], Any]
    statuses: set[int]
    never_said: tuple[str, ...] = field(default=("root:", "Traceback", "sqlite", "/srv"))


def screen(key: str = "system", **sent: Any) -> Callable[[House], Any]:
    return lambda house: house.ask("POST", "/v1/screenings", key, **sent)


def look(path: str, key: str | None = "officer", **sent: Any) -> Callable[[House], Any]:
    return lambda house: house.ask("GET", path, key, **sent)


ATTEMPTS = [
    Attempt("a formula as goods", screen(json=papers(goods_name="=cmd|' /C calc'!A0")), {201}, ("=cmd",)),
    Attempt("NUL in a text", screen(json=papers(goods_name="a\x00b")), {201}, ("\\u0000",)),
    Attempt("marks of direction in a text", screen(json=papers(goods_name="\u202egpj.exe")), {201}, ("\u202e",)),
    Attempt("NUL in a code", screen(json={"inventory": {**HEAD, "uscc": OWN[:-1] + "\x00"}}), {422}),
    Attempt("NUL in an objection", lambda house: house.ask(
        "POST", f"/v1/enterprises/{OWN}/objections", "shop", json={"target": "grade", "reason": "a\x00"}), {422}),
    Attempt("marks of direction in an objection", lambda house: house.ask(
        "POST", f"/v1/enterprises/{OWN}/objections", "shop", json={"target": "grade", "reason": "\u202eno"}), {422}),
    Attempt("marks of direction in a withdrawal", lambda house: house.ask(
        "POST", f"/v1/enterprises/{OWN}/consents/c0c0c0c0c0c0/withdrawal", "shop",
        json={"reason": "\u202epaid"}), {422}),
    Attempt("NUL in a page mark", look("/v1/grades?date=2026-03-31&after=%00"), {422}),
    Attempt("a path out of the house", look(NEVER.format("..%2f..%2f..%2fetc%2fpasswd")), {404, 422, 303}),
    Attempt("a path out of the pages", look("/static/..%2f..%2f..%2fetc/passwd", None), {303, 404}),
    Attempt("a path in a period", look("/statistics/..%2f..%2fledger.db/bulletin.json", None), {303, 404}),
    Attempt("two megabytes", screen(content=b"[" + b"0," * 1_000_000 + b"0]", headers=JSON), {413}),
    Attempt("two megabytes, length untold", screen(content=slowly(2_000_000), headers=JSON), {413}),
    Attempt("a length that is a lie", screen(content=b"{}", headers={**JSON, "content-length": "9" * 20}), {413}),
    Attempt("a packed bomb", screen(
        content=gzip.compress(b"0" * 50_000_000), headers={**JSON, "content-encoding": "gzip"}), {422}),
    Attempt("brackets without end", screen(content=deep(200_000), headers=JSON), {413}),
    Attempt("brackets a reader would still go down", screen(content=deep(900), headers=JSON), {413}),
    Attempt("a number of five thousand digits", screen(
        content=json.dumps(papers()).replace('"price": 100', f'"price": {"9" * 5000}').encode(), headers=JSON), {422}),
    Attempt("a number out of reach", screen(
        content=json.dumps(papers()).replace('"price": 100', '"price": 1e400').encode(), headers=JSON), {422}),
    Attempt("a number that is none", screen(
        content=json.dumps(papers()).replace('"price": 100', '"price": NaN').encode(), headers=JSON), {422}),
    Attempt("a million lines", screen(json={"inventory": HEAD, "inventory_line": [{}] * 100}), {422}),
    Attempt("half a character", screen(content=b'{"inventory": {"uscc": "\xff"}}', headers=JSON), {422}),
    Attempt("lines in a header", look(NEVER.format(OWN), headers={"x-purpose": "a%0d%0aSet-Cookie:%20x=1"}), {404}),
    Attempt("marks of direction in a header", look(NEVER.format(OWN), headers={"x-purpose": "%E2%80%AEcba"}), {404}),
    Attempt("a forged key", look(NEVER.format(OWN), "forged"), {401}),
    Attempt("a key that was taken back", look(NEVER.format(OWN), "revoked"), {401}),
    Attempt("a key that has ended", look(NEVER.format(OWN), "expired"), {401}),
    Attempt("a token that says itself who it is", look(
        NEVER.format(OWN), "eyJhbGciOiJub25lIn0.eyJyb2xlIjoib2ZmaWNlciJ9."), {401}),
    Attempt("a session in place of a key", look(NEVER.format(OWN), f"session_{'0' * 16}_{'A' * 43}"), {401}),
    Attempt("SQL in a key", look(NEVER.format(OWN), f"xinji_{'0' * 16}_' OR 1=1 --"), {401}),
    Attempt("another enterprise", look(NEVER.format(OTHER), "shop"), {403}),
    Attempt("an enterprise at the barrier", screen("shop", json=papers()), {403}),
    Attempt("a bank's door without consent", look(NEVER.format(OWN), "system"), {403}),
]  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda one: one.name)
def test_what_is_meant_to_harm_is_refused_or_made_harmless_and_leaves_a_trace(
    house: House, attempt: Attempt, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(house.recorded())
    with caplog.at_level(logging.WARNING, logger="xinji.api"):
        answer = attempt.send(house)
    assert answer.status_code in attempt.statuses, answer.text
    assert "set-cookie" not in answer.headers
    for text in attempt.never_said:
        assert text not in answer.text
    noted = [one.getMessage() for one in caplog.records if one.name == "xinji.api"]
    after = house.recorded()
    if answer.status_code not in (401, 303) and "path" not in attempt.name:
        assert len(after) > before or noted, "it is on record, or in the log"
    for line in [*after, *noted]:
        assert "\n" not in line
        assert not any(mark in line for mark in ("\x00", "\u202e", "\\u0000"))
    assert not any("=cmd" in body for body in house.recorded("screenings"))


@pytest.mark.parametrize("address", ["169.254.169.254", "127.0.0.1", "0x7f000001", "[::1]", "localhost"])
def test_no_delivery_goes_to_an_address_inside(address: str) -> None:
    with pytest.raises(RefusedAddressError):
        checked_address(address.strip("[]"), 80, allow_private=False)


def test_a_landing_file_that_unpacks_to_fill_a_disk_is_refused_by_its_name(tmp_path: Path) -> None:
    from expectations.intake.landing import land_text

    bomb, work = tmp_path / "order.csv.gz", tmp_path / "work"
    work.mkdir()
    bomb.write_bytes(gzip.compress(b"0" * 60_000_000))
    landed = land_text(bomb, work)
    assert landed.notices[0].code == "packed_too_densely"
    assert landed.path.stat().st_size == 0
