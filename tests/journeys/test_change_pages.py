"""Changes of policy and of the model in a browser: tried, proposed by one account, approved by another."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import httpx
import pytest
from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from pipelines.steps.policies import published_book
from pipelines.steps.promotion import champion_of, install_first
from tests.journeys.test_policy_change import CHANGE
from tests.unit.pipelines.steps.test_promotion import card, pack_of
from tests.worlds.day_home import BEFORE, LAST_DAY
from tests.worlds.served_home import House, send, sign_in


def switch(browser: TestClient, role: Role) -> None:
    browser.cookies.clear()
    sign_in(browser, role)


def test_a_change_is_tried_proposed_and_approved_by_two_accounts_and_in_force_the_next_day(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.OFFICER)
    clock = "  objections/clock: { forward_working_days: 1, answer_working_days: 2, longest_working_days: 20 }"
    change_of_two = CHANGE.replace("values:\n", f"values:\n{clock}\n")
    asked = {"change": change_of_two, "first": BEFORE.isoformat(), "last": LAST_DAY.isoformat()}
    unknown = send(browser, "/policy", "/policy/trials", **{**asked, "first": "2026-10-01", "last": "2026-10-02"})
    assert "没有任何一天" in unknown.text
    tried = send(browser, "/policy", "/policy/trials", **asked)
    assert "已试算" in tried.text
    cells = [int(number) for number in re.findall(r'class="number(?: moved| same)?">(\d+)</td>', tried.text)]
    assert sum(cells[:60]) >= 60, "everybody stands somewhere in the matrix"
    assert 'class="number moved"' in tried.text
    assert not any(uscc in tried.text for uscc in house.codes), "no enterprise is named"
    trial = tried.url.path
    today = house.now.date()
    late = send(browser, trial, trial, effective=today.isoformat(), reason="the pilot rules changed")
    assert "不溯及既往" in late.text
    tomorrow = today + timedelta(days=1)
    proposed = send(browser, trial, trial, effective=tomorrow.isoformat(), reason="the pilot rules changed")
    assert "须由另一账号批准" in proposed.text
    approval = re.search(r"<dd>([0-9a-f]{12})</dd>", proposed.text)
    assert approval
    assert f'action="/policy/changes/{approval[1]}"' not in proposed.text, "who proposed is not asked to approve"
    change = f"/policy/changes/{approval[1]}"
    assert "须由另一账号批准" in send(browser, "/policy", change, reason="mine").text
    switch(browser, Role.REGULATOR)
    assert f'action="{change}"' in browser.get("/policy").text
    assert "已由第二个账号批准" in send(browser, "/policy", change, reason="read and agreed").text
    book = published_book(house.wiring.database)
    assert book.in_force(tomorrow).scale.grade_of(660) == "A"
    assert book.in_force(today).scale.grade_of(660) != "A"
    assert "已生效" not in browser.get("/policy").text
    house.now += timedelta(days=1)
    switch(browser, Role.REGULATOR)
    assert "已生效" in browser.get("/policy").text, "without the service being started again"
    switch(browser, Role.ENTERPRISE)
    filed = send(browser, "/me/objections", "/me/objections", target="grade", reason="it was another")
    assert "2026年11月4日" in filed.text, "two working days, as the new clock says"
    house.now -= timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"change": "a: [", "first": "2026-10-30", "last": "2026-10-31"}, "无法读取"),
        ({"change": CHANGE, "first": "2026-01-01", "last": "2026-10-31"}, "1 至 31 天"),
    ],
)
def test_a_change_that_cannot_be_tried_is_answered_in_words_and_kept_in_the_form(
    browser: TestClient, asked: dict[str, str], says: str
) -> None:
    sign_in(browser, Role.OFFICER)
    answer = send(browser, "/policy", "/policy/trials", **asked)
    assert says in answer.text
    assert asked["change"].strip().splitlines()[0].split(":")[0] in answer.text


def test_a_challenger_is_promoted_by_two_accounts_on_its_evidence(house: House, browser: TestClient) -> None:
    registry, database = house.registry, house.wiring.database
    for points in (0.4, 0.5):
        registry.register(card(points), None)  # type: ignore[arg-type]
    install_first(database, registry, "1", date(2026, 10, 31))
    pack = json.dumps(pack_of(registry.scorers["2"].digest))
    registry.attach("2", {"pack.json": pack, "pack.html": "<p>pack"}, "validation")

    def step(name: str) -> httpx.Response:
        return send(browser, "/policy", "/models/2", step=name, reason="better by far")

    sign_in(browser, Role.DATA_SCIENTIST)
    assert browser.get("/models/2/pack").text == "<p>pack"
    assert browser.get("/models/1").status_code == 404, "it was not validated"
    assert "须由另一账号批准" in step("propose").text
    assert step("approve").status_code == 403, "another duty"
    switch(browser, Role.OFFICER)
    assert "data-scientist-1" in browser.get("/models/2").text
    assert "已由第二个账号批准" in step("approve").text
    with database.reading() as connection:
        assert champion_of(connection) == "2"
    assert "现用" in browser.get("/models/2").text
    assert "晋级" in browser.get("/models").text
