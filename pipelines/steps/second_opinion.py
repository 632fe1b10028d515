"""The second opinion on a run: made from stored feature vectors alone, kept beside them, read by no decision.

Its file is named by what it was made from, so that it is made once, and again to the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import NotFoundError
from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.moment import zoned
from models.anomaly import Anomaly, second_opinion
from pipelines.steps.home import Home
from pipelines.storage import decisions
from pipelines.storage.vectors import StoredVectors, load_vectors

EXPLAINED = 100
"""For so many of the most unusual the features are named and stored."""

PAST_MONTHS = 6
MONTH_DAYS = 30


def write_second_opinion(home: Home, business_date: date) -> pd.DataFrame:
    """The second opinion on a day's run, made and stored if it is not there yet.

    Returns
    -------
    Columns ``rank``, ``uscc``, ``among_peers``, ``against_past``, ``peers``, ``peer_count``, ``is_change``, ``view``
    and ``oddities`` (JSON), most unusual first; no rows where there are too few to compare.

    Raises
    ------
    NotFoundError
        When the day has not been run.
    """
    today, *past = _vectors(home, business_date)
    made_from = sha256_of([home.catalogue.digest, home.code_version, today.digest, *(one.digest for one in past)])
    target = home.path / "lake" / "anomalies" / f"{made_from}.parquet"
    if not target.exists():
        frames = [load_vectors(home.feature_vectors, one) for one in (today, *past)]
        names = list(home.catalogue.names)
        found = second_opinion(frames[0].reindex(columns=names), frames[1:], home.catalogue, explained=EXPLAINED)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(".part")
        pq.write_table(_table(found), aside, compression="zstd")
        aside.rename(target)
    frame: pd.DataFrame = pq.read_table(target).to_pandas()
    return frame


def anomalies_of(home: Home, business_date: date, most: int) -> dict[str, Any]:
    """The most unusual of a day, in the JSON shape of ``anomalies``."""
    frame = write_second_opinion(home, business_date)
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
    rows = frame.head(most).astype(object).where(frame.head(most).notna(), None).to_dict("records")
    return {
        "date": business_date.isoformat(),
        "known_at": zoned(run.known_at).isoformat() if run else None,
        "compared": len(frame),
        "anomalies": [{**row, "oddities": json.loads(row["oddities"])} for row in rows],
    }


def _vectors(home: Home, business_date: date) -> list[StoredVectors]:
    """Vectors of the day's run, then of the last runs that lie whole months before it."""
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        if run is None:
            raise NotFoundError(f"There is no run for {business_date}.", f"Run it: xinji run --date {business_date}")
        days = [business_date - timedelta(days=MONTH_DAYS * month - 1) for month in range(1, PAST_MONTHS + 1)]
        earlier = [decisions.run_before(connection, day) for day in days]
    found = {one.feature_digest: StoredVectors(one.feature_path, one.feature_digest) for one in (run, *earlier) if one}
    return list(found.values())


def _table(found: list[Anomaly]) -> pa.Table:
    columns = {
        "rank": pa.array([one.rank for one in found], pa.int64()),
        "uscc": pa.array([one.uscc for one in found], pa.string()),
        "among_peers": pa.array([one.among_peers for one in found], pa.float64()),
        "against_past": pa.array([one.against_past for one in found], pa.float64()),
        "peers": pa.array([one.peers for one in found], pa.string()),
        "peer_count": pa.array([one.peer_count for one in found], pa.int64()),
        "is_change": pa.array([one.is_change for one in found], pa.bool_()),
        "view": pa.array([one.view for one in found], pa.string()),
        "oddities": pa.array(
            [json.dumps([asdict(each) for each in one.oddities], ensure_ascii=False) for one in found], pa.string()
        ),
    }
    return pa.table(columns)
