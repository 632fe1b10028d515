"""The list of a day as it goes out: what differs and why, whole by its manifest, and what happens without a run."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from models.policy.book import PolicyBook
from models.scorecard.reading import expert_scorecard
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.home import Champion, Home
from pipelines.steps.listing import risk_list
from pipelines.steps.publishing import list_faults, write_reports
from pipelines.steps.standing_in import place_list
from pipelines.storage import decisions
from pipelines.storage.ledger import AnchorSigner, trusted_keys
from reports.risklist.rows import Cause, RiskList
from tests.worlds.day_home import BEFORE, LAST_DAY, home_at

AFTER = LAST_DAY + timedelta(days=1)


class Pessimist:
    """A model that finds everybody as likely to fail as not."""

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scorer, name)

    @property
    def digest(self) -> str:
        return "f" * 64

    def probabilities(self, frame: Any) -> Any:
        return np.full(len(frame), 0.5)

    def explained(self, frame: Any) -> Any:
        margins, contributions = self._scorer.explained(frame)
        return np.zeros_like(margins), contributions


def moved(found: RiskList) -> dict[str, tuple[Cause, ...]]:
    """Why grades moved, by enterprise."""
    told = {row.uscc: row.difference for row in found.rows if row.difference}
    told |= {one.uscc: one.difference for one in found.gone}
    return {
        uscc: change.causes
        for uscc, difference in told.items()
        for change in difference.changes
        if change.en.startswith("grade ")
    }


def test_the_second_list_says_what_differs_from_the_first(two_days: Path) -> None:
    home = home_at(two_days)
    assert {row.difference for row in risk_list(home, BEFORE).rows} == {None}
    found = risk_list(home, LAST_DAY)
    before = {row.uscc: row for row in risk_list(home, BEFORE).rows}
    assert found.compared_with == BEFORE.isoformat()
    assert {row.uscc for row in found.rows if row.difference and row.difference.is_new} == {
        row.uscc for row in found.rows
    } - before.keys()
    assert {one.uscc for one in found.gone} == before.keys() - {row.uscc for row in found.rows}
    with home.database.reading() as connection:
        grades = [
            {one["uscc"]: one["grade"] for one in decisions.decisions_of(connection, day)} for day in (BEFORE, LAST_DAY)
        ]
    listed = {row.uscc for row in found.rows} | before.keys()
    assert moved(found).keys() == {uscc for uscc in listed if grades[0][uscc] != grades[1][uscc]}
    assert Cause.MODEL not in {cause for causes in moved(found).values() for cause in causes}


def test_a_list_is_whole_by_its_signed_manifest_and_a_changed_byte_is_found(two_days: Path) -> None:
    signer = AnchorSigner.of("11" * 32)
    home = replace(home_at(two_days), signer=signer)
    trusted = trusted_keys(signer.public_key)
    folder = write_reports(home, LAST_DAY)[0].parent
    assert list_faults(folder, trusted) == []
    assert list_faults(folder, trusted_keys(AnchorSigner.of("22" * 32).public_key)) != []
    csv_file = folder / "risklist.en.csv"
    csv_file.write_bytes(csv_file.read_bytes() + b" ")
    assert list_faults(folder, trusted) == ["risklist.en.csv is not what the manifest says"]
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text())
    content["business_date"] = "2026-10-30"
    manifest.write_text(json.dumps(content))
    assert any("signature" in fault for fault in list_faults(folder, trusted))


def test_without_a_run_the_last_list_goes_out_marked_and_the_operator_is_told(two_days: Path) -> None:
    home = home_at(two_days)
    placed = place_list(home, AFTER, error="no space left")
    assert (placed.is_stale, placed.list_of) == (True, LAST_DAY.isoformat())
    assert "failed: no space left" in placed.alarm
    assert "went out instead" in placed.alarm
    document = json.loads((home.reports / AFTER.isoformat() / "risklist.json").read_text())
    assert document["stale"] == {"wanted": AFTER.isoformat(), "why": "failed", "detail": "no space left"}
    assert document["overdue"] >= risk_list(home, LAST_DAY).overdue
    assert "is late" in place_list(home, AFTER).alarm


def test_the_days_own_list_takes_the_place_of_the_one_that_stood_in_and_never_the_other_way(two_days: Path) -> None:
    home = home_at(two_days)
    own = place_list(home, LAST_DAY, error="a later attempt failed")
    assert (own.is_stale, own.alarm) == (False, "")


def test_with_no_list_at_all_there_is_an_alarm_and_no_file(two_days: Path) -> None:
    home = home_at(two_days)
    placed = place_list(home, date(2026, 1, 1))
    assert (placed.files, placed.list_of) == ((), None)
    assert "no earlier list" in placed.alarm


def test_another_model_is_named_as_the_cause_of_the_grades_it_moved(one_day: Path, tmp_path: Path) -> None:
    home = home_at(Path(shutil.copytree(one_day, tmp_path / "home")))
    expert = expert_scorecard(home.catalogue, LAST_DAY)
    models: dict[str, Any] = {"expert": expert, "pessimist": Pessimist(expert)}
    gloomy: Home = replace(
        home,
        champion=lambda: Champion(models["pessimist"], "pessimist"),
        model_of=lambda version: Champion(models[version], version),
    )
    daily.run_day(gloomy, Day.of(LAST_DAY))
    causes = moved(risk_list(gloomy, LAST_DAY))
    assert sum(Cause.MODEL in found for found in causes.values()) > len(causes) / 2 > 1


def test_another_policy_is_named_as_the_cause_of_the_grades_it_moved(one_day: Path, tmp_path: Path) -> None:
    home = home_at(Path(shutil.copytree(one_day, tmp_path / "home")))
    content = PolicyBook.load().to_json()
    for name, rule in content.items():
        if name == "scale/grades":
            text = json.dumps(rule).replace("600", "650")
            content[name] = json.loads(text)
    stricter = replace(home, policies=PolicyBook.restored(content))
    daily.run_day(stricter, Day.of(LAST_DAY))
    causes = moved(risk_list(stricter, LAST_DAY))
    assert Cause.POLICY in {cause for found in causes.values() for cause in found}
