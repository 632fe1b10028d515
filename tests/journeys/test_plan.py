"""The inspection plan of a real day: the seed first, one plan a day, everybody's probability on record."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.errors import ConflictError, IntegrityError, NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.cli import main
from pipelines.steps.account_office import AccountOffice
from pipelines.steps.home import Home
from pipelines.steps.planning import commit_seed, make_plan, plan_of, probabilities_of
from pipelines.steps.sign_in import SignIn
from pipelines.storage import ledger
from pipelines.storage.passwords import Lockout
from reports.inspection.capacity import Capacity
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

SECRET = "random checks are labelled random"
CAPACITY = Capacity.model_validate(
    {"random_share": 0.2, "offices": {"customs": {"slots": 15}, "tax": {"slots": 5}, "commerce": {"slots": 0}}}
)


@pytest.fixture
def home(two_days: Path, tmp_path: Path) -> Home:
    made = home_at(Path(shutil.copytree(two_days, tmp_path / "home")))
    office = AccountOffice(made.database, None, TAKEN_AT)
    office.open("officer-1", Role.OFFICER, password=SECRET)
    office.open("auditor-1", Role.AUDITOR)
    return made


def test_a_plan_uses_every_slot_and_keeps_everybodys_probability(home: Home) -> None:
    commit_seed(home.database, LAST_DAY, "a" * 64, "officer-1", TAKEN_AT)
    plan = make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT)
    chosen = {office: one["chosen"] for office, one in plan["offices"].items()}
    assert {office: len(rows) for office, rows in chosen.items()} == {"commerce": 0, "customs": 15, "tax": 5}
    assert {row["why"] for row in chosen["customs"]} == {"law", "random", "value"}
    assert {row["why"] for row in chosen["tax"]} == {"random", "value"}
    assert all(row["is_random"] == (row["why"] == "random") for rows in chosen.values() for row in rows)
    kept = probabilities_of(home, plan)
    for office, slots in (("customs", 15), ("tax", 5), ("commerce", 0)):
        own = [one for one in kept if one["office"] == office]
        assert sum(one["selection_probability"] for one in own) == pytest.approx(slots, abs=1e-6)
        assert slots == 0 or all(one["random_probability"] > 0 for one in own)


def test_a_day_has_one_seed_and_one_plan(home: Home) -> None:
    assert commit_seed(home.database, LAST_DAY, "a" * 64, "officer-1", TAKEN_AT) == "a" * 64
    assert commit_seed(home.database, LAST_DAY, "b" * 64, "officer-1", TAKEN_AT) == "a" * 64
    plan = make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT)
    assert make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT) == plan == plan_of(home.database, LAST_DAY)
    with pytest.raises(ConflictError):
        make_plan(home, LAST_DAY, CAPACITY.model_copy(update={"random_share": 0.3}), "officer-1", TAKEN_AT)
    with home.database.reading() as connection:
        kinds = [one.kind for one in ledger.entries(connection, "judgements", subject=LAST_DAY.isoformat())]
        assert kinds == ["plan.seed", "plan"]
        bodies = [one.body for one in ledger.entries(connection, "judgements", subject=LAST_DAY.isoformat())]
        assert {json.loads(body)["account"] for body in bodies} == {"officer-1"}
        assert ledger.verify(connection).holds


def test_nothing_is_planned_without_a_run_or_without_a_seed(home: Home) -> None:
    with pytest.raises(NotFoundError, match="seed"):
        make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT)
    with pytest.raises(NotFoundError, match="no run"):
        make_plan(home, date(2026, 1, 1), CAPACITY, "officer-1", TAKEN_AT)


def test_an_account_that_may_not_plan_puts_nothing_on_record(home: Home) -> None:
    with pytest.raises(UsageError, match="auditor-1"):
        commit_seed(home.database, LAST_DAY, "a" * 64, "auditor-1", TAKEN_AT)
    commit_seed(home.database, LAST_DAY, "a" * 64, "officer-1", TAKEN_AT)
    with pytest.raises(UsageError, match="nobody"):
        make_plan(home, LAST_DAY, CAPACITY, "nobody", TAKEN_AT)
    assert plan_of(home.database, LAST_DAY) is None


def test_probabilities_that_were_altered_are_refused(home: Home) -> None:
    commit_seed(home.database, LAST_DAY, "a" * 64, "officer-1", TAKEN_AT)
    plan = make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT)
    path = home.path / plan["probabilities"]["path"]
    path.write_text(path.read_text().replace("0.", "1.", 1))
    with pytest.raises(IntegrityError):
        probabilities_of(home, plan)


def test_the_command_plans_and_a_wrong_file_says_what_is_wrong(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    door = SignIn(home.database, Lockout(5, timedelta(minutes=15)), timedelta(hours=8))
    monkeypatch.setenv("XINJI_SESSION", door.enter("officer-1", SECRET, datetime.now(UTC)).token)
    file = tmp_path / "capacity.yml"
    command = ["--home", str(home.path), "plan", "--date", LAST_DAY.isoformat(), "--capacity", str(file), "--json"]
    file.write_text("offices: {customs: {slots: 3}}\n")
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert "random_share" in capsys.readouterr().out
    file.write_text("{random_share: 0.1, offices: {customs: {slots: 3}}}\n")
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0
    assert len(json.loads(capsys.readouterr().out)["offices"]["customs"]["chosen"]) == 3
