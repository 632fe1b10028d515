"""What every test shares: in CI a test that needs a service must find it."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

SERVICE_MARKS = ("postgresql", "broker", "browser", "spark")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for want of a service into a failure where the machine is ours to furnish."""
    report = yield
    needs_service = any(item.get_closest_marker(mark) for mark in SERVICE_MARKS)
    if report.skipped and needs_service and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI every service must be there: {report.longrepr}"
    return report
