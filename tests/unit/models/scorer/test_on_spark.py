"""Spark gives the numbers that one machine gives."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.scorer.on_spark import spark_scores
from models.scorer.trees import TreeScorer

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: make spark")
    from shutil import which

    if which("java") is None:
        pytest.skip("Java is not installed")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = pyspark.sql.SparkSession.builder.master("local[2]").appName("scores")
    made = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1").getOrCreate()
    yield made
    made.stop()


def test_spark_scores_every_row_as_one_machine_does(session: Any, fitted: TreeScorer, frame: pd.DataFrame) -> None:
    told = frame.assign(uscc=[f"E{number:04d}" for number in range(len(frame))])
    # Empty values go as nulls, as they come from Parquet.
    rows = [
        tuple(None if isinstance(value, float) and np.isnan(value) else value for value in row)
        for row in told.itertuples(index=False)
    ]
    schema = ", ".join(f"{name} {'string' if name == 'uscc' else 'double'}" for name in told.columns)
    spark = session.createDataFrame(rows, schema).repartition(5)
    found = spark_scores(spark, fitted, ["uscc"]).toPandas().set_index("uscc").loc[list(told["uscc"])]
    assert list(found.columns) == ["p", "margin"]
    assert np.abs(found["p"].to_numpy() - fitted.probabilities(frame)).max() <= 1e-12
    assert np.array_equal(found["margin"].to_numpy(), fitted.margins(frame)), "the same native model: the same bits"
