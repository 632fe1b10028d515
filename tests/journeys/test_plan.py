"""The inspection plan of a real day: the seed first, one plan a day, everybody's probability on record."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from expectations.errors import ConflictError, IntegrityError, NotFoundError
from pipelines.cli import main
from pipelines.steps.home import Home
from pipelines.steps.planning import commit_seed, make_plan, plan_of, probabilities_of
from pipelines.storage import ledger
from reports.inspection.capacity import Capacity
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

CAPACITY = Capacity.model_validate(
    {"random_share": 0.2, "offices": {"customs": {"slots": 15}, "tax": {"slots": 5}, "commerce": {"slots": 0}}}
)


@pytest.fixture
def home(two_days: Path, tmp_path: Path) -> Home:
    return home_at(Path(shutil.copytree(two_days, tmp_path / "home")))


def test_a_plan_uses_every_slot_and_keeps_everybodys_probability(home: Home) -> None:
    commit_seed(home.database, LAST_DAY, "a" * 64, TAKEN_AT)
    plan = make_plan(home, LAST_DAY, CAPACITY, TAKEN_AT)
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
    assert commit_seed(home.database, LAST_DAY, "a" * 64, TAKEN_AT) == "a" * 64
    assert commit_seed(home.database, LAST_DAY, "b" * 64, TAKEN_AT) == "a" * 64
    plan = make_plan(home, LAST_DAY, CAPACITY, TAKEN_AT)
    assert make_plan(home, LAST_DAY, CAPACITY, TAKEN_AT) == plan == plan_of(home.database, LAST_DAY)
    with pytest.raises(ConflictError):
        make_plan(home, LAST_DAY, CAPACITY.model_copy(update={"random_share": 0.3}), TAKEN_AT)
    with home.database.reading() as connection:
        kinds = [one.kind for one in ledger.entries(connection, "judgements", subject=LAST_DAY.isoformat())]
        assert kinds == ["plan.seed", "plan"]
        assert ledger.verify(connection).holds


def test_nothing_is_planned_without_a_run_or_without_a_seed(home: Home) -> None:
    with pytest.raises(NotFoundError, match="seed"):
        make_plan(home, LAST_DAY, CAPACITY, TAKEN_AT)
    with pytest.raises(NotFoundError, match="no run"):
        make_plan(home, date(2026, 1, 1), CAPACITY, TAKEN_AT)


def test_probabilities_that_were_altered_are_refused(home: Home) -> None:
    commit_seed(home.database, LAST_DAY, "a" * 64, TAKEN_AT)
    plan = make_plan(home, LAST_DAY, CAPACITY, TAKEN_AT)
    path = home.path / plan["probabilities"]["path"]
    path.write_text(path.read_text().replace("0.", "1.", 1))
    with pytest.raises(IntegrityError):
        probabilities_of(home, plan)


def test_the_command_plans_and_a_wrong_file_says_what_is_wrong(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
