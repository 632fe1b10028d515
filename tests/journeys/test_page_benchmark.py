"""The benchmark of the pages asks for pages that are there, and calls a page that fails no figure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from pipelines.benchmarks.measuring import BenchmarkError
from pipelines.benchmarks.pages import Asked, answers, enter, questions
from tests.worlds.day_home import LAST_DAY
from tests.worlds.served_home import House


def test_every_page_of_the_benchmark_answers_and_is_weighed(house: House) -> None:
    asked = [replace(one, addresses=one.addresses[:1]) for one in questions(house.path, LAST_DAY)]
    assert {one.account for one in asked} == {"bench-officer", "bench-operator", "bench-enterprise"}
    for account in {one.account for one in asked}:
        with TestClient(house.pages, base_url="http://localhost") as browser:
            enter(browser, account)
            found = [answers(browser, one, again=1) for one in asked if one.account == account]
        assert all(0 < one.kilobytes < 300 and 0 < one.first_ms <= one.whole_ms for one in found)


def test_a_page_that_is_not_there_is_no_figure(house: House) -> None:
    questions(house.path, LAST_DAY)
    with TestClient(house.pages, base_url="http://localhost") as browser:
        enter(browser, "bench-operator")
        with pytest.raises(BenchmarkError, match="answered 403"):
            answers(browser, Asked("the list", "bench-operator", ("/console",)), again=1)
