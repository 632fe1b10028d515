"""Advice is counted per enterprise and day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations.errors import ConflictError
from pipelines.storage.advice import count_request
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date

TODAY, TOMORROW = date(2026, 11, 1), date(2026, 11, 2)


def test_requests_are_used_up_per_enterprise_and_come_back_the_next_day(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    with database.transaction() as connection:
        assert [count_request(connection, "one", TODAY, 2) for _ in range(2)] == [1, 2]
        with pytest.raises(ConflictError, match="tomorrow"):
            count_request(connection, "one", TODAY, 2)
        assert count_request(connection, "another", TODAY, 2) == 1
        assert count_request(connection, "one", TOMORROW, 2) == 1
    database.close()
