"""A day's plan and how grades moved, in a browser; and what an enterprise may apply for."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from pipelines.steps.planning import commit_seed, make_plan
from pipelines.storage.duties import assign_duty
from reports.pages import console
from tests.journeys.test_plan import CAPACITY
from tests.worlds.day_home import BEFORE, LAST_DAY, TAKEN_AT
from tests.worlds.served_home import House, sign_in


def test_the_plan_of_a_day_names_whom_each_office_looks_at_and_a_department_sees_its_own(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.REGULATOR)
    assert "没有存档的查验计划" in browser.get("/console/plan").text
    home = house.wiring.home
    commit_seed(home.database, LAST_DAY, "a" * 64, "officer-1", TAKEN_AT)
    plan = make_plan(home, LAST_DAY, CAPACITY, "officer-1", TAKEN_AT)
    page = browser.get("/console/plan").text
    for office in ("customs", "tax"):
        assert all(row["uscc"] in page for row in plan["offices"][office]["chosen"])
    assert "随机抽取，不代表有问题" in page
    with home.database.transaction() as connection:
        assign_duty(connection, "regulator-1", "tax", "operator-1", house.now)
    own = browser.get("/console/plan").text
    assert "<h2>税务</h2>" in own
    assert "<h2>海关</h2>" not in own


def test_the_matrix_holds_everybody_once_and_only_days_that_were_run(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.AUDITOR)
    page = browser.get("/console/migration").text
    numbers = [int(found) for found in re.findall(r'class="number(?: moved| same)?">(\d+)</td>', page)]
    assert sum(numbers) == 60
    assert f'value="{BEFORE}"' in page
    assert f'value="{LAST_DAY}"' in page
    for wrong in ("before=2026-10-31&day=2026-10-30", "before=2020-01-01&day=2026-10-31"):
        assert "没有可比较的两天" in browser.get(f"/console/migration?{wrong}").text


def test_an_enterprise_reads_what_it_may_apply_for_as_guidance(browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    page = browser.get("/me/support").text
    assert page.count("<article") == 9
    assert "仅供参考" in page


def test_a_long_list_is_shown_a_hundred_rows_at_a_time(
    house: House, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_LISTED", 10)
    sign_in(browser, Role.OFFICER)
    shown: list[str] = []
    page = "/console"
    while page:
        text = browser.get(page).text
        rows = re.findall(r'<td class="number">(\d+)</td>', text.rpartition("<h2>完整清单")[2])
        assert 0 < len(rows) <= 10
        shown += rows
        further = re.search(r'href="([^"]*)">后续各行', text)
        page = further[1].replace("&amp;", "&") if further else ""
    assert shown == [str(rank) for rank in range(1, len(shown) + 1)]
    assert len(shown) > 20
