"""An official's path: a change is tried on history, proposed, approved by another, and holds from its first day on."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.moment import ZONE
from expectations.vocabulary.role import Role
from models.policy.book import PolicyBook
from models.policy.change import read_change, with_change
from pipelines.settings import Settings
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.people import Desk
from pipelines.steps.replaying import replay
from pipelines.steps.what_if import what_if
from pipelines.storage import accounts, decisions
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

FIRST = LAST_DAY - timedelta(days=1)

CHANGE = """
title: { zh: "等级线下调", en: "Lower borders of grades" }
legal_basis:
  - { document: "试点规则", article: "第五条", link: "docs: 试点规则" }
values:
  scale/grades:
    anchor: 700
    points_to_double: 60
    top: 1000
    p_margin: 0.000001
    grades: { AAA: 900, AA: 800, A: 660, B: 560, C: 400, D: 0 }
cases:
  - case: With 660 points an enterprise is an A
    given: { day: 2027-02-01, score: 660 }
    expect: { grade: A }
  - case: With 659 points it is a B
    given: { day: 2027-02-01, score: 659 }
    expect: { grade: B }
"""


@pytest.fixture(scope="session")
def two_days(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two days behind it. Copy it, never write to it."""
    home = home_at(made := Path(shutil.copytree(taken, tmp_path_factory.mktemp("two") / "home")))
    with home.database.transaction() as connection:
        for name in ("officer-1", "officer-2"):
            accounts.open_account(connection, name, Role.OFFICER, TAKEN_AT)
    for day in (FIRST, LAST_DAY):
        run_day(home, Day.of(day))
    (made / "change.yml").write_text(CHANGE, encoding="utf-8")
    home.database.close()
    return made


@pytest.fixture
def path(two_days: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return Path(shutil.copytree(two_days, tmp_path / "home"))


def test_a_change_is_tried_proposed_approved_and_holds_from_its_day_on(path: Path) -> None:
    home, change = home_at(path), read_change(path / "change.yml")
    found = what_if(home, change, FIRST, LAST_DAY)
    assert found.days == 2
    assert found.crossings, "some enterprise has 560 to 599 or 660 to 699 points"
    assert sum(number for before, after, number in found.matrix if before != after) == len(found.crossings)
    assert sum(number for _, _, number in found.matrix) == 60
    assert found.inspections["after"]["at_base_rate"] < found.inspections["before"]["at_base_rate"]
    for groups in found.movers.values():
        assert sum(cell["rise"] for cell in groups.values()) == len(found.crossings)
    assert set(found.movers["mode"]) - {"none"}, "each moved enterprise stands under the mode it trades in"

    morning = datetime(2026, 11, 24, 9, tzinfo=ZONE)
    desk = Desk(home.database, home.policies, morning)
    effective = date(2027, 1, 1)
    with pytest.raises(UsageError, match="never changes the past"):
        desk.propose_policy(change, LAST_DAY, "officer-1", "the pilot rules changed")
    proposed = desk.propose_policy(change, effective, "officer-1", "the pilot rules changed")
    wired = Wiring(Settings(home=path, threads=2))
    assert wired.policies.in_force(effective).digest == PolicyBook.load().in_force(effective).digest
    with pytest.raises(ConflictError, match="four eyes"):
        desk.approve_policy(proposed.id, "officer-1", "mine")
    desk.approve_policy(proposed.id, "officer-2", "read and agreed")

    wired = Wiring(Settings(home=path, threads=2))
    assert wired.policies.in_force(effective).scale.grade_of(660) == "A"
    assert wired.policies.in_force(LAST_DAY).digest == home.policies.in_force(LAST_DAY).digest
    with home.database.reading() as connection:
        ids = [one["decision_id"] for one in decisions.decisions_of(connection, LAST_DAY)][:10]
    assert all(replay(wired.home, one).checks[-1].holds for one in ids)


def test_history_without_a_change_is_the_history_there_is(path: Path) -> None:
    home, change = home_at(path), read_change(path / "change.yml")
    same = home.policies.rules["scale/grades"].values
    value = next(iter(same.values())).model_dump(mode="json")
    found = what_if(home, change.model_copy(update={"values": {"scale/grades": value}}), FIRST, LAST_DAY)
    assert found.crossings == ()
    assert found.decisions == 120
    assert found.decisions_changed == 0
    assert found.inspections["before"] == found.inspections["after"]


def test_a_pattern_that_stays_over_its_threshold_is_counted_as_one_alert(path: Path) -> None:
    home, change = home_at(path), read_change(path / "change.yml")
    value = home.policies.rules["typologies/R06"].values[date(2000, 1, 1)].model_dump(mode="json")
    value["parameters"] |= {"threshold": 0.001, "n_min": 5}
    found = what_if(home, change.model_copy(update={"values": {"typologies/R06": value}}), FIRST, LAST_DAY)
    with home.database.reading() as connection:
        alerts = [one for day in (FIRST, LAST_DAY) for one in decisions.open_alerts(connection, day)]
    assert found.episodes["R06"]["before"] == len({one["alert_id"] for one in alerts if one["rule"] == "R06"})
    over, opened = found.hits["R06"]["after"], found.episodes["R06"]["after"]
    assert over > found.hits["R06"]["before"]
    assert found.episodes["R06"]["before"] < opened < over


def test_a_decision_is_made_again_although_the_packaged_policy_was_edited_since(path: Path) -> None:
    home, change = home_at(path), read_change(path / "change.yml")
    edited = with_change(PolicyBook.load(), change, date(2026, 6, 1))  # as if a newer release had other borders
    other = Wiring(Settings(home=path, threads=2))
    other.__dict__["policies"] = edited
    assert edited.in_force(LAST_DAY).digest != home.policies.in_force(LAST_DAY).digest
    with home.database.reading() as connection:
        ids = [one["decision_id"] for one in decisions.decisions_of(connection, LAST_DAY)]
    held = [replay(other.home, one).checks[-1].holds for one in ids[:10]]
    assert all(held)
    for kept in (path / "policy").iterdir():
        kept.unlink()
    assert not replay(other.home, ids[0]).checks[-1].holds
