"""What Spark is told; that it then answers alike, the parity test shows on a cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from features.engine import StepError
from features.spark_dialect import spark_sql

STEPS = sorted(Path(__file__).resolve().parents[3].glob("features/*/*.sql"))


class Anything(dict[str, object]):
    """A value for whatever a step asks for."""

    def __missing__(self, name: str) -> object:
        return date(2026, 3, 31) if name in ("business_date", "from_day", "to_day") else 7


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.parent.name}/{step.stem}")
def test_every_step_becomes_one_statement_that_spark_can_parse(step: Path) -> None:
    told = spark_sql(step.read_text(encoding="utf-8"), Anything())  # type: ignore[arg-type]
    tree = sqlglot.parse_one(told, read="spark")
    left = [*tree.find_all(exp.Placeholder, exp.Parameter, exp.Qualify)]
    assert not left
    assert "to_months" not in told.lower()
    assert "materialized" not in told.lower()


def test_a_parameter_keeps_the_type_it_has_in_python() -> None:
    told = spark_sql("select $whole, $share, $below, $is_alive, $day", {
        "whole": 7, "share": 0.8, "below": -3, "is_alive": True, "day": date(2026, 3, 31),
    })  # fmt: skip
    assert told == "SELECT 7, CAST('0.8' AS DOUBLE), (-3), TRUE, CAST('2026-03-31' AS DATE)"


def test_a_quote_in_a_parameter_stays_inside_it() -> None:
    told = spark_sql("select $name as name", {"name": "o'; drop table x; --"})
    (literal,) = sqlglot.parse_one(told, read="spark").find_all(exp.Literal)
    assert literal.name == "o'; drop table x; --"


def test_a_whole_number_is_not_sent_through_a_double_on_its_way_to_a_cast() -> None:
    assert "DOUBLE" not in spark_sql("select cast(key_hash as bigint) as key_hash from x", {})


def test_qualify_filters_by_what_was_asked_even_if_an_alias_has_a_columns_name() -> None:
    told = spark_sql(
        "select a, sum(n) as n from x group by a qualify row_number() over (order by sum(n) desc, a) <= 2", {}
    )
    assert "SUM(SUM" not in told
    assert told.startswith("SELECT * EXCEPT (is_qualified) FROM (SELECT a, SUM(n) AS n, ROW_NUMBER()")


@pytest.mark.parametrize(
    "select",
    [
        "select date_diff('month', a, b) as months from x",
        "select a from x qualify row_number() over (order by a) = 1 order by a",
    ],
)
def test_what_spark_would_answer_differently_is_refused(select: str) -> None:
    with pytest.raises(StepError):
        spark_sql(select, {})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_parameter_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(StepError, match="finite"):
        spark_sql("select $share as share", {"share": value})
