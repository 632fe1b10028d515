"""Which kind of SQL step may read what: a window step costs what its rollups hold, and not what lies behind them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from features.days import CHAIN, CONTEXT, EVER, ROLLUPS

FEATURES = Path(__file__).resolve().parents[2] / "features"

PARCEL_TABLES = frozenset(
    {
        "inventory",
        "inventory_line",
        "order",
        "order_line",
        "payment",
        "waybill",
        "waybill_event",
        "warehouse_movement",
        "trace_event",
    }
)
"""A parcel leaves rows in these: they are as long as the history is."""

FORBIDDEN = frozenset(f"known_{table}" for table in PARCEL_TABLES) | frozenset(CHAIN)


def tables_read(sql: str) -> set[str]:
    """Names a select reads, its own common table expressions left out."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    own = {expression.alias for expression in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def steps(folder: str) -> list[Path]:
    return sorted((FEATURES / folder).glob("*.sql"))


@pytest.mark.parametrize(
    "step", [*steps("windows"), *steps("typologies")], ids=lambda step: f"{step.parent.name}/{step.stem}"
)
def test_a_window_step_reads_no_parcel_and_no_chain(step: Path) -> None:
    read = tables_read(step.read_text(encoding="utf-8"))
    assert not read & FORBIDDEN, f"{step.name} reads {sorted(read & FORBIDDEN)}: make what it needs a rollup."


@pytest.mark.parametrize("step", steps("rollups"), ids=lambda step: step.stem)
def test_a_rollup_is_registered_and_reads_no_rollup(step: Path) -> None:
    read = tables_read(step.read_text(encoding="utf-8"))
    assert not any(name.startswith("rollup_") for name in read)
    assert step.stem in {*ROLLUPS, *EVER}


@pytest.mark.parametrize("step", steps("chain"), ids=lambda step: step.stem)
def test_a_chain_step_is_registered_and_needs_only_steps_before_it(step: Path) -> None:
    steps_in_order = (*EVER, *CONTEXT, *CHAIN)
    assert step.stem in steps_in_order
    before = set(steps_in_order[: steps_in_order.index(step.stem)])
    named = tables_read(step.read_text(encoding="utf-8")) & {*steps_in_order, *ROLLUPS}
    assert named <= before


def test_a_step_that_reads_a_parcel_would_be_found() -> None:
    told = "with list as (select * from known_inventory) select * from list join track on true"
    assert tables_read(told) & FORBIDDEN == {"known_inventory", "track"}
