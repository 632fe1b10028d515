"""Signing in on the command line: who acts is who gave a password, and nobody types who acts."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import output, run
from pipelines.cli.application import build

SECRET, OTHER = "the chain is never broken", "four eyes are two accounts"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two officers, and a user whose settings lie in a folder of their own."""
    monkeypatch.setenv("XINJI_CONFIG_FOLDER", str(tmp_path / "config"))
    for account, password in (("officer-1", SECRET), ("officer-2", OTHER)):
        monkeypatch.setenv("XINJI_PASSWORD", password)
        assert xinji(tmp_path, "account", "open", account, "--role", "officer") == output.DONE
    monkeypatch.delenv("XINJI_PASSWORD")
    return tmp_path


def xinji(home: Path, *words: str) -> int:
    return run(["--home", str(home), *words])


def login(home: Path, monkeypatch: pytest.MonkeyPatch, account: str, password: str, *more: str) -> int:
    with monkeypatch.context() as patch:
        patch.setenv("XINJI_PASSWORD", password)
        return xinji(home, "login", account, *more)


def releases(home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What somebody is told who lets a batch be used that is not there."""
    assert xinji(home, "batch", "release", "7", "--reason", "why not") != output.DONE
    return capsys.readouterr().err


def test_nothing_is_done_in_anybody_s_name_before_somebody_signs_in(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Nobody is signed in" in releases(home, capsys)
    assert login(home, monkeypatch, "officer-1", SECRET) == output.DONE
    assert "no batch 7" in releases(home, capsys), "the door is passed"
    assert xinji(home, "logout") == output.DONE
    assert "Nobody is signed in" in releases(home, capsys)


def test_a_wrong_password_signs_nobody_in(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert login(home, monkeypatch, "officer-1", OTHER) == output.WRONG_USAGE
    assert "Nobody is signed in" in releases(home, capsys)


def test_the_session_is_kept_for_this_user_alone_and_refused_where_others_could_read_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    login(home, monkeypatch, "officer-1", SECRET)
    (kept,) = (home / "config").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    kept.chmod(0o644)
    assert "Others can read the session" in releases(home, capsys)


def test_a_script_shows_a_session_of_its_own_and_a_forged_one_is_nobody_s(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert login(home, monkeypatch, "officer-2", OTHER, "--show") == output.DONE
    token = capsys.readouterr().out.strip()
    assert not (home / "config").exists(), "a session that is shown is not kept as well"
    monkeypatch.setenv("XINJI_SESSION", token)
    assert "no batch 7" in releases(home, capsys)
    monkeypatch.setenv("XINJI_SESSION", token[:-2] + "xx")
    assert "Nobody is signed in" in releases(home, capsys)


def test_an_account_whose_role_may_not_do_it_is_told_so(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XINJI_PASSWORD", SECRET)
    xinji(home, "account", "open", "bank-1", "--role", "bank")
    login(home, monkeypatch, "bank-1", SECRET)
    assert "role bank, which may not do this" in releases(home, capsys)


def test_without_a_terminal_the_password_comes_from_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert xinji(home, "login", "officer-1") == output.WRONG_USAGE
    assert "XINJI_PASSWORD_FILE" in capsys.readouterr().err
    (home / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("XINJI_PASSWORD_FILE", str(home / "secret"))
    assert xinji(home, "login", "officer-1") == output.DONE


def _options(command: Any, name: str) -> Iterator[tuple[str, str]]:
    for option in command.params:
        yield from ((name, flag) for flag in option.opts if flag.startswith("--"))
    for below, one in getattr(command, "commands", {}).items():
        yield from _options(one, f"{name} {below}")


def test_no_command_takes_who_acts_or_a_password_from_its_own_line() -> None:
    found = list(_options(build(), "xinji"))
    assert len(found) > 50
    typed = [one for one in found if one[1] in {"--account", "--as", "--by", "--user", "--officer", "--password"}]
    assert not typed
