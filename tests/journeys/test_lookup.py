"""What is looked up of single documents is what a run makes of all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.asof import define_known
from features.days import CHAIN, build_context, create_chain_step, define_repeated_links, step_parameters
from features.engine import read_step
from pipelines.steps.home import Home
from pipelines.steps.lookup import Documents, latest_run, looking
from pipelines.storage import decisions
from pipelines.storage.states import FolderOfStates
from reports.pages.documents import DocumentChain
from tests.worlds.day_home import LAST_DAY, home_at


@pytest.fixture(scope="module")
def home(two_days: Path) -> Home:
    return home_at(two_days)


@pytest.fixture(scope="module")
def told(home: Home) -> dict[str, tuple[DocumentChain, ...]]:
    """The latest documents of some that trade, among them all whose retail imports lack documents."""
    documents = Documents(home)
    with home.database.reading() as connection:
        lacking = [one["uscc"] for one in decisions.open_alerts(connection, LAST_DAY) if one["rule"] == "R01"]
        codes = [record["uscc"] for record in decisions.decisions_of(connection, LAST_DAY)]
    return {uscc: documents.chains(uscc, None) for uscc in (*lacking, *codes[4:9:2])}


def test_a_document_that_is_looked_up_has_the_stages_that_the_whole_chain_gives_it(
    home: Home, told: dict[str, tuple[DocumentChain, ...]]
) -> None:
    run = latest_run(home)
    assert run is not None
    with looking(home, run) as seen:
        engine = seen.engine
        define_known(engine, seen.versions, seen.as_of)
        spoken = read_step("features.rollups", "rollup_spoken")
        engine.create_table("rollup_spoken", spoken, step_parameters(LAST_DAY))
        build_context(engine, LAST_DAY)
        define_repeated_links(engine)
        for step in CHAIN[: CHAIN.index("declaration_chain") + 1]:
            create_chain_step(engine, step, step_parameters(LAST_DAY))
        whole = {
            (row[0], row[1], row[2]): row[3:]
            for kind in ("order", "declaration")
            for row in engine.rows(
                "select kind, number, stage, state, cast(difference as bigint), evidence "
                f"from ({read_step('features.lookup', f'{kind}_stage')}) as told"
            )
        }
    looked_up = {
        (chain.kind, chain.number, stage.name): (
            stage.state,
            int(stage.difference * 100) if stage.difference else None,
            stage.evidence,
        )
        for chains in told.values()
        for chain in chains
        for stage in chain.stages
    }
    assert len(looked_up) > 200
    assert {stage[0] for stage in looked_up.values()} >= {"present", "unknown", "not_due"}
    for key, found in looked_up.items():
        state, difference, evidence = whole[key]
        assert found == (state, difference or None, evidence), key


def test_a_number_in_the_evidence_of_an_alert_leads_to_its_order(home: Home) -> None:
    with home.database.reading() as connection:
        alert = next(one for one in decisions.open_alerts(connection, LAST_DAY) if one["rule"] == "R01")
    documents, number = Documents(home), alert["evidence"][0]
    (chain,) = documents.chains(alert["uscc"], None, number)
    assert number in {stage.evidence for stage in chain.stages if stage.name == "declared"}
    assert "missing" in {stage.state for stage in chain.stages} or any(stage.difference for stage in chain.stages)
    assert documents.chains(alert["uscc"], None, chain.number) == (chain,)
    assert documents.chains(alert["uscc"], None, "x' or true --") == ()


def test_without_word_of_what_arrived_nothing_is_called_missing(
    home: Home, told: dict[str, tuple[DocumentChain, ...]], tmp_path: Path
) -> None:
    assert any(stage.state == "missing" for chains in told.values() for chain in chains for stage in chain.stages)
    lost = Documents(replace(home, states=FolderOfStates(tmp_path)))
    again = [chain for uscc in told for chain in lost.chains(uscc, None)]
    assert [chain.number for chain in again] == [chain.number for chains in told.values() for chain in chains]
    assert "missing" not in {stage.state for chain in again for stage in chain.stages}
