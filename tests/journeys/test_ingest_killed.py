"""Killed at any moment and run again, an ingest ends where an uninterrupted one does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.steps.ingest.batch import take_in
from tests.worlds.ingest_home import MOMENT, Home, csv_of, judge_by_share, payment

ROOT = Path(__file__).parents[2]

POINTS = [
    "gate 1",
    "gate 2",
    "before place 1",
    "after place 1",
    "after place 2",
    "after place 3",
    "after copy 1",
    "before commit",
    "after commit",
]


class _Killer:
    """Kills this very process at the n-th time something happens; what it stands around is the real thing."""

    def __init__(self, point: str) -> None:
        self.what, _, count = point.rpartition(" ") if point[-1].isdigit() else (point, "", "1")
        self.left = int(count)

    def at(self, what: str) -> None:
        if what == self.what:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def arm(home: Home, point: str) -> None:
    killer, lake, database = _Killer(point), home.lake, home.database
    place, keep_copy, transaction = lake.place, lake.keep_copy, database.transaction

    def placing(*args: Any) -> str:
        killer.at("before place")
        digest = place(*args)
        killer.at("after place")
        return digest

    def copying(*args: Any) -> None:
        keep_copy(*args)
        killer.at("after copy")

    def judging(*args: Any) -> Any:
        killer.at("gate")
        return judge_by_share(*args)

    @contextmanager
    def committing() -> Iterator[Any]:
        with transaction() as connection:
            yield connection
            killer.at("before commit")
        killer.at("after commit")

    vars(lake).update(place=placing, keep_copy=copying)
    vars(database).update(transaction=committing)
    home.with_gate(judging)


def fill_inbox(folder: Path) -> Path:
    inbox = folder / "inbox" / "one"
    inbox.mkdir(parents=True)
    (inbox / "payment.csv").write_bytes(csv_of([payment(1), payment(2, amount="x"), payment(3), payment(3)]))
    (inbox / "order.csv").write_bytes(b"a,b\n1,2\n")
    (inbox / "payment.csv.gz").write_bytes(b"")
    (inbox / "exchange_rate.jsonl").write_bytes(
        b'{"currency":"USD","month":"2026-03","cny_per_unit":"7.1","source":"s"}\n'
    )
    return inbox


def end_state(home: Home, inbox: Path) -> tuple[list[str], list[str], list[Any]]:
    take_in(home.intake, inbox, MOMENT)
    state = home.tree(), home.dump(), home.versions("*")
    home.database.close()
    return state


@pytest.mark.parametrize("point", POINTS)
def test_a_run_after_a_kill_equals_a_run_without_one(tmp_path: Path, point: str) -> None:
    (tmp_path / "killed").mkdir()
    (tmp_path / "whole").mkdir()
    inbox = fill_inbox(tmp_path)
    command = [sys.executable, __file__, str(tmp_path / "killed"), str(inbox), point]
    outcome = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert outcome.returncode == -signal.SIGKILL
    assert end_state(Home(tmp_path / "killed"), inbox) == end_state(Home(tmp_path / "whole"), inbox)
    assert list((tmp_path / "killed" / "lake" / "working").iterdir()) == [tmp_path / "killed/lake/working/in-use"]


if __name__ == "__main__":
    armed = Home(Path(sys.argv[1]))
    arm(armed, sys.argv[3])
    take_in(armed.intake, Path(sys.argv[2]), MOMENT)
