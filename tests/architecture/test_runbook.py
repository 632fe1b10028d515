"""Whoever is woken by an alarm finds its page, and whoever reads a metric finds it named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.steps.alarms import Runbook
from reports.api.metrics import Measurements, exposition

OPERATIONS = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##)", OPERATIONS, flags=re.MULTILINE | re.DOTALL))


def test_every_alarm_has_a_page_and_every_page_an_alarm() -> None:
    assert PAGES.keys() == {alarm.value for alarm in Runbook}


def test_a_page_says_what_it_means_where_to_look_what_to_do_and_whom_to_tell() -> None:
    for name, page in PAGES.items():
        assert re.findall(r"^- (\w+):", page, flags=re.MULTILINE) == ["Means", "Look", "Do", "Tell"], name


def test_every_metric_is_named_on_a_page() -> None:
    told = exposition(
        Measurements(
            date(2026, 4, 1), {"B": 1}, {"dead": 1}, ("tax",), {"nobody": 1}, datetime(2026, 4, 1, tzinfo=UTC), 1
        )
    ).decode()
    names = set(re.findall(r"^# TYPE (\S+)", told, flags=re.MULTILINE))
    assert len(names) > 6
    assert not [name for name in names if f"`{name}`" not in OPERATIONS]
