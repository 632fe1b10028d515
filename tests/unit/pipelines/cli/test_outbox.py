"""A dead letter from the command line: seen, given to somebody, sent again or let go, each as whoever is signed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import run
from pipelines.settings import Settings
from pipelines.storage.outbox import NewMessage, add
from pipelines.wiring import Wiring

NOW = datetime(2026, 4, 1, tzinfo=UTC)
USCC = "91652702MADEM0011Q"
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Gives one command to a home with two dead letters; returns its exit code and all it said."""
    monkeypatch.setenv("XINJI_CONFIG_FOLDER", str(tmp_path / "config"))
    monkeypatch.setenv("XINJI_PASSWORD", "the chain is never broken")
    home = Wiring(Settings(home=tmp_path / "home"))
    with home.database.transaction() as connection:
        add(connection, [NewMessage("cn.xinji.x.v1", USCC, "/t", NOW, {"n": n}) for n in (1, 2)])
    for message in home.outbox.due(NOW, 1):
        home.outbox.mark_dead(message.message_id, NOW, "HTTP 422")

    def command(*words: str) -> tuple[int, str]:
        code = run(["--home", str(tmp_path / "home"), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return command


def dead(say: Say) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(say("--json", "outbox", "dead")[1])["dead_letters"]
    return found


def test_a_dead_letter_is_seen_assigned_sent_again_and_let_go(say: Say) -> None:
    (letter,) = dead(say)
    assert (letter["reason"], letter["owner"], letter["waiting_behind"]) == ("HTTP 422", None, 1)
    name = letter["message_id"][:8]
    assert "Nobody is signed in" in say("outbox", "resend", name, "--reason", "mended")[1]
    say("account", "open", "operator-1", "--role", "operator")
    say("login", "operator-1")
    assert "operator-1 answers for" in say("outbox", "assign", name, "--to", "operator-1", "--reason", "mine")[1]
    assert dead(say)[0]["owner"] == "operator-1"
    assert "before what it held (1)" in say("outbox", "resend", name, "--reason", "mended")[1]
    assert "There is no dead letter." in say("outbox", "dead")[1]
    assert "No dead letter has the id" in say("outbox", "give-up", name, "--reason", "x")[1]


def test_the_receiver_is_said_to_see_a_gap(say: Say) -> None:
    say("account", "open", "operator-1", "--role", "operator")
    say("login", "operator-1")
    code, told = say("outbox", "give-up", dead(say)[0]["message_id"], "--reason", "told by telephone")
    assert code == 0
    assert f"number 1 about {USCC} is missing" in told
    assert "given_up 1" in say("outbox", "list")[1]


def test_a_home_is_backed_up_and_restored_by_two_commands(say: Say, tmp_path: Path) -> None:
    code, told = say("backup", "--to", str(tmp_path / "backup"))
    assert (code, "Not in it:" in told) == (0, True)
    assert say("--home", str(tmp_path / "new"), "restore", str(tmp_path / "backup"))[0] == 0
    assert say("--home", str(tmp_path / "new"), "verify")[0] == 0
