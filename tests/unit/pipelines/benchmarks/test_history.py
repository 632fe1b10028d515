"""A corrected day of the past is taken up as a rebuild would have it, and what is kept of buyers is told apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.benchmarks.day import D
from pipelines.benchmarks.history import Spans, build_anew, correct_a_day, history, prepare, state_of, take_up
from pipelines.benchmarks.measuring import BenchmarkError
from pipelines.benchmarks.parcels import Volume
from pipelines.steps.day import Day


def test_a_corrected_day_changes_features_and_leads_to_what_a_rebuild_gives(tmp_path: Path) -> None:
    prepare(tmp_path, Volume(rows=200, enterprises=10, buyers=5), days=3)
    before = take_up(tmp_path, Day.of(D))
    told = state_of(tmp_path)
    assert 0 < told["buyer_bytes"] < told["bytes"]
    assert told["buyer_rows"] > 0
    later, changed = correct_a_day(tmp_path, D - timedelta(days=2))
    assert changed == 200
    after = take_up(tmp_path, later)
    assert after.digest != before.digest
    assert after.digest == build_anew(tmp_path, later).digest


def test_a_correction_before_the_history_is_refused() -> None:
    with pytest.raises(BenchmarkError, match="lies before"):
        history(Volume(rows=10, enterprises=5), Spans(short=1, long=3, correction=4))
