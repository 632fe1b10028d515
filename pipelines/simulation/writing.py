"""Landing batches: one backfill per source, then one batch per source and day, each with its manifest."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from expectations.contracts.catalog import load_contract
from expectations.vocabulary.digest import sha256_file
from expectations.vocabulary.moment import ZONE
from pipelines.simulation.columns import DAY, SECOND, Booleans, Integers, day_number, midnight, moments
from pipelines.simulation.settings import FileFormat, ZoneSettings
from pipelines.simulation.versions import Delivered

SEND_HOURS = {
    "operator": 2.0,
    "market_regulation": 2.1,
    "platform": 2.2,
    "payment": 2.4,
    "logistics": 2.6,
    "customs": 3.0,
    "traceability": 3.1,
    "border_trade": 3.2,
    "warehouse": 3.3,
    "court": 3.8,
    "tax": 4.0,
    "safe": 4.2,
    "commerce": 4.4,
}
"""When each source sends the day's batch, in hours after midnight: all before the cut at six, and registers before the
documents that refer to them, so that few rows are orphans when batches are taken in as they were sent."""

_EMPTY_AS = {
    "string": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "decimal(18,2)": pa.decimal128(18, 2),
    "decimal(18,5)": pa.decimal128(18, 5),
    "decimal(18,8)": pa.decimal128(18, 8),
}


@dataclass
class Tally:
    """Rows of one table over all batches: what ingest must account for."""

    written: int = 0
    broken: int = 0
    duplicates: int = 0


@dataclass
class Landing:
    """Writes batches under a folder and counts what it wrote."""

    out: Path
    settings: ZoneSettings
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    batches: list[str] = field(default_factory=list)

    def write(self, source: str, deliveries: Iterable[Delivered]) -> None:
        """Write all of a source: its tables, cut into batches by the moment of receipt."""
        by_table: dict[str, list[Delivered]] = defaultdict(list)
        for delivered in deliveries:
            by_table[delivered.table].append(delivered)
        periods = _periods(self.settings)
        send_times = np.array([_send_time(source, last) for _, last in periods])
        files: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for table in sorted(by_table):
            merged, received, (broken, copied) = _merge(by_table[table])
            batch = _batch_of(source, received, send_times, self.settings)
            received = _held_back(received, batch, send_times, source, self.settings)
            merged = merged.append_column("received_at", moments(received))
            for number in range(len(periods)):
                here = np.flatnonzero(batch == number)
                if len(here):
                    part = merged if len(here) == merged.num_rows else merged.take(pa.array(here))
                    files[number].append(self._file(source, periods[number], table, part))
                    self._count(table, len(here), int(broken[here].sum()), int(copied[here].sum()))
        for number in range(len(periods)):
            entries = files[number]
            if not entries and self._is_out(source, periods[number]):
                continue
            quiet = sorted(set(by_table) - {entry["table"] for entry in entries})
            self._manifest(source, periods[number], int(send_times[number]), entries, quiet)

    def _file(self, source: str, period: tuple[date, date], table: str, part: pa.Table) -> dict[str, Any]:
        folder = self.out / _batch_id(source, period)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{table}.{self.settings.file_format}"
        write_file(part, path, self.settings.file_format)
        return {"table": table, "path": path.name, "rows": part.num_rows, "sha256": sha256_file(path)}

    def _is_out(self, source: str, period: tuple[date, date]) -> bool:
        """Whether the source is silent in an outage on the batch's last day."""
        return any(
            outage.source == source and 0 <= (period[1] - outage.first_day).days < outage.days
            for outage in self.settings.outages
        )

    def _count(self, table: str, written: int, broken: int, duplicates: int) -> None:
        tally = self.tallies[table]
        tally.written += written
        tally.broken += broken
        tally.duplicates += duplicates

    def _manifest(
        self, source: str, period: tuple[date, date], sent: int, files: list[dict[str, Any]], quiet: list[str]
    ) -> None:
        batch_id = _batch_id(source, period)
        produced = datetime.fromtimestamp(sent // SECOND, tz=ZONE)
        manifest = {
            "source": source,
            "batch_id": batch_id,
            "produced_at": produced.isoformat(),
            "files": files,
            "nothing_new": quiet,
        }
        folder = self.out / batch_id
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
        self.batches.append(batch_id)


def _periods(settings: ZoneSettings) -> list[tuple[date, date]]:
    """First and last day of each batch: the backfill, then single days."""
    last_history = settings.end_date - timedelta(days=settings.daily_batches)
    singles = [last_history + timedelta(days=ahead) for ahead in range(1, settings.daily_batches + 1)]
    return [(settings.start_date, last_history), *((day, day) for day in singles)]


def _batch_id(source: str, period: tuple[date, date]) -> str:
    first, last = period
    return f"{source}-{first:%Y%m%d}" + ("" if first == last else f"-{last:%Y%m%d}")


def _send_time(source: str, last_day: date) -> int:
    return int(midnight(day_number(last_day) + 1)) + int(SEND_HOURS[source] * 3600) * SECOND


def _batch_of(source: str, received: Integers, send_times: Integers, settings: ZoneSettings) -> Integers:
    """The first batch sent at or after receipt; one past the last when it is still on its way."""
    batch = np.searchsorted(send_times, received, side="left")
    for outage in settings.outages:
        if outage.source == source:
            first = np.searchsorted(send_times, midnight(day_number(outage.first_day)) + DAY)
            batch = np.where((batch >= first) & (batch < first + outage.days), first + outage.days, batch)
    return np.asarray(batch)


def _held_back(
    received: Integers, batch: Integers, send_times: Integers, source: str, settings: ZoneSettings
) -> Integers:
    """During an outage nothing is received: rows are received when the feed is back."""
    if not any(outage.source == source for outage in settings.outages) or len(send_times) < 2:
        return received
    opens = np.concatenate([[np.iinfo(np.int64).min], send_times[:-1]])
    return np.asarray(np.maximum(received, opens[np.minimum(batch, len(send_times) - 1)] + SECOND))


def _merge(parts: list[Delivered]) -> tuple[pa.Table, Integers, tuple[Booleans, Booleans]]:
    tables = [part.columns for part in parts]
    merged = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")
    received = np.concatenate([part.received for part in parts])
    return _in_full(parts[0].table, merged.unify_dictionaries()), received, _marks(parts)


def _marks(parts: list[Delivered]) -> tuple[Booleans, Booleans]:
    """Which rows are broken, and which are exact copies of a row that is not."""
    return np.concatenate([part.broken for part in parts]), np.concatenate([part.copied for part in parts])


def _in_full(name: str, table: pa.Table) -> pa.Table:
    """Every field of the dictionary in its order; what the zone has no value for is empty."""
    columns = {}
    for contract_field in load_contract(name).fields:
        if contract_field.name in table.column_names:
            columns[contract_field.name] = table[contract_field.name]
        elif contract_field.name != "received_at":
            columns[contract_field.name] = pa.nulls(table.num_rows, _EMPTY_AS[contract_field.type])
    return pa.table(columns)


def write_file(table: pa.Table, path: Path, file_format: FileFormat) -> None:
    """Write a table as one file, the same bytes for the same rows."""
    if file_format == "parquet":
        pq.write_table(table, path, compression="zstd", compression_level=1, store_schema=False)
        return
    text = _as_text(table)
    if file_format == "csv":
        csv.write_csv(text, path)
    elif file_format == "csv.gz":
        with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=4) as stream:
            csv.write_csv(text, stream)
    else:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("rows_to_write", text)
            connection.execute(f"copy rows_to_write to '{path}' (format json)")


def _as_text(table: pa.Table) -> pa.Table:
    """Every value as its text: exact decimals, moments with +08:00, true and false."""
    return pa.table({name: _text_of(table[name]) for name in table.column_names})


def _text_of(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        local = pc.local_timestamp(column).cast(pa.timestamp("s"))
        return pc.binary_join_element_wise(pc.strftime(local, format="%Y-%m-%dT%H:%M:%S"), "+08:00", "")
    return column.cast(pa.string())
