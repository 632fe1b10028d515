"""Real documents of the zone screened before clearance: over the API, on record, made again, and fast to find again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from expectations.contracts.catalog import load_contract
from expectations.vocabulary.role import Role
from features.screening.measured import Papers, measure
from models.policy.parameters import typology_parameters
from models.screening.checks import CHECKS, Found
from pipelines.settings import Settings
from pipelines.steps.day import Day
from pipelines.steps.knowing import know
from pipelines.steps.screening import REFERENCES, prepare_reference, replay_screening
from pipelines.storage import accounts, ledger
from pipelines.storage.references import FolderOfReferences
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT

Ask = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def desk(two_days: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wiring, TestClient]]:
    """A home with a reference, and a client that shows a system's key."""
    wiring = Wiring(Settings(home=Path(shutil.copytree(two_days, tmp_path_factory.mktemp("desk") / "home")), threads=2))
    prepare_reference(wiring.home, LAST_DAY)
    with wiring.database.transaction() as connection:
        accounts.open_account(connection, "barrier", Role.SYSTEM, TAKEN_AT)
        key = accounts.issue_key(connection, "barrier", TAKEN_AT, TAKEN_AT + timedelta(days=9))
    with TestClient(wiring.api(lambda: TAKEN_AT), headers={"Authorization": f"Bearer {key}"}) as client:
        yield wiring, client
    wiring.database.close()


@pytest.fixture(scope="module")
def papers(desk: tuple[Wiring, TestClient]) -> dict[str, Any]:
    """A retail import list of the last day with its lines, order and payments, as they were sent."""
    home = desk[0].home
    with home.engine() as engine:
        lake = home.pin()
        for table in ("inventory", "inventory_line", "order", "payment"):
            names = ", ".join(f'"{name}"' for name in load_contract(table).field_names)
            engine.create_view(f"sent_{table}", f"select {names}, * from ({lake.versions_sql(table)})")

        def sent(table: str, where: str) -> list[dict[str, Any]]:
            names = [name for name in load_contract(table).field_names if name not in ("received_at", "released_at")]
            columns = ", ".join(f'cast("{name}" as varchar)' for name in names)
            rows = engine.rows(f"select {columns} from sent_{table} where {where}")
            return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]

        linked = "select order_hash from sent_payment"
        head = sent(
            "inventory",
            f"event_day = date '{LAST_DAY}' and direction = 'import' and mode = '9610' and cancelled_at is null "
            f"and order_hash in ({linked}) order by invt_no limit 1",
        )[0]
        named = f"platform_uscc = '{head['platform_uscc']}' and order_no = '{head['order_no']}'"
        return {
            "inventory": head,
            "inventory_line": sent("inventory_line", f"invt_no = '{head['invt_no']}'"),
            "order": sent("order", named)[0],
            "payment": sent("payment", named),
        }


def test_a_real_list_is_screened_once_and_its_answer_is_made_again_to_the_byte(
    desk: tuple[Wiring, TestClient], papers: dict[str, Any]
) -> None:
    wiring, client = desk
    first = client.post("/v1/screenings", json=papers)
    again = client.post("/v1/screenings", json=papers)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert again.content == first.content
    told = first.json()
    assert client.get(first.headers["location"]).content == first.content
    assert told["enterprise"]["grade"] is not None
    assert set(told["not_looked_at"]) <= {"price_low"}, told
    record, checks = replay_screening(wiring.home, told["screening_id"])
    assert all(check.holds for check in checks)
    assert record["account"] == "barrier"
    assert papers["inventory"]["buyer_token"] not in json.dumps(record), "the record holds no token"
    with wiring.database.reading() as connection:
        assert ledger.verify(connection).holds
        assert len(list(ledger.entries(connection, "screenings", subject=told["screening_id"]))) == 1
        reads = list(ledger.entries(connection, "reads", subject=papers["inventory"]["uscc"]))
        assert [json.loads(one.body)["status"] for one in reads][:2] == [201, 200]


def test_a_list_that_was_tampered_with_goes_to_a_check(desk: tuple[Wiring, TestClient], papers: dict[str, Any]) -> None:
    paid = f"{Decimal(papers['payment'][0]['amount']) - 1}"
    payment = [{**papers["payment"][0], "amount": paid, "payer_token": "somebody-else"}, *papers["payment"][1:]]
    line = [{**papers["inventory_line"][0], "hs_code": "0000000000"}, *papers["inventory_line"][1:]]
    answer = desk[1].post("/v1/screenings", json={**papers, "payment": payment, "inventory_line": line}).json()
    assert answer["lane"] == "inspection"
    assert {"code_unknown", "code_unlisted", "amounts_differ", "payer_differs"} <= {
        one["id"] for one in answer["reasons"]
    }


def test_a_broken_list_is_told_every_field_at_fault(desk: tuple[Wiring, TestClient], papers: dict[str, Any]) -> None:
    broken = {**papers["inventory"], "currency": "RMB", "declared_value": "1,000", "colour": "red"}
    broken["released_at"] = "2026-10-31T10:00:00+08:00"
    answer = desk[1].post("/v1/screenings", json={**papers, "inventory": broken})
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["faults"]] == [
        "type:declared_value", "code:currency", "unknown:colour", "cleared:released_at",
    ]  # fmt: skip


def test_a_document_is_low_exactly_where_the_pattern_says_so_of_its_enterprise(
    desk: tuple[Wiring, TestClient],
) -> None:
    """R05 judges price steps; the same steps as one-line documents are low, or not, all alike."""
    home = desk[0].home
    reference = FolderOfReferences(home.path / REFERENCES).latest(TAKEN_AT)
    assert reference is not None
    # Nobody sells at half the price in this small zone, so that the same is asked of smaller differences.
    numbers = {**typology_parameters(home.policies.in_force(LAST_DAY))["R05"], "ratio_max": 0.9, "z_max": -1.0}
    with home.engine() as engine:
        know(home, Day.of(LAST_DAY), home.pin(), engine)
        judged = engine.rows(_judged_by_pattern(), {**numbers, "business_date": LAST_DAY})
    assert len(judged) > 200
    agreed = [_is_low(reference, row, numbers) == row[-1] for row in judged]
    assert all(agreed)
    assert {row[-1] for row in judged} == {True, False}


def _judged_by_pattern() -> str:
    from features.screening.reference import within_pattern

    return within_pattern(
        "R05", "select distinct hs_code, statutory_unit, origin_country, price_step, is_low from judged"
    )


def _is_low(reference: Any, row: Any, numbers: Any) -> bool:
    code, unit, origin, step, _ = row
    # A price in the middle of its step: the engine rounds a thousandth of the logarithm.
    total = Decimal(repr(2.718281828459045 ** (step / 1000) * 1000)).quantize(Decimal("0.00001"))
    head = {
        "entry_id": "1", "direction": "import", "mode": "0110", "currency": "CNY", "amount": total, "amount_cny": total,
        "declared_at": TAKEN_AT,
    }  # fmt: skip
    line = {
        "line_no": 1, "hs_code": code, "statutory_unit": unit, "origin_country": origin or None,
        "statutory_quantity": Decimal(1000), "line_total": total,
    }  # fmt: skip
    return isinstance(CHECKS["price_low"](measure(Papers("declaration", head, [line]), reference), numbers), Found)
