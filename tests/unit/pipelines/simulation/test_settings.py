from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import UsageError
from pipelines.simulation import ZoneSettings, simulate


@pytest.mark.parametrize(
    "wrong",
    [
        {"enterprises": 20},
        {"days": 30},
        {"daily_batches": 390},
        {"file_format": "xlsx"},
        {"adverse_rate": 0.0},
        {"dirty_share": 0.5},
    ],
)
def test_a_zone_that_cannot_be_made_is_refused_with_a_remedy(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        ZoneSettings(**wrong)
    assert caught.value.remedy


def test_the_span_ends_on_the_end_date() -> None:
    assert ZoneSettings(days=400, end_date=date(2026, 10, 31)).start_date == date(2025, 9, 27)


def test_a_zone_without_plantings_or_slips_has_none(tmp_path: Path) -> None:
    settings = ZoneSettings(
        enterprises=60,
        days=60,
        orders_per_day=10,
        daily_batches=0,
        typology_intensity=0,
        dirty_share=0,
        duplicate_share=0,
        corrected_share=0,
        late_share=0,
    )
    report = simulate(tmp_path, settings)
    assert not any(report.broken.values())
    assert not any(report.duplicates.values())
    with duckdb.connect() as connection:
        episodes = connection.execute(f"select count(*) from '{report.truth}/episodes.parquet'").fetchone()
        versions = connection.execute(
            f"""select count(*), count(distinct logistics_no) from '{tmp_path}/*/waybill.parquet'
            where annulled_at is null"""
        ).fetchone()
    assert episodes == (0,)
    assert versions is not None
    assert versions[0] == versions[1] > 100
