"""A home with nothing but a lake and a database, to try ingests on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.contracts.catalog import all_contracts
from expectations.contracts.schema import Contract
from pipelines.steps.ingest.batch import take_in
from pipelines.steps.ingest.file import Intake
from pipelines.steps.ingest.report import IngestReport
from pipelines.storage.batches import Verdict
from pipelines.storage.database import Database
from pipelines.storage.lake import Lake
from pipelines.storage.migrations import bring_up_to_date

MOMENT = datetime.fromisoformat("2026-03-02T06:00:00+08:00")
USCC = "91659007MA7TETA132"


@dataclass(frozen=True)
class Said:
    measure: str
    severity: str
    says_en: str
    says_zh: str


@dataclass(frozen=True)
class Judged:
    verdict: Verdict
    findings: Sequence[Said] = ()


def judge_by_share(
    contract: Contract, accepted: Path, received: int, quarantined: int, received_at: datetime
) -> Judged:
    """A gate: a file more than half of which is broken is withheld, one without rows too."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(accepted)]).fetchall()[0][0]
    if rows == 0 or quarantined * 2 > received:
        return Judged("withhold", [Said("quarantined", "withhold", "more than half is broken", "超过一半的行有错")])
    return Judged("pass")


def payment(number: int, **changes: str) -> dict[str, str]:
    row = {
        "pay_code": "P1",
        "pay_txn_id": f"X{number}",
        "platform_uscc": USCC,
        "order_no": f"O{number}",
        "payer_token": f"{number:064x}",
        "amount": "10.00",
        "currency": "CNY",
        "paid_at": "2026-03-01T10:00:00",
        "received_at": "2026-03-01T12:00:00",
    }
    return {**row, **changes}


def csv_of(rows: Sequence[dict[str, str]]) -> bytes:
    names = list(payment(0)) + sorted({name for row in rows for name in row} - set(payment(0)))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


class Home:
    """A lake of its own, with ways to deliver to it and to look into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(f"sqlite:///{folder / 'ledger.db'}")
        bring_up_to_date(self.database)
        self.lake = Lake(folder / "lake", self.database)
        self.intake = Intake(self.lake, all_contracts(), judge_by_share, threads=1)
        self.delivered = 0

    def deliver(self, files: dict[str, bytes], moment: datetime = MOMENT, manifest: Any = None) -> IngestReport:
        """Put files into a new folder of the inbox, with a manifest when some of it is given, and take them in."""
        self.delivered += 1
        inbox = self.folder / "inbox" / str(self.delivered)
        inbox.mkdir(parents=True)
        for name, content in files.items():
            (inbox / name).write_bytes(content)
        if manifest is not None:
            (inbox / "manifest.json").write_text(json.dumps(_manifest(files, manifest)))
        return take_in(self.intake, inbox, moment)

    def payments(self, *rows: dict[str, str], **how: Any) -> dict[str, Any]:
        """Deliver payments as CSV; gives the numbers of the table."""
        return self.deliver({"payment.csv": csv_of(rows)}, **how).tables()["payment"]

    def versions(
        self, columns: str = "pay_txn_id, amount", table: str = "payment", **how: Any
    ) -> list[tuple[Any, ...]]:
        """Every version that counts, in version order."""
        query = self.lake.versions_sql(table, self.lake.snapshot(), **how)
        with duckdb.connect() as connection:
            return connection.execute(
                f"SELECT {columns} FROM ({query}) ORDER BY received_at, ingest_sequence, source_row"
            ).fetchall()

    def set_threads(self, threads: int) -> None:
        self.intake = replace(self.intake, threads=threads)

    def with_gate(self, gate: Any) -> None:
        self.intake = replace(self.intake, gate=gate)

    def tree(self) -> list[str]:
        """Every file of the lake but work in progress."""
        files = (path.relative_to(self.lake.root) for path in self.lake.root.rglob("*") if path.is_file())
        return sorted(str(path) for path in files if path.parts[0] != "working")

    def dump(self) -> list[str]:
        """Every row of the database as text."""
        with self.database.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            return [line for line in raw.iterdump() if line.startswith("INSERT")]


def _manifest(files: dict[str, bytes], given: dict[str, Any]) -> dict[str, Any]:
    listed = [
        {
            "table": name.split(".")[0],
            "path": name,
            "rows": content.count(b"\n") - 1,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in files.items()
    ]
    return {"source": "bank", "batch_id": "B1", "produced_at": "2026-03-01T23:00:00", "files": listed, **given}
