"""One business date through every room: decided once, provable, and the same after a kill at any moment."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from expectations.vocabulary.role import Role
from pipelines.settings import Settings
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.listing import risk_list
from pipelines.steps.publishing import write_reports
from pipelines.steps.replaying import replay
from pipelines.steps.second_opinion import anomalies_of, write_second_opinion
from pipelines.storage import accounts, decisions, ledger, outbox
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

ROOT = Path(__file__).parents[2]
KILLED_AT = (
    "pipelines.steps.daily.judge_day",
    "pipelines.steps.daily.store_vectors",
    "pipelines.storage.decisions.commit._write_alerts",
    "pipelines.storage.outbox.add",
    "pipelines.storage.decisions.commit.anchor",
    "pipelines.steps.publishing.render_page",
)
"""Right before each of these is called, the run is killed."""


def run_whole(home: Home) -> daily.DaySummary:
    """The day, its documents, and the second opinion on it."""
    summary = daily.run_day(home, Day.of(LAST_DAY))
    write_reports(home, LAST_DAY)
    write_second_opinion(home, LAST_DAY)
    return summary


def state_of(path: Path) -> dict[str, str]:
    """What the home holds: every table's rows, and the digest of every file that is not the database."""
    home = home_at(path)
    with home.database.reading() as connection:
        tables = ("ledger_entry", "run", "decision", "alert", "outbox_message")
        found = {
            name: hashlib.sha256(repr(sorted(map(repr, connection.execute(text(f"select * from {name}"))))).encode())
            for name in tables
        }
    home.database.close()
    state = {name: digest.hexdigest() for name, digest in found.items()}
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.name.startswith("ledger.db") and "spill" not in file.parts:
            state[str(file.relative_to(path))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return state


def test_a_day_grades_everybody_and_leaves_a_ledger_that_holds(fresh_home: Callable[[str], Path]) -> None:
    home = home_at(fresh_home("home"))
    summary = run_whole(home)
    with home.database.reading() as connection:
        records = list(decisions.decisions_of(connection, LAST_DAY))
        assert ledger.verify(connection).holds
        waiting = outbox.counts(connection)["pending"]
    assert len(records) == 60 == sum(summary.grades.values())
    assert waiting == summary.messages > 0
    assert {record["status"] for record in records} <= {"normal", "provisional", "inactive"}
    assert all(len(record["reasons"]) <= 4 for record in records)
    official = [record for record in records if record["grade"] == "D"]
    assert all(record["inputs"]["facts"] for record in official)
    assert len(risk_list(home, LAST_DAY).rows) <= 60


def test_the_same_day_again_changes_no_byte(fresh_home: Callable[[str], Path]) -> None:
    path = fresh_home("home")
    assert run_whole(home_at(path)).is_new
    before = state_of(path)
    assert not run_whole(home_at(path)).is_new
    assert state_of(path) == before


def test_the_second_opinion_ranks_everybody_and_touches_nothing_that_was_decided(
    fresh_home: Callable[[str], Path],
) -> None:
    path = fresh_home("home")
    daily.run_day(home_at(path), Day.of(LAST_DAY))
    before = state_of(path)
    told = anomalies_of(home_at(path), LAST_DAY, most=5)
    after = state_of(path)
    (made,) = set(after) - set(before)
    assert made.startswith("lake/anomalies/")
    assert {name: after[name] for name in before} == before
    assert (told["compared"], [one["rank"] for one in told["anomalies"]]) == (60, [1, 2, 3, 4, 5])
    assert all(one["oddities"] and one["against_past"] is None for one in told["anomalies"])


def test_two_homes_with_the_same_files_decide_to_the_same_byte(fresh_home: Callable[[str], Path]) -> None:
    first, second = fresh_home("first"), fresh_home("second")
    run_whole(home_at(first))
    run_whole(home_at(second))
    assert state_of(first) == state_of(second)


def test_every_decision_of_a_day_can_be_made_again(fresh_home: Callable[[str], Path]) -> None:
    home = home_at(fresh_home("home"))
    run_whole(home)
    with home.database.reading() as connection:
        ids = [record["decision_id"] for record in decisions.decisions_of(connection, LAST_DAY)]
    assert [one for one in ids if not replay(home, one).holds] == []


def test_a_decision_whose_record_was_altered_does_not_replay(fresh_home: Callable[[str], Path]) -> None:
    home = home_at(fresh_home("home"))
    run_whole(home)
    (vectors,) = home.feature_vectors.iterdir()
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"x")
    with home.database.reading() as connection:
        record = next(decisions.decisions_of(connection, LAST_DAY))
    outcome = replay(home, record["decision_id"])
    assert not outcome.holds
    assert "altered" in outcome.checks[0].says


def test_every_decision_of_a_day_can_be_asked_for_over_http(fresh_home: Callable[[str], Path]) -> None:
    path = fresh_home("home")
    run_whole(home_at(path))
    wiring = Wiring(Settings(home=path, threads=2))
    with wiring.database.reading() as connection:
        codes = [record["uscc"] for record in decisions.decisions_of(connection, LAST_DAY)]
    with wiring.database.transaction() as connection:
        until = TAKEN_AT + timedelta(days=1)
        accounts.open_account(connection, "office-7", Role.REGULATOR, TAKEN_AT)
        accounts.open_account(connection, "firm-1", Role.ENTERPRISE, TAKEN_AT, codes[0])
        office = accounts.issue_key(connection, "office-7", TAKEN_AT, until)
        firm = accounts.issue_key(connection, "firm-1", TAKEN_AT, until)
    with TestClient(wiring.api(lambda: TAKEN_AT)) as client:

        def ask(key: str, uscc: str) -> Any:
            return client.get(
                f"/v1/enterprises/{uscc}/grade", headers={"Authorization": f"Bearer {key}", "X-Purpose": "audit"}
            )

        assert {ask(office, uscc).status_code for uscc in codes} == {200}
        own = ask(firm, codes[0])
        assert own.status_code == 200
        assert "rules" not in own.json()
        assert ask(firm, codes[1]).status_code == 403


@pytest.mark.timeout(240)
@pytest.mark.parametrize("place", KILLED_AT)
def test_a_run_killed_before_a_step_ends_like_one_that_was_not(
    place: str, fresh_home: Callable[[str], Path], uninterrupted: dict[str, str]
) -> None:
    path = fresh_home("home")
    child = subprocess.run(
        [sys.executable, "-m", "tests.journeys.test_day", str(path), place], cwd=ROOT, capture_output=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    run_whole(home_at(path))
    assert state_of(path) == uninterrupted


@pytest.fixture(scope="session")
def uninterrupted(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The state of a home whose run nothing disturbed."""
    path = Path(shutil.copytree(taken, tmp_path_factory.mktemp("uninterrupted") / "home"))
    run_whole(home_at(path))
    return state_of(path)


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _run_and_die(path: Path, place: str) -> None:
    """In a process of its own: run the day, and be killed where the place is reached."""
    module, name = place.rsplit(".", 1)
    setattr(import_module(module), name, _die)
    if name == "render_page":
        import_module(module)._RENDERERS[".html"] = _die
    run_whole(home_at(path))


if __name__ == "__main__":
    _run_and_die(Path(sys.argv[1]), sys.argv[2])
