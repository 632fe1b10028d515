"""The peer computes the very features, or nothing is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.benchmarks.against_pandas import compare, write_from_scratch, write_increment, write_peer
from pipelines.benchmarks.history import prepare
from pipelines.benchmarks.measuring import BenchmarkError
from pipelines.benchmarks.parcels import Volume


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    prepare(path, Volume(rows=2000, enterprises=70, buyers=60), days=12)
    left_out = write_from_scratch(path, write_peer(path)).left_out
    assert {"feature_tax", "rollup_forex", "window_quality", "barter_chain"} <= left_out
    assert not {"feature_price", "rollup_logistics", "window_customs", "inventory_chain", "order_payment"} & left_out
    write_increment(path)
    return path


def test_pandas_xinji_from_scratch_and_its_increment_agree_on_what_a_peer_can_tell(home: Path) -> None:
    peer = pd.read_parquet(home / "pandas.parquet")
    assert compare(home) == len(peer) >= 8
    mostly_told = peer.columns[peer.notna().mean() > 0.5]
    assert len(mostly_told) >= 49
    assert {"price_deviation_90d", "buyer_concentration_90d", "burst_ratio", "gap_age_days_90d"} <= set(mostly_told)


@pytest.mark.parametrize(("name", "words"), [("pandas", "by pandas"), ("increment", "differs from what is computed")])
def test_one_other_number_and_no_time_is_told(home: Path, tmp_path: Path, name: str, words: str) -> None:
    for written in ("pandas", "scratch", "increment"):
        frame = pd.read_parquet(home / f"{written}.parquet").astype("float64")
        if written == name:
            frame[frame.columns[0]] += 1
        frame.to_parquet(tmp_path / f"{written}.parquet")
    with pytest.raises(BenchmarkError, match=words):
        compare(tmp_path)
