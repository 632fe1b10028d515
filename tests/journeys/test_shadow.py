"""The challenger judges every day beside the champion, and nobody is ever shown what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from expectations.errors import NotFoundError
from expectations.vocabulary.role import Role
from models.scorer.points import BinnedPoints, PointsScorer
from pipelines.settings import Settings
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.home import Champion, Home
from pipelines.steps.publishing import write_reports
from pipelines.storage import accounts, decisions, ledger
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

SEVERE = PointsScorer({"enterprise_age_days": BinnedPoints((0.0,), (0.0, 0.0))}, base_margin=1.0, base_rate=0.02)
"""Thinks ill of everybody, so that anything it said would be seen."""


def shadowed(path: Path, challenger: Callable[[], Champion | None]) -> Home:
    home = replace(home_at(path), challenger=challenger)
    daily.run_day(home, Day.of(LAST_DAY))
    write_reports(home, LAST_DAY)
    return home


def entries(home: Home) -> list[dict[str, Any]]:
    with home.database.reading() as connection:
        assert ledger.verify(connection).holds
        return [json.loads(entry.body) for entry in ledger.entries(connection, "decisions", "shadow")]


def shown(path: Path) -> dict[str, Any]:
    """Everything that is published, delivered or listed."""
    home = home_at(path)
    with home.database.reading() as connection:
        tables = ("run", "decision", "alert", "outbox_message")
        found: dict[str, Any] = {
            name: list(map(repr, connection.execute(text(f"select * from {name}")))) for name in tables
        }
    found["reports"] = {
        str(file.relative_to(home.reports)): file.read_bytes() for file in home.reports.rglob("*") if file.is_file()
    }
    return found


def test_a_shadow_is_recorded_for_everybody_and_changes_nothing_that_is_shown(
    fresh_home: Callable[[str], Path],
) -> None:
    alone, beside = fresh_home("alone"), fresh_home("beside")
    shadowed(alone, lambda: None)
    home = shadowed(beside, lambda: Champion(SEVERE, "7"))
    (entry,) = entries(home)
    records = pd.read_parquet(home.shadow_records / entry["records"])
    assert entry["model"] == {"version": "7", "digest": SEVERE.digest}
    assert entry["enterprises"] == len(records) == 60
    assert {"C"} <= set(records["grade_model"].dropna()) <= {"C", "D"}  # D only where an official fact lifts the floor
    assert (records["p"] > 0.7).all()
    assert shown(alone) == shown(beside)


def test_no_answer_over_http_holds_a_shadow_grade(fresh_home: Callable[[str], Path]) -> None:
    path = fresh_home("home")
    shadowed(path, lambda: Champion(SEVERE, "7"))
    wiring = Wiring(Settings(home=path, threads=2))
    with wiring.database.transaction() as connection:
        accounts.open_account(connection, "office-7", Role.REGULATOR, TAKEN_AT)
        key = accounts.issue_key(connection, "office-7", TAKEN_AT, TAKEN_AT.replace(year=2027))
    with wiring.database.reading() as connection:
        codes = [record["uscc"] for record in decisions.decisions_of(connection, LAST_DAY)]
    with TestClient(wiring.api(lambda: TAKEN_AT)) as client:
        headers = {"Authorization": f"Bearer {key}", "X-Purpose": "audit"}
        answers = [client.get(f"/v1/enterprises/{uscc}/grade", headers=headers).json() for uscc in codes]
    assert {answer["model"]["version"] for answer in answers} == {"expert"}


def failing() -> Champion | None:
    raise NotFoundError("The registry cannot be reached.")


@pytest.mark.parametrize(
    ("challenger", "word"),
    [
        (failing, "cannot be reached"),
        (lambda: Champion(PointsScorer({"gone": BinnedPoints((1.0,), (0.0, 1.0))}, -3.0, 0.05), "8"), "gone"),
    ],
)
def test_a_challenger_that_fails_leaves_a_note_and_does_not_stop_the_day(
    fresh_home: Callable[[str], Path], challenger: Callable[[], Champion | None], word: str
) -> None:
    home = shadowed(fresh_home("home"), challenger)
    (entry,) = entries(home)
    assert word in entry["failure"]
    with home.database.reading() as connection:
        assert len(list(decisions.decisions_of(connection, LAST_DAY))) == 60
