"""The API over a home that has decided: every answer of a real day, and what people send to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from models.people.sharing import Share
from pipelines.settings import Settings
from pipelines.steps.day import Day
from pipelines.steps.sharing import SharingOffice
from pipelines.storage import accounts, decisions, duties, ledger
from pipelines.wiring import Wiring
from tests.worlds.day_home import LAST_DAY, TAKEN_AT

Ask = Callable[..., Any]
LAST_DAY_SECONDS = "1.7934048e+09"


@pytest.fixture(scope="module")
def served(two_days: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wiring, Ask, str]]:
    """A home, a way to ask it as an account, and an enterprise with an open alert that customs is to check."""
    path = Path(shutil.copytree(two_days, tmp_path_factory.mktemp("served") / "home"))
    wiring = Wiring(Settings(home=path, threads=2))
    with wiring.database.reading() as connection:
        alerts = decisions.open_alerts(connection, LAST_DAY)
    found = wiring.home.policies.in_force(LAST_DAY).actions
    own = next(
        one["uscc"] for one in alerts if "customs" in {measure.department for measure in found[one["rule"]].measures}
    )
    keys = {}
    with wiring.database.transaction() as connection:
        until = TAKEN_AT + timedelta(days=9)
        for role in Role:
            uscc = own if role is Role.ENTERPRISE else None
            accounts.open_account(connection, f"{role.replace('_', '-')}-1", role, TAKEN_AT, uscc)
            keys[role.value] = accounts.issue_key(connection, f"{role.replace('_', '-')}-1", TAKEN_AT, until)
        accounts.open_account(connection, "customs-1", Role.OFFICER, TAKEN_AT)
        duties.assign_duty(connection, "customs-1", "customs", "operator-1", TAKEN_AT)
        keys["customs"] = accounts.issue_key(connection, "customs-1", TAKEN_AT, until)
    with TestClient(wiring.api(lambda: TAKEN_AT)) as client:

        def ask(who: str, path: str, body: Any = None) -> Any:
            headers = {"Authorization": f"Bearer {keys[who]}", "X-Purpose": "audit"}
            return client.get(path, headers=headers) if body is None else client.post(path, headers=headers, json=body)

        yield wiring, ask, own
    wiring.database.close()


def test_every_question_about_a_day_is_answered(served: tuple[Wiring, Ask, str]) -> None:
    _, ask, own = served
    for what in ("grade", "reasons", "history", "alerts", "actions", "objections"):
        assert ask("regulator", f"/v1/enterprises/{own}/{what}").status_code == 200, what
    for what in ("grades", "alerts", "actions", "risk-list"):
        assert ask("regulator", f"/v1/{what}?date={LAST_DAY}").status_code == 200, what
    assert ask("operator", "/v1/batches").json()["batches"][0]["files"]
    assert f"xinji_latest_run_date_seconds {LAST_DAY_SECONDS}" in ask("operator", "/metrics").text
    assert ask("data_scientist", "/v1/models/in-force").json()["version"] == "expert"
    policy = ask("data_scientist", f"/v1/policy/in-force?date={LAST_DAY}").json()
    assert policy["digest"] == ask("regulator", f"/v1/enterprises/{own}/grade").json()["policy_digest"]
    assert len(policy["rules"]) > 50


def test_a_department_sees_its_part_of_the_list_and_the_zone_sees_it_all(served: tuple[Wiring, Ask, str]) -> None:
    _, ask, _ = served
    whole = ask("regulator", f"/v1/risk-list?date={LAST_DAY}").json()["rows"]
    part = ask("customs", f"/v1/risk-list?date={LAST_DAY}").json()["rows"]
    assert 0 < len(part) < len(whole)
    assert {measure["department"] for row in part for measure in row["measures"]} == {"customs"}


def test_a_suspicion_on_the_list_is_shown_to_the_department_that_checks_it_alone(
    served: tuple[Wiring, Ask, str],
) -> None:
    wiring, ask, _ = served
    actions = wiring.home.policies.in_force(LAST_DAY).actions
    of_customs = {name for name, one in actions.items() if "customs" in {each.department for each in one.measures}}
    whole = ask("regulator", f"/v1/risk-list?date={LAST_DAY}").json()["rows"]
    part = ask("customs", f"/v1/risk-list?date={LAST_DAY}").json()["rows"]
    shared = {row["uscc"] for row in part}
    hidden = {one["alert_id"] for row in whole for one in row["triggers"] if one["rule"] not in of_customs}
    assert any(one["alert_id"] in hidden for row in whole if row["uscc"] in shared for one in row["triggers"])
    assert {one["rule"] for row in part for one in row["triggers"]} <= of_customs
    assert not any(alert in str(part) for alert in hidden)
    for rows in (whole, part):  # what is told of a row is what its own alerts tell
        for row in rows:
            told = [Decimal(one["exposed_cny"]) for one in row["triggers"]]
            assert Decimal(row["exposed_cny"]) == sum(told)


def test_pages_of_grades_and_tasks_add_up_to_the_whole(served: tuple[Wiring, Ask, str]) -> None:
    _, ask, _ = served
    for what, size in (("grades", 25), ("actions", 20), ("alerts", 7), ("risk-list", 11)):
        name = {"risk-list": "rows"}.get(what, what)
        whole = ask("auditor", f"/v1/{what}?date={LAST_DAY}&limit=2000").json()[name]
        found: list[Any] = []
        after: str | None = ""
        while after is not None:
            page = ask("auditor", f"/v1/{what}?date={LAST_DAY}&limit={size}&after={after}").json()
            found, after = found + page[name], page["next"]
        assert found == whole, what


def test_an_enterprise_objects_for_itself_and_sees_who_looked(served: tuple[Wiring, Ask, str]) -> None:
    _, ask, own = served
    assert ask("regulator", f"/v1/enterprises/{own}/grade").status_code == 200
    filed = ask("enterprise", f"/v1/enterprises/{own}/objections", {"target": "grade", "reason": "not ours"})
    assert (filed.status_code, filed.json()["state"]) == (201, "filed")
    assert ask("enterprise", filed.headers["location"]).json()["objections"] == [filed.json()]
    wrong = ask("enterprise", f"/v1/enterprises/{own}/objections", {"target": "nothing", "reason": "x"})
    assert wrong.status_code == 404
    looks = ask("auditor", f"/v1/enterprises/{own}/looks").json()["looks"]
    assert {"regulator-1", "enterprise-1"} <= {one["account"] for one in looks}
    assert {201, 404} <= {one["status"] for one in looks}
    # An alert about it waits for a check: who looks into it is not told to it.
    assert ask("enterprise", f"/v1/enterprises/{own}/looks").json()["looks"] == []


def test_feedback_of_an_officer_is_on_record_in_ledger_and_lake(served: tuple[Wiring, Ask, str]) -> None:
    wiring, ask, own = served
    alert = ask("customs", f"/v1/enterprises/{own}/alerts").json()["alerts"][0]
    body = {"finding": "explained", "reason": "papers were shown"}
    assert ask("auditor", f"/v1/alerts/{alert['alert_id']}/feedback", body).status_code == 403
    given = ask("customs", f"/v1/alerts/{alert['alert_id']}/feedback", body)
    assert (given.status_code, given.json()["finding"]) == (201, "explained")
    with wiring.database.reading() as connection:
        acts = list(ledger.entries(connection, "judgements", subject=own))
        assert [entry.kind for entry in acts][-1] == "finding"
        assert ledger.verify(connection).holds


def test_a_bank_sees_the_summary_while_a_consent_holds_and_the_enterprise_sees_that_it_looked(
    served: tuple[Wiring, Ask, str],
) -> None:
    wiring, ask, own = served
    address, consents = f"/v1/enterprises/{own}/trade-finance", f"/v1/enterprises/{own}/consents"
    assert ask("bank", address).status_code == 403
    last_day = (TAKEN_AT + timedelta(days=30)).date().isoformat()
    given = {"receiver": "bank-1", "purpose": "export loan", "last_day": last_day}
    assert ask("enterprise", consents, {**given, "receiver": "officer-1"}).status_code == 422
    consent = ask("enterprise", consents, given)
    assert consent.status_code == 201, consent.text
    shown = ask("bank", address)
    assert shown.status_code == 200, shown.text
    told = shown.json()
    assert (told["consent"], told["purpose"]) == (consent.json()["id"], "export loan")
    assert (told["orders"], Decimal(told["orders_cny"])) == orders_of(wiring, own)
    looks = ask("auditor", f"/v1/enterprises/{own}/looks").json()["looks"]
    seen = [one["purpose"] for one in looks if one["what"] == "trade_finance" and one["status"] == 200]
    assert seen == ["export loan"]

    assert ask("enterprise", f"{consents}/{told['consent']}/withdrawal", {"reason": "paid back"}).status_code == 201
    assert ask("bank", address).status_code == 403
    assert ask("enterprise", f"{consents}/{told['consent']}/withdrawal", {"reason": "again"}).status_code == 409


def orders_of(wiring: Wiring, uscc: str) -> tuple[int, Decimal]:
    """How many orders of the year were known of an enterprise, and their sum, asked of the lake itself."""
    known_at = Day.of(LAST_DAY).known_at
    versions = wiring.home.pin().versions_sql("order", known_at)
    with wiring.home.engine() as engine:
        number, total = engine.rows(f"""
            select count(*), sum(amount_cny) from (
                select distinct on (key_hash) * from ({versions}) as version
                where received_at <= timestamptz '{known_at.isoformat()}'
                order by key_hash, received_at desc
            ) as latest
            where annulled_at is null and uscc = '{uscc}'
                and event_day between date '{LAST_DAY}' - 364 and date '{LAST_DAY}'
        """)[0]
    return int(str(number)), Decimal(str(total or "0.00"))


def test_a_subscriber_is_told_its_scope_and_after_it_ended_nothing(served: tuple[Wiring, Ask, str]) -> None:
    wiring, ask, own = served
    office = SharingOffice(wiring.home)
    share = Share("system-1", "exchange of credit records", TAKEN_AT.date())
    held = office.subscribe(share, [own], "operator-1", TAKEN_AT)
    told = ask("system", f"/v1/subscriptions/{held.id}/grades").json()
    assert [one["uscc"] for one in told["grades"]] == [own]
    assert ask("system", f"/v1/subscriptions/{held.id}/changes?since={told['place']}").json()["changes"] == []
    everything = ask("system", f"/v1/subscriptions/{held.id}/changes?since=0").json()
    assert [one["uscc"] for one in everything["changes"]] == [own]
    assert ask("regulator", f"/v1/subscriptions/{held.id}/grades").status_code == 404, "it is somebody else's"
    shown = ask("enterprise", f"/v1/enterprises/{own}/consents").json()
    assert [one["id"] for one in shown["subscriptions"]] == [held.id]
    office.end_subscription(held.id, "operator-1", TAKEN_AT, "no longer needed")
    assert ask("system", f"/v1/subscriptions/{held.id}/changes?since=0").status_code == 403
