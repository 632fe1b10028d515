"""The deployed flows as a worker runs them: through Prefect, over a home on disk, with artifacts and warnings."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Artifact
from prefect.testing.utilities import prefect_test_harness

from pipelines.cli.deployments import scheduled_daily, scheduled_delivery, scheduled_monitoring, scheduled_retraining
from pipelines.storage.outbox import NewMessage, add
from pipelines.wiring import wire
from tests.worlds.day_home import LAST_DAY


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A Prefect server that lives as long as these tests."""
    with prefect_test_harness(server_startup_timeout=60):
        yield


def artifacts() -> dict[str, Artifact]:
    """What the flows left for people, by key: of one key the latest."""

    async def read() -> list[Artifact]:
        async with get_client() as client:
            return await client.read_artifacts()

    in_order = sorted(asyncio.run(read()), key=lambda one: one.created or datetime.min.replace(tzinfo=UTC))
    return {one.key: one for one in in_order if one.key}


def test_a_zone_is_trained_watched_and_left_alone_by_its_schedule(
    server: None, fresh_home: Callable[[str], Path]
) -> None:
    path = fresh_home("home")
    for inbox in (path / "inbox").iterdir():
        inbox.unlink()
    began = scheduled_retraining(home=str(path), business_date=LAST_DAY)
    assert began["trigger"] == "first"
    wiring = wire(path)
    roles = {one.version: (one.is_champion, one.is_challenger) for one in wiring.registry.versions()}
    assert roles["1"] == (True, False), "the expert scorecard grades, whatever the challenger is like"
    assert roles[began["challenger"]] == (False, True), "a training never promotes"
    assert wiring.registry.attached(began["challenger"], "validation/pack.json")

    assert scheduled_daily(home=str(path), business_date=LAST_DAY)["date"] == LAST_DAY.isoformat()
    watched = scheduled_monitoring(home=str(path), business_date=LAST_DAY)
    assert watched["has_run"]
    assert watched["ledger_holds"]
    assert watched["model"]["version"] == "1"
    assert scheduled_retraining(home=str(path), business_date=LAST_DAY) == {"trigger": None}

    left = artifacts()
    assert {f"watch-{LAST_DAY}", f"drift-{LAST_DAY}", f"retraining-{LAST_DAY}", "validation"} <= left.keys()
    assert "Nothing was ever trained here" in str(left[f"retraining-{LAST_DAY}"].data)
    for alarm in watched["alarms"]:
        assert alarm in str(left[f"watch-{LAST_DAY}"].data)


def test_a_day_without_a_run_is_an_alarm_in_the_artifact(server: None, fresh_home: Callable[[str], Path]) -> None:
    day = date(2026, 9, 1)
    watched = scheduled_monitoring(home=str(fresh_home("home")), business_date=day)
    assert any("no run" in alarm for alarm in watched["alarms"])
    assert "There is no run for 2026-09-01" in str(artifacts()[f"watch-{day}"].data)


def test_a_message_that_dies_while_it_is_delivered_is_an_alarm_at_once(
    server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    exchange.mkdir()
    monkeypatch.setenv("XINJI_RISK_CONTROL_URL", exchange.as_uri())
    monkeypatch.setenv("XINJI_RISK_CONTROL_SECRET", "whsec_" + base64.b64encode(bytes(32)).decode())
    message = NewMessage("cn.xinji.x.v1", "91652702MADEM0011Q", "/t", datetime(2026, 4, 1, tzinfo=UTC), {"n": 1})
    with wire(home).database.transaction() as connection:
        add(connection, [message])
    assert scheduled_delivery(home=str(home))["sent"] == 1
    refusal = {"id": message.message_id, "status": "refused", "reason": "no such enterprise"}
    (exchange / "receipts" / "1.jsonl").write_text(json.dumps(refusal))
    with caplog.at_level(logging.WARNING):
        assert scheduled_delivery(home=str(home))["dead"] == 1
    assert "New dead letters: 1. See: xinji outbox dead (runbook: dead-letters)" in caplog.text
    assert "1 dead" in str(artifacts()["delivery"].data)
