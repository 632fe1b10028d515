"""The engine's port: parameters, names, time zone, and errors that say which step."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files

import duckdb
import pytest
import sqlglot

from features.days import CHAIN, CONTEXT, EVER, ROLLUPS
from features.engine import DuckdbEngine, StepError, literal, read_step
from features.table import AS_OF_DAY, OVER_WINDOWS
from features.typologies.hits import RULES


@pytest.fixture
def engine() -> DuckdbEngine:
    return DuckdbEngine(duckdb.connect(), threads=1, memory_limit="200MB")


def test_a_step_is_bound_to_the_parameters_it_names_and_ignores_others(engine: DuckdbEngine) -> None:
    assert engine.rows("select $day + 1", {"day": date(2026, 1, 31), "other": 1}) == [(date(2026, 2, 1),)]


def test_a_missing_parameter_is_named(engine: DuckdbEngine) -> None:
    with pytest.raises(StepError, match="n_min"):
        engine.create_table("some_step", "select $n_min")


def test_a_step_that_fails_is_named(engine: DuckdbEngine) -> None:
    with pytest.raises(StepError, match="some_step"):
        engine.create_table("some_step", "select nothing from nowhere")


def test_days_are_shanghai_days_wherever_the_machine_stands(engine: DuckdbEngine) -> None:
    moment = datetime(2026, 1, 1, 16, 0, tzinfo=UTC)
    assert engine.rows("select cast($moment as date)", {"moment": moment}) == [(date(2026, 1, 2),)]
    assert engine.rows(f"select {literal(moment)} = $moment", {"moment": moment}) == [(True,)]


def test_the_limits_given_are_the_limits_kept(engine: DuckdbEngine) -> None:
    assert engine.rows("select current_setting('threads'), current_setting('memory_limit')") == [(1, "190.7 MiB")]


def test_a_table_takes_the_place_of_the_one_before(engine: DuckdbEngine) -> None:
    engine.create_table("step", "select 1 as a")
    engine.create_table("step", "select 2 as b")
    assert engine.columns("step") == ("b",)
    assert list(engine.frame("select * from step")["b"]) == [2]


def test_a_name_that_would_need_quoting_is_refused(engine: DuckdbEngine) -> None:
    with pytest.raises(StepError, match="no name"):
        engine.create_view("a; drop", "select 1")


def test_a_text_is_written_into_sql_with_its_quotes_doubled() -> None:
    assert literal("o'clock") == "'o''clock'"


@pytest.mark.parametrize(
    ("package", "steps"),
    [
        ("features.chain", (*CONTEXT, *CHAIN)),
        ("features.rollups", (*ROLLUPS, *EVER)),
        ("features.windows", (*OVER_WINDOWS, *AS_OF_DAY, "profile", "source_reconciliation", "lateness")),
        ("features.typologies", (*(rule.id for rule in RULES), "R21")),
        ("features.parties", ("shared_token",)),
        ("features.facts", ("outcomes", "confirmed_alerts", "inspections")),
    ],
)
def test_every_step_file_is_run_by_something(package: str, steps: tuple[str, ...]) -> None:
    found = {path.name.removesuffix(".sql") for path in files(package).iterdir() if path.name.endswith(".sql")}
    assert found == set(steps)


@pytest.mark.parametrize("step", [*CONTEXT, *CHAIN, *EVER, *ROLLUPS])
def test_steps_of_a_day_do_not_know_the_business_date(step: str) -> None:
    package = "features.chain" if step in (*CONTEXT, *CHAIN) else "features.rollups"
    assert "business_date" not in read_step(package, step)


@pytest.mark.parametrize(
    ("package", "step"),
    [("features.chain", step) for step in CHAIN]
    + [("features.rollups", step) for step in ROLLUPS]
    + [("features.windows", step) for step in (*OVER_WINDOWS, *AS_OF_DAY)]
    + [("features.typologies", rule) for rule in (*(rule.id for rule in RULES), "R21")],
)
def test_a_step_can_be_told_in_the_dialect_of_the_other_engine(package: str, step: str) -> None:
    (told,) = sqlglot.transpile(read_step(package, step), read="duckdb", write="spark")
    assert "SELECT" in told
