"""What arrives after the knowledge cutoff changes nothing that is said as of it, and shows from the next cutoff on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from pipelines.settings import Settings
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.storage import decisions
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, home_at

CUTOFF = knowledge_cutoff(LAST_DAY)
LATE = {
    "penalty": "decision_no",
    "inspection": "inspect_id",
    "return": "refund_no",
    "forex": "bop_no",
    "order": "order_no",
    "payment": "pay_txn_id",
}
"""Tables that are sent again late, and the part of their key that makes half of the rows new."""
PROVENANCE = ("decision_id", "snapshot_digest")
"""What may differ: the lake holds more files. Nothing that was judged or said may."""


def send_late(landing: Path, folder: Path) -> dict[str, int]:
    """Everything the zone ever sent of six tables once more, every second row under a new key.

    It is received a second after the cutoff.
    """
    folder.mkdir()
    rows = {}
    for table, key in LATE.items():
        files = [str(file) for file in sorted(landing.rglob(f"{table}.parquet"))]
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                copy (
                    select * replace (
                        case when row_number() over () % 2 = 0 then "{key}" || 'L' else "{key}" end as "{key}",
                        '{(CUTOFF + timedelta(seconds=1)).isoformat()}' as received_at
                    )
                    from read_parquet({files}, union_by_name = true)
                ) to '{folder / table}.parquet' (format parquet)"""
            )
            counted = connection.execute(f"select count(*) from '{folder / table}.parquet'").fetchall()
        rows[table] = int(counted[0][0])
    return rows


def records_of(path: Path, day: Day) -> Iterator[dict[str, Any]]:
    home = home_at(path)
    daily.run_day(home, day)
    with home.database.reading() as connection:
        yield from decisions.decisions_of(connection, day.business_date, day.known_at)
    home.database.close()


def said(path: Path, day: Day) -> list[dict[str, Any]]:
    """Every decision of the day without what names the lake's files."""
    return [{name: value for name, value in one.items() if name not in PROVENANCE} for one in records_of(path, day)]


@pytest.fixture
def homes(fresh_home: Callable[[str], Path], landing: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two homes; into the second the late rows have come."""
    plain, later = fresh_home("plain"), fresh_home("later")
    sent = send_late(landing, tmp_path / "late")
    wiring = Wiring(Settings(home=later, threads=2))
    report = take_in(wiring.intake(None), tmp_path / "late", CUTOFF + timedelta(days=1))
    wiring.database.close()
    taken = report.tables()
    assert [table for table in LATE if taken[table]["accepted"] <= sent[table] / 3] == []
    return plain, later


def test_rows_received_after_the_cutoff_change_nothing_said_as_of_it(homes: tuple[Path, Path]) -> None:
    plain, later = homes
    day = Day.of(LAST_DAY)
    assert said(plain, day) == said(later, day)


def test_the_same_day_looked_at_later_knows_them(homes: tuple[Path, Path]) -> None:
    plain, later = homes
    day = Day.of(LAST_DAY, CUTOFF + timedelta(days=1))
    digests = [{one["uscc"]: one["features_digest"] for one in said(path, day)} for path in (plain, later)]
    changed = [uscc for uscc in digests[0] if digests[0][uscc] != digests[1][uscc]]
    assert len(changed) > len(digests[0]) / 2
