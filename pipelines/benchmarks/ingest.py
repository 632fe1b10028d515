"""What taking a file in costs, with every check, quarantine, gate and lake file, against reading it into Parquet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq

from expectations.contracts.catalog import all_contracts
from expectations.contracts.typed import literal, sql_type
from expectations.intake.set_aside import ROW
from expectations.vocabulary.moment import ZONE
from pipelines.benchmarks.made_up_lists import DAY, Planted, write_lists
from pipelines.benchmarks.measuring import BenchmarkError, Report, measured
from pipelines.settings import Settings
from pipelines.steps.ingest.batch import take_in
from pipelines.wiring import Wiring

GOAL = "at most 2.5 times the floor, and every broken row in quarantine"
_TABLE = "inventory"


def ingest(rows: int, seed: int) -> Report:
    """Take a file of made-up lists into a new home, and read the same file into Parquet with nothing but its types.

    Raises
    ------
    BenchmarkError
        When the quarantine does not hold exactly the broken rows, each with its own fault, or the counts do not add up.
    """
    with TemporaryDirectory(prefix="xinji-bench-") as name:
        folder = Path(name)
        file = folder / f"{_TABLE}.csv"
        written, planted = measured("write the file", write_lists, file, rows, seed)
        floor, read = measured("floor", read_into_parquet, file, folder / "floor.parquet")
        whole, taken = measured("ingest", take_into_home, file, folder / "home")
        size = file.stat().st_size
        compare(taken, rows, planted)
    if read != rows - planted.codes.get("type:declared_value", 0):
        raise BenchmarkError(f"The floor read {read:,} rows of {rows:,}.")
    details = {
        "table": _TABLE, "rows": rows, "bytes": size, "seed": seed, "broken": planted.codes, "counts": taken["counts"],
        "microseconds_per_row": round(1e6 * whole.cpu_seconds / rows, 2),
    }  # fmt: skip
    ratio = round(whole.cpu_seconds / floor.cpu_seconds, 2)
    return Report("ingest", (written, whole, floor), floor.name, ratio, GOAL, details)


def take_into_home(file: Path, home: Path) -> dict[str, Any]:
    """The product's own way: read, check, set aside, judge, place, commit, and show what the gates measured.

    Gives the counts of the table, the rows per fault, and the numbers of the rows that lie in quarantine.
    """
    wiring = Wiring(Settings(home=home, database_url=""))
    wiring.settle_in()
    docs = wiring.data_docs()
    received_at = datetime.combine(DAY + timedelta(days=1), time(0, 30), ZONE)
    report = take_in(wiring.intake(docs), file, received_at)
    docs.build()
    (batch,) = report.batches
    (taken,) = batch.files()
    faults = {each["code"]: each["rows"] for each in taken.findings if each["level"] == "quarantine"}
    aside = wiring.lake.root / "quarantine" / _TABLE / f"{taken.quarantine_sha256}.parquet"
    wiring.database.close()
    kept = pq.read_table(aside, columns=[ROW]).column(ROW).to_pylist() if faults else []
    return {"counts": report.tables()[_TABLE], "faults": faults, "quarantined": kept}


def read_into_parquet(file: Path, target: Path) -> int:
    """The floor: DuckDB reads the file with the table's types and writes Parquet as the lake does; gives the rows.

    It passes over the rows that its types cannot hold and looks at nothing else.
    """
    types = ", ".join(
        f"{literal(field.name)}: {literal(sql_type(field.type))}" for field in all_contracts()[_TABLE].fields
    )
    with duckdb.connect(config={"threads": Settings().threads}) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv({literal(str(file))}, columns = {{{types}}}, header = true, "
            "auto_detect = false, delim = ',', quote = '\"', escape = '\"', ignore_errors = true)) "
            f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )
        counted = connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(target))})").fetchall()
    return int(counted[0][0])


def compare(taken: dict[str, Any], rows: int, planted: Planted) -> None:
    """Hold what was taken (``take_into_home``) against what was planted.

    Raises
    ------
    BenchmarkError
        When the counts do not add up, or the quarantine holds another row, or a row another fault.
    """
    counts = taken["counts"]
    if counts["received"] != rows or rows != sum(counts[each] for each in ("accepted", "quarantined", "duplicates")):
        raise BenchmarkError(f"The counts do not add up to {rows:,} rows: {counts}.")
    if taken["faults"] != planted.codes or taken["quarantined"] != list(planted.rows):
        raise BenchmarkError(f"Planted were {planted.codes}; quarantined are {taken['faults']}.")
