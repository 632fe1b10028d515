"""Rows about persons go when their period ends; what was decided from them is still made again to the byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import ConflictError
from expectations.vocabulary.moment import add_months, end_of_day
from expectations.vocabulary.role import Role
from pipelines.settings import Settings
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.replaying import replay
from pipelines.steps.retention import check_lake, plan_removal, remove
from pipelines.storage import accounts, decisions, ledger
from pipelines.storage.lake import Lake
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

LATER = add_months(LAST_DAY, 48)


def lake_of(path: Path) -> Lake:
    return Wiring(Settings(home=path)).lake


def judged_on(home: Home, day: date) -> dict[str, tuple[Any, ...]]:
    with home.database.reading() as connection:
        found = decisions.decisions_of(connection, day)
        return {one["uscc"]: (one["features_digest"], one["grade"], one["p"]) for one in found}


def test_decisions_replay_to_the_byte_after_their_rows_were_removed(fresh_home: Callable[[str], Path]) -> None:
    home = home_at(path := fresh_home("removed"))
    untouched = home_at(fresh_home("kept"))
    with home.database.transaction() as connection:
        accounts.open_account(connection, "operator-1", Role.OPERATOR, TAKEN_AT)
    for each in (home, untouched):
        run_day(each, Day.of(LAST_DAY))
    lake = lake_of(path)
    plan = plan_removal(lake, LATER)
    remove(lake, home.states, plan, "operator-1", end_of_day(LATER))

    gone = {loss.table for loss in plan.losses if loss.rows == "accepted"}
    assert {"order", "payment", "waybill", "inventory"} <= gone
    assert all(not list((lake.root / "accepted" / table).iterdir()) for table in gone)
    decided = judged_on(home, LAST_DAY)
    with home.database.reading() as connection:
        records = list(decisions.decisions_of(connection, LAST_DAY))
        assert ledger.verify(connection).holds
    assert len(records) > 50
    assert all(replay(home, one["decision_id"]).holds for one in records)

    checked = check_lake(lake)
    assert checked.holds
    told = {(one["rule"], one["table"]): one["removed"] for one in checked.removed if one["rows"] == "accepted"}
    went = sum(loss.removed for loss in plan.losses if (loss.rows, loss.table) == ("accepted", "order"))
    assert told["trade_rows", "order"] == went > 10_000

    with pytest.raises(ConflictError, match="cannot be decided any more"):
        run_day(home, Day(LAST_DAY, end_of_day(LATER)))
    assert judged_on(home, LAST_DAY) == decided
    for each in (home, untouched):
        run_day(each, Day.of(LATER))
    assert judged_on(home, LATER) == judged_on(untouched, LATER)
