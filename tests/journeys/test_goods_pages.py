"""Goods and parties in a browser: a code is looked up, a period's quality read, and a token never shown."""

from __future__ import annotations

from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from pipelines.steps.goods import Parties
from pipelines.storage import decisions
from pipelines.storage.reads import reads_about
from tests.worlds.day_home import LAST_DAY
from tests.worlds.served_home import House, sign_in

CODE = "SY0000000000"


def test_a_code_is_followed_from_production_to_sale_and_an_unknown_one_is_told_in_words(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.REGULATOR)
    page = browser.get(f"/console/traces?code={CODE}").text
    places = [page.index(f">{node}<") for node in ("生产", "入库", "出运", "通关", "销售")]
    assert places == sorted(places)
    assert "前后衔接" in page
    assert "没有溯源码 &lt;b&gt; 的记录" in browser.get("/console/traces?code=%3Cb%3E").text


def test_quality_of_a_period_names_goods_and_enterprises(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.REGULATOR)
    page = browser.get("/console/quality?first=2026-06-01&last=2026-10-31")
    assert "SKU0000248" in page.text
    assert "/console/enterprises/91" in page.text
    assert len(page.content) < 300_000
    assert "SKU" not in browser.get("/console/quality?first=2020-01-01&last=2020-02-01").text


def test_who_belongs_together_is_shown_without_what_they_share_and_each_look_is_on_record(
    house: House, browser: TestClient
) -> None:
    home = house.wiring.home
    with home.database.reading() as connection:
        codes = [record["uscc"] for record in decisions.decisions_of(connection, LAST_DAY)]
    parties = Parties(home)
    uscc, ties = next((one, found) for one in codes if (found := parties.ties(one)))
    others = {holder for tie in ties for holder in tie.holders} - {uscc}
    sign_in(browser, Role.OFFICER, "a common address")
    page = browser.get(f"/console/enterprises/{uscc}/parties").text
    assert all(other in page for other in others)
    with home.database.reading() as connection:
        for member in (uscc, *others):
            assert reads_about(connection, member)[-1]["purpose"] == "a common address"
    with house.wiring.home.engine() as engine:
        lake = home.pin()
        tokens = engine.rows(f"select phone_token, address_token from ({lake.versions_sql('enterprise')}) as told")
    drawn = browser.get(f"/console/enterprises/{uscc}/parties.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert not any(str(token) in page + drawn.text for row in tokens for token in row if token)
