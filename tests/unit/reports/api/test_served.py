"""The API as a process of its own, over a real database: keys, grades and the record of reads."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from expectations.vocabulary.role import Role
from models.grade.record import SealedRecord
from pipelines.storage.accounts import issue_key, open_account, revoke_key
from pipelines.storage.database import Database
from pipelines.storage.decisions import Judged, Run, commit_run
from pipelines.storage.ledger import entries, verify
from pipelines.storage.migrations import bring_up_to_date

REPOSITORY = Path(__file__).resolve().parents[4]
OWN, OTHER = "91652702MADEM0011Q", "91652701MADEM0011A"
SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import uvicorn
from pipelines.settings import Settings
from pipelines.wiring import Wiring
app = Wiring(Settings(home=Path(sys.argv[1]))).api(lambda: datetime.now(UTC))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(made)
    yield made
    made.close()


@pytest.fixture
def keys(database: Database) -> dict[str, str]:
    """A key for an enterprise and for an officer."""
    now = datetime.now(UTC)
    with database.transaction() as connection:
        open_account(connection, "shop", Role.ENTERPRISE, now, OWN)
        open_account(connection, "wang", Role.OFFICER, now)
        return {name: issue_key(connection, name, now, now + timedelta(hours=1)) for name in ("shop", "wang")}


@pytest.fixture
def served(database: Database) -> Iterator[httpx.Client]:
    """A client of a server process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(str(database.engine.url.database)).parent
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(home), str(port)], cwd=REPOSITORY)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            _wait_until_ready(client)
            yield client
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client.get("/ready").raise_for_status()
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def commit(database: Database, record: dict[str, Any]) -> None:
    day = datetime.fromisoformat(record["known_at"]).date() - timedelta(days=1)
    run = Run(
        day, knowledge_cutoff(day), "a" * 64, "f" * 64, "3", "e" * 64, "lake/features/x.parquet", "b" * 64, "0.1.0"
    )
    with database.transaction() as connection:
        records = [{**record, "uscc": uscc, "decision_id": uscc} for uscc in (OWN, OTHER)]
        commit_run(connection, run, Judged(map(SealedRecord.of, records)))


def test_a_key_opens_its_own_grade_until_it_is_revoked(
    database: Database, keys: dict[str, str], served: httpx.Client, decision: dict[str, Any]
) -> None:
    commit(database, decision)
    shop, wang = ({"authorization": f"Bearer {keys[name]}"} for name in ("shop", "wang"))
    assert served.get(f"/v1/enterprises/{OWN}/grade", headers=shop).json()["grade"] == "B"
    assert served.get(f"/v1/enterprises/{OTHER}/grade", headers=shop).status_code == 403
    why = {"x-purpose": "check 17"}
    listed = served.get("/v1/grades", params={"date": decision["date"]}, headers={**wang, **why}).json()
    assert [one["uscc"] for one in listed["grades"]] == [OTHER, OWN]
    with database.transaction() as connection:
        revoke_key(connection, keys["shop"].split("_")[1], datetime.now(UTC))
    assert served.get(f"/v1/enterprises/{OWN}/grade", headers=shop).status_code == 401
    with database.reading() as connection:
        assert [entry.subject for entry in entries(connection, "reads")] == [OWN, OTHER, decision["date"]]
        assert verify(connection).holds
