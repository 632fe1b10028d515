"""The benchmark of judging judges a whole made-up day, and the floor writes the same bytes."""

from __future__ import annotations

from pathlib import Path

from pipelines.benchmarks.judging import SyntheticDay, judge_and_commit, write_plainly


def test_the_floor_writes_the_very_bytes_that_the_ledger_holds(tmp_path: Path) -> None:
    laps, digest = judge_and_commit(300, 1, tmp_path)
    assert set(laps) == {"judge everyone", "commit the run"}
    _, size, same = write_plainly(tmp_path)
    assert same == digest
    assert size > 300 * 2000


def test_the_made_up_day_has_quiet_enterprises_facts_alerts_and_changes_of_grade() -> None:
    judged = SyntheticDay(600, 1).judge()
    decided = list(judged.decisions)
    statuses = {one.record["status"] for one in decided}
    assert statuses == {"normal", "provisional"}
    assert {cap["id"] for one in decided for cap in one.record["caps"]} >= {"K8", "K10", "K12"}
    assert 0 < len(judged.messages) < 600
