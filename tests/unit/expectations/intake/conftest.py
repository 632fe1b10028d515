from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.contracts.catalog import load_contract
from expectations.contracts.schema import Contract
from expectations.intake.reading import read_delivered
from expectations.intake.rows import DELIVERED, MALFORMED_ROWS, DeliveredFile

HEADER = "pay_code,pay_txn_id,platform_uscc,order_no,payer_token,amount,currency,paid_at"


def payment_line(number: int, payer: str = "t1") -> str:
    return f"P1,X{number},91659007MA7TETA132,O{number},{payer},1.50,CNY,2026-03-01T10:00:00"


@pytest.fixture
def contract() -> Contract:
    return load_contract("payment")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


class Reader:
    """Reads bytes as if they had been delivered under a name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> None:
        self.connection, self.contract, self.folder = connection, contract, folder

    def __call__(self, content: bytes | str, name: str = "payment.csv") -> DeliveredFile:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        delivered = read_delivered(self.connection, path, self.contract, work)
        return delivered if delivered.reread is None or self._can_be_read() else delivered.reread()

    def _can_be_read(self) -> bool:
        """What is left where it lies is read now, in whole, as the checks would."""
        try:
            self.connection.execute(f"CREATE OR REPLACE TABLE read_whole AS SELECT * FROM {DELIVERED}")
        except duckdb.Error:
            self.connection.execute(f"DROP VIEW {DELIVERED}")
            return False
        return True

    def rows(self, field: str) -> dict[int, str | None]:
        """One field of every row that could be taken apart, by row number."""
        return dict(self.connection.execute(f'SELECT source_row, "{field}" FROM {DELIVERED} ORDER BY 1').fetchall())

    def malformed(self) -> dict[int, str]:
        return dict(self.connection.execute(f"SELECT source_row, fault FROM {MALFORMED_ROWS} ORDER BY 1").fetchall())


ReadBytes = Callable[..., DeliveredFile]


@pytest.fixture
def read(connection: duckdb.DuckDBPyConnection, contract: Contract, tmp_path: Path) -> Reader:
    return Reader(connection, contract, tmp_path)
